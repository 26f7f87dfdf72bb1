import "./decorators.ts";
import { once } from "node:events";
import { NestFactory } from "@nestjs/core";
import { issue, tokens } from "./tokens.ts";

// Loaded when decorators can be: an `import` above would come too early.
const { AppModule } = await import("./app.ts");

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
await app.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
const origin = await app.getUrl();
const reader = await issue("report", { orders: "read" });
const full = await issue("shop", "full");
console.log(`listening on ${origin}
reader: ${reader}
full: ${full}
curl -i -H 'Authorization: Bearer ${reader}' ${origin}/orders
curl -i -H 'Authorization: Bearer ${reader}' ${origin}/orders -X POST
curl -i -H 'Authorization: Bearer ${full}' ${origin}/token -X DELETE`);

await once(process, "SIGTERM");
await app.close();
await tokens.close();
