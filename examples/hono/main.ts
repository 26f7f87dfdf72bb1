import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { createProtect } from "tokenry/hono";

const tokens = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
});

const protect = createProtect(tokens);
const list = ["A-1001", "A-1002"];

// In one chain, so that `c.var.token` has its type in all that follows.
const orders = new Hono()
  .use(protect("orders"))
  .get("/", (c) => c.json({ orders: list, for: c.var.token.owner.id }))
  .post("/", async (c) => {
    list.push(await c.req.text());
    return c.json({ orders: list }, 201);
  })
  .get("/:id", (c) => c.json({ id: c.req.param("id"), for: c.var.token.owner.id }));

const app = new Hono();
app.route("/orders", orders);
app.get("/invoices", protect("invoices"), (c) => c.json({ invoices: ["2026-07"] }));
app.delete("/token", protect.revokeCurrent());

const issuing = { kind: "personal", owner: "ada", actor: SYSTEM } as const;
const reader = await tokens.issue({ ...issuing, name: "report", access: { orders: "read" } });
const full = await tokens.issue({ ...issuing, name: "shop", access: "full" });
const secrets = { reader: reader.secret.reveal(), full: full.secret.reveal() };

const port = Number(process.env.PORT ?? 0);
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
await once(server, "listening");
// A cast, as only a server on a pipe has another kind of address.
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
console.log(`listening on ${origin}
reader: ${secrets.reader}
full: ${secrets.full}
curl -i -H 'Authorization: Bearer ${secrets.reader}' ${origin}/orders
curl -i -H 'Authorization: Bearer ${secrets.reader}' -d A-1003 ${origin}/orders
curl -i -H 'Authorization: Bearer ${secrets.full}' -X DELETE ${origin}/token`);

await once(process, "SIGTERM");
server.close();
await tokens.close();
