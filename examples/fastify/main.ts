import { once } from "node:events";
import Fastify from "fastify";
import { createTokenry, manyChoice, SYSTEM } from "tokenry";
import { createProtect } from "tokenry/fastify";

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
const app = Fastify({ forceCloseConnections: true });

// A plugin: the hook protects all routes of this scope, before any body is read.
app.register(
  (scope, _options, done) => {
    scope.addHook("onRequest", protect("orders"));
    scope.addContentTypeParser("*", { parseAs: "string" }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.get(
      "/",
      protect.withToken(({ token }) => ({ orders, for: token.owner.id })),
    );
    scope.post<{ Body: string }>("/", (request, reply) => {
      orders.push(request.body);
      return reply.code(201).send({ orders });
    });
    scope.get<{ Params: { id: string } }>(
      "/:id",
      protect.withToken(({ params, token }) => ({ id: params.id, for: token.owner.id })),
    );
    done();
  },
  { prefix: "/orders" },
);

// One route.
app.get("/invoices", { onRequest: protect("invoices") }, () => ({ invoices: ["2026-07"] }));
app.delete("/token", protect.revokeCurrent());

const issuing = { kind: "personal", owner: "ada", actor: SYSTEM } as const;
const reader = await tokens.issue({ ...issuing, name: "report", access: { orders: "read" } });
const full = await tokens.issue({ ...issuing, name: "shop", access: "full" });
const secrets = { reader: reader.secret.reveal(), full: full.secret.reveal() };

const origin = await app.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1" });
console.log(`listening on ${origin}
reader: ${secrets.reader}
full: ${secrets.full}
curl -i -H 'Authorization: Bearer ${secrets.reader}' ${origin}/orders
curl -i -H 'Authorization: Bearer ${secrets.reader}' -d A-1003 ${origin}/orders
curl -i -H 'Authorization: Bearer ${secrets.full}' -X DELETE ${origin}/token`);

await once(process, "SIGTERM");
await app.close();
await tokens.close();
