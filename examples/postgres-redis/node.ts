// One node of an application, of as many as you like: its tokens in PostgreSQL, its budgets and messages in Redis.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { createTokenry, manySliding } from "tokenry";
import { createProtect } from "tokenry/node";
import { redisBudgets, redisBus } from "tokenry/redis";
import { migrate, sqlRepository } from "tokenry/sql";

const { DATABASE_URL = "postgres://localhost/postgres", REDIS_URL = "redis://localhost" } =
  process.env;

/** Tables, keys and messages of this example keep to themselves. */
const NAME = "tokenry_example_";

const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  // What does not answer is an outage, and is known to be one soon.
  connectionTimeoutMillis: 1000,
});
pool.on("error", (error) => process.stderr.write(`PostgreSQL: ${error.message}\n`));
const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
const redis = new Redis(REDIS_URL);
// A connection that listens can do nothing else.
const subscriber = redis.duplicate();
for (const client of [redis, subscriber])
  client.on("error", (error) => process.stderr.write(`Redis: ${error.message}\n`));

// Who has no Redis learns it here. A node that runs goes on without one: `onOutage` says how.
await redis.ping();
// Every node may do this at its start: one of them makes the tables, the others wait for it.
await migrate(db, { prefix: NAME });

const tokens = createTokenry({
  kinds: { service: manySliding({ prefix: "acme_svc" }) },
  apis: { orders: { limit: 20, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true }) },
  repository: sqlRepository({ db, pool, prefix: NAME }),
  budgets: redisBudgets({ client: redis, prefix: NAME }),
  bus: redisBus({ publisher: redis, subscriber, channel: `${NAME}bus` }),
  // Long, to show that it is the bus that tells the nodes of a revocation: the ttl is the bound when the bus fails.
  cache: { ttl: { minutes: 10 } },
  onError: (error) => process.stderr.write(`tokenry: ${error.message} ${error.cause}\n`),
});

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});

const protect = createProtect(tokens);
const orders = protect("orders", ({ token: { owner, budget } }, response) =>
  send(response, 200, { owner: owner.id, remaining: budget.remaining }),
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (request.method === "GET" && pathname === "/orders") return orders(request, response);
  // What follows is for the application's own users. A real one asks its session who is calling.
  if (request.method === "POST" && pathname === "/tokens") {
    const { secret, token } = await tokens.issue({
      kind: "service",
      owner: "ada",
      actor: "ada",
      name: "nightly build",
    });
    return send(response, 201, { id: token.id, secret: secret.reveal() });
  }
  if (request.method === "DELETE" && pathname.startsWith("/tokens/")) {
    await tokens.revoke({ tokenId: pathname.slice("/tokens/".length), actor: "ada" });
    return send(response, 200, {});
  }
  return send(response, 404, {});
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

process.once("message", () => void stop());
process.once("disconnect", () => process.exit());

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  // In this order: tokenry writes down the last uses, then the host ends what is its own.
  await tokens.close();
  await db.destroy();
  redis.disconnect();
  subscriber.disconnect();
  process.removeAllListeners("disconnect").disconnect();
}
