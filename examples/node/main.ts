import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { createProtect } from "tokenry/node";

const tokens = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
});

const protect = createProtect(tokens, {
  onError: (_error, _request, response) => sendJson(response, 500, { error: "internal" }),
});

const orders = ["A-1001", "A-1002"];

const routes = new Map<string, RequestListener>([
  [
    "GET /orders",
    protect("orders", (request, response) =>
      sendJson(response, 200, { orders, for: request.token.owner.id }),
    ),
  ],
  [
    "POST /orders",
    protect("orders", async (request, response) => {
      orders.push(await text(request));
      sendJson(response, 201, { orders });
    }),
  ],
  [
    "GET /invoices",
    protect("invoices", (_request, response) => sendJson(response, 200, { invoices: ["2026-07"] })),
  ],
  ["DELETE /token", protect.revokeCurrent()],
]);

const server = createServer((request, response) => {
  const [path] = request.url?.split("?", 1) ?? [];
  const listener = routes.get(`${request.method} ${path}`);
  if (listener === undefined) sendJson(response, 404, { error: "not found" });
  else listener(request, response);
});

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const issuing = { kind: "personal", owner: "ada", actor: SYSTEM } as const;
const reader = await tokens.issue({ ...issuing, name: "report", access: { orders: "read" } });
const full = await tokens.issue({ ...issuing, name: "shop", access: "full" });
const secrets = { reader: reader.secret.reveal(), full: full.secret.reveal() };

await once(server.listen(Number(process.env.PORT ?? 0), "127.0.0.1"), "listening");
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
