import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { createProtect } from "tokenry/fetch";

const tokens = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
});

const protect = createProtect(tokens, {
  // The connection's address: on Bun `server.requestIP(request)?.address`, on Deno `info.remoteAddr.hostname`.
  peer: (_request, message: IncomingMessage) => message.socket.remoteAddress,
});

const orders = ["A-1001", "A-1002"];

/** Handlers as route.ts of Next.js exports them, and as Bun, Deno and workerd call them. */
const routes = new Map([
  [
    "GET /orders",
    protect("orders", (_request, token) => Response.json({ orders, for: token.owner.id })),
  ],
  [
    "POST /orders",
    protect("orders", async (request) => {
      orders.push(await request.text());
      return Response.json(orders, { status: 201 });
    }),
  ],
  ["GET /invoices", protect("invoices", () => Response.json(["2026-07"]))],
  ["DELETE /token", protect.revokeCurrent()],
]);

/** What those platforms do themselves: makes a `Request` of what arrived, and sends the `Response`. */
async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url = "/", rawHeaders } = message;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  const body = method === "GET" || method === "HEAD" ? null : Readable.toWeb(message);
  const target = new URL(url, `http://${message.headers.host}`);
  const request = new Request(target, { method, headers, body, duplex: "half" });
  const handler = routes.get(`${method} ${target.pathname}`);
  const answer = (await handler?.(request, message)) ?? new Response(null, { status: 404 });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

const issuing = { kind: "personal", owner: "ada", actor: SYSTEM } as const;
const reader = await tokens.issue({ ...issuing, name: "report", access: { orders: "read" } });
const full = await tokens.issue({ ...issuing, name: "shop", access: "full" });
const secrets = { reader: reader.secret.reveal(), full: full.secret.reveal() };

const server = createServer((message, response) => {
  serve(message, response).catch(() => response.writeHead(500).end());
});
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
