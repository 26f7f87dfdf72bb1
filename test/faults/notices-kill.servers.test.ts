import { describeWithServer, freshDatabase } from "../servers/index.ts";
import { killCase } from "./notices/kill-case.ts";

describeWithServer("postgres", "a PostgreSQL", (url) => {
  killCase("PostgreSQL", async () => {
    const database = await freshDatabase(url);
    return { place: database.url, [Symbol.asyncDispose]: database.drop };
  });
});
