import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import express from "express";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { createProtect } from "tokenry/express";

const tokens = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
});

const protect = createProtect(tokens);
const orders = ["A-1001", "A-1002"];
const app = express();

// Stands before every method of the path; what follows may ask for the verdict.
app.use("/orders", protect("orders"));
app
  .route("/orders")
  .get(protect.withToken((req, res) => res.json({ orders, for: req.token.owner.id })))
  .post(async (req, res) => {
    orders.push(await text(req));
    res.status(201).json({ orders });
  });
app.get("/orders/:id", (req, res) => {
  const { owner } = protect.verdictOf(req);
  res.json({ id: req.params.id, for: owner.id });
});

app.get("/invoices", protect("invoices"), (_req, res) => res.json({ invoices: ["2026-07"] }));
app.delete("/token", protect.revokeCurrent());

const issuing = { kind: "personal", owner: "ada", actor: SYSTEM } as const;
const reader = await tokens.issue({ ...issuing, name: "report", access: { orders: "read" } });
const full = await tokens.issue({ ...issuing, name: "shop", access: "full" });
const secrets = { reader: reader.secret.reveal(), full: full.secret.reveal() };

const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
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
server.closeAllConnections();
await tokens.close();
