import { Hono } from "hono";
import { createProtect, type HonoOptions } from "tokenry/hono";
import { exchangeAndVerify } from "./exchange.ts";
import { issueSecrets, liveThrough, tokens } from "./shop.ts";

/** One object for all requests: what each client is told of its own budget must not stay on it. */
const NOTHING = new Response(null, { status: 204 });

/** The same shop with Hono. */
export function createHonoApp(options: HonoOptions): Hono {
  const protect = createProtect(tokens, options);
  const app = new Hono();
  app.options("/orders", protect("orders"), (c) => c.body(null, 204, { "x-preflight": "shop" }));
  app.all("/orders", protect("orders"), async (c) =>
    c.json({ owner: c.var.token.owner.id, sent: await c.req.text() }),
  );
  app.get("/nothing", protect("orders", { cost: 20 }), () => NOTHING);
  app.get("/moved", protect("orders", { cost: 20 }), () =>
    Response.redirect("https://shop.example/orders", 307),
  );
  app.delete("/token", protect.revokeCurrent());
  app.get("/exchange", async (c) =>
    c.json(await exchangeAndVerify(tokens, (await issueSecrets()).reader)),
  );
  app.get("/secrets", async (c) =>
    c.json({ secrets: await issueSecrets(), life: await liveThrough() }),
  );
  return app;
}
