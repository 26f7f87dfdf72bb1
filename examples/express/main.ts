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

// Nothing of this router is reached but through the guard before it.
const router = express.Router();
router.get(
  "/",
  protect.withToken((req, res) => res.json({ orders, for: req.token.owner.id })),
);
router.post("/", async (req, res) => {
  orders.push(await text(req));
  res.status(201).json({ orders });
});
router.get("/:id", (req, res) => {
  const { owner } = protect.verdictOf(req);
  res.json({ id: req.params.id, for: owner.id });
});
app.use("/orders", protect("orders"), router);

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
