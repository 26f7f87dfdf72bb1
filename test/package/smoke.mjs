// Runs in a scratch project on every supported Node, with nothing but the packed package and Kysely beside it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Kysely } from "kysely";
import { createTokenry, fanOut, manySliding, memoryRepository } from "tokenry";
import { createProtect as protectFetch } from "tokenry/fetch";
import { githubLeaks } from "tokenry/leaks";
import { mailNotifier } from "tokenry/mail";
import { managementApi } from "tokenry/manage";
import { managementClient } from "tokenry/manage/client";
import { createProtect as protectNode } from "tokenry/node";
import { migrate, nodeSqliteDialect, sqlRepository } from "tokenry/sql";
import { generateWebhookSecret, verifyWebhook, webhookNotifier } from "tokenry/webhook";
import { exchangeAndVerify } from "./platforms/programs/exchange.ts";

const subjects = [];
const secrets = [generateWebhookSecret()];
/** A receiver of webhooks, and what it has heard. */
const heard = [];
async function receive(request, response) {
  const body = Buffer.concat(await Array.fromAsync(request));
  const verdict = verifyWebhook({ body, headers: request.headers }, { secrets });
  heard.push(verdict.ok && verdict.payload.type);
  response.writeHead(204).end();
}
const receiver = createServer((request, response) => void receive(request, response)).listen(
  0,
  "127.0.0.1",
);
await once(receiver, "listening");
const notifier = fanOut({
  mail: mailNotifier({
    transport: { sendMail: async ({ subject }) => subjects.push(subject) },
    from: "no-reply@acme.example",
    app: { name: "Acme" },
  }),
  webhook: webhookNotifier({
    endpoint: { url: `http://127.0.0.1:${receiver.address().port}/`, secrets },
    allowHttp: true,
    allowPrivateAddresses: true,
  }),
});

async function issueVerifyRevoke(repository) {
  const tokens = createTokenry({
    kinds: { personal: manySliding({ prefix: "smoke_pat" }) },
    apis: { orders: { limit: 600, window: { minutes: 1 } } },
    directory: {
      find: async (id) =>
        id === "ada" ? { id, account: "acme", active: true, email: "ada@acme.example" } : undefined,
    },
    repository,
    notifier,
  });
  const { secret, token } = await tokens.issue({
    kind: "personal",
    owner: "ada",
    actor: "ada",
    name: "smoke",
  });
  await callOverHttp(tokens, secret.reveal());
  await manageTokens(tokens);
  const taken = ["ada bearer", "ada bearer", 401, "ada bound", 401, 401];
  for (const outcomes of Object.values(await exchangeAndVerify(tokens, secret.reveal())))
    assert.deepEqual(outcomes, [...taken, "https://orders.shop.example"]);
  const call = { api: "orders", method: "GET", address: "192.0.2.1" };
  const accepted = await tokens.verify(secret.reveal(), call);
  assert.equal(accepted.ok, true);
  assert.equal(accepted.token.id, token.id);
  await tokens.revoke({ tokenId: token.id, actor: "ada" });
  const refused = await tokens.verify(secret.reveal(), call);
  assert.deepEqual([refused.ok, refused.code, refused.status], [false, "unknown_token", 401]);
  assert.equal((await githubLeaks(tokens)(new Request("https://acme.example"))).status, 405);
  assert.deepEqual(await tokens.jobs.deliver(), { delivered: 4, retried: 0, parked: 0 });
  await tokens.close();
}

/** A signed-in person's way: the typed client, over the API, without a connection. */
async function manageTokens(tokens) {
  const handler = managementApi(tokens, { actor: () => "ada" });
  const client = managementClient({
    baseUrl: "https://shop.example/tokenry",
    fetch: (url, init) => {
      const request = new Request(url, init);
      request.headers.set("sec-fetch-site", "same-origin");
      return handler(request);
    },
  });
  const { kinds } = await client.context();
  assert.deepEqual(Object.keys(kinds), ["personal"]);
  const { tokens: shown } = await client.tokens("ada");
  assert.equal(shown.length, 1);
  assert.deepEqual(await client.token(shown[0].id), shown[0]);
}

/** The same by both kinds of HTTP handlers. */
async function callOverHttp(tokens, secret) {
  const listener = protectNode(tokens)("orders", ({ token }, response) =>
    response.end(token.owner.id),
  );
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const handler = protectFetch(tokens)("orders", (_request, token) => new Response(token.owner.id));
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const call of [fetch, (target, init) => handler(new Request(target, init))]) {
    const accepted = await call(url, { headers: { authorization: `Bearer ${secret}` } });
    assert.deepEqual([accepted.status, await accepted.text()], [200, "ada"]);
    assert.match(accepted.headers.get("ratelimit"), /^"token";r=\d+;t=\d+$/);
    const refused = await call(url, {});
    assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="api"');
    assert.equal((await refused.json()).code, "missing_token");
  }
  server.closeAllConnections();
  server.close();
}

await issueVerifyRevoke(memoryRepository());

const db = new Kysely({ dialect: nodeSqliteDialect(`smoke-${process.version}.sqlite`) });
await migrate(db);
await issueVerifyRevoke(sqlRepository({ db }));
await db.destroy();

receiver.closeAllConnections();
receiver.close();
const twice = (each) => [...each, ...each];
assert.deepEqual(heard, twice(["token.issued", "token.revoked"]));
assert.deepEqual(subjects, twice(["You have a new token: smoke", "Your token was revoked: smoke"]));

console.log(`${process.version}: memory, SQLite, HTTP, OAuth, management, notices`);
