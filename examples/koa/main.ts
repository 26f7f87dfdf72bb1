import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Koa from "koa";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { createProtect } from "tokenry/koa";

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
const app = new Koa();

const revokeCurrent = protect.revokeCurrent();
app.use((ctx, next) =>
  ctx.method === "DELETE" && ctx.path === "/token" ? revokeCurrent(ctx, next) : next(),
);

// One guard for all that follows: paths name their APIs, and a path that names none is refused.
const apis = new Map([
  ["/orders", "orders" as const],
  ["/invoices", "invoices" as const],
]);
app.use(protect((ctx) => apis.get(ctx.path))).use(async (ctx) => {
  switch (`${ctx.method} ${ctx.path}`) {
    case "GET /orders":
      ctx.body = { orders, for: ctx.state.token.owner.id };
      break;
    case "POST /orders":
      orders.push(await text(ctx.req));
      ctx.status = 201;
      ctx.body = { orders };
      break;
    case "GET /invoices":
      ctx.body = { invoices: ["2026-07"] };
      break;
    default:
  }
});

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
