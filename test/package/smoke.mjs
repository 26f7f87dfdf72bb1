// Runs in a scratch project on every supported Node, with nothing but the packed package and Kysely beside it.
import assert from "node:assert/strict";
import { Kysely } from "kysely";
import { createTokenry, manySliding, memoryRepository } from "tokenry";
import { migrate, nodeSqliteDialect, sqlRepository } from "tokenry/sql";

async function issueVerifyRevoke(repository) {
  const tokens = createTokenry({
    kinds: { personal: manySliding({ prefix: "smoke_pat" }) },
    apis: { orders: { limit: 600, window: { minutes: 1 } } },
    directory: {
      find: async (id) => (id === "ada" ? { id, account: "acme", active: true } : undefined),
    },
    repository,
  });
  const { secret, token } = await tokens.issue({
    kind: "personal",
    owner: "ada",
    actor: "ada",
    name: "smoke",
  });
  const call = { api: "orders", method: "GET", address: "192.0.2.1" };
  const accepted = await tokens.verify(secret.reveal(), call);
  assert.equal(accepted.ok, true);
  assert.equal(accepted.token.id, token.id);
  await tokens.revoke({ tokenId: token.id, actor: "ada" });
  const refused = await tokens.verify(secret.reveal(), call);
  assert.deepEqual([refused.ok, refused.code, refused.status], [false, "unknown_token", 401]);
  await tokens.close();
}

await issueVerifyRevoke(memoryRepository());

const db = new Kysely({ dialect: nodeSqliteDialect(`smoke-${process.version}.sqlite`) });
await migrate(db);
await issueVerifyRevoke(sqlRepository({ db }));
await db.destroy();

console.log(`${process.version}: memory, SQLite`);
