import { expect, test } from "vitest";
import type { Use } from "../../../src/ports/repository.ts";
import { migrate, sqlRepository } from "../../../src/storage/sql/index.ts";
import { isLostRace } from "../../../src/storage/sql/lost-race.ts";
import { commitOk, NOW, OWNER, sampleTokens } from "../../../src/testing/repository/samples.ts";
import { openMariadb, openPostgres, PATIENT } from "../../fixtures/server-databases.ts";
import { describeWithServer, freshDatabase } from "../../servers/index.ts";

for (const [server, title, open] of [
  ["postgres", "PostgreSQL", openPostgres],
  ["mariadb", "MariaDB", openMariadb],
] as const) {
  describeWithServer(server, `noted uses, ${title}`, (url) => {
    async function openWatched() {
      const statements: string[] = [];
      const database = await freshDatabase(url);
      const db = open(database.url, { log: ({ query }) => void statements.push(query.sql) });
      await migrate(db);
      const tokens = sampleTokens(1200, { expiresAt: NOW });
      await commitOk(sqlRepository({ db }), { insert: tokens });
      return {
        ...{ db, statements, tokens },
        async [Symbol.asyncDispose]() {
          await db.destroy();
          await database.drop();
        },
      };
    }

    test("a thousand uses are one UPDATE, and more are few", async () => {
      await using store = await openWatched();
      const { db, statements, tokens } = store;
      const uses = tokens.map(({ id }, index) => ({
        id,
        usedAt: NOW - 1 - index,
        expiresAt: null,
      }));
      for (const [count, expected] of [
        [1, 1],
        [1000, 1],
        [1200, 2],
      ] as const) {
        statements.length = 0;
        await sqlRepository({ db }).touch(uses.slice(0, count));
        expect(statements.filter((text) => /update/.test(text))).toHaveLength(expected);
      }
      const stored = await sqlRepository({ db }).listByOwner({ owner: OWNER, limit: 2000 });
      expect(stored.map(({ lastUsedAt }) => lastUsedAt)).toEqual(uses.map(({ usedAt }) => usedAt));
    });

    test("nodes that note uses of the same tokens at once never wait for each other in a circle", async () => {
      await using store = await openWatched();
      const { db, tokens } = store;
      const lost: unknown[] = [];
      const capabilities = {
        isLostRace(error: unknown) {
          lost.push(error);
          return isLostRace(error);
        },
      };
      const ids = tokens.map(({ id }) => id);
      const orders = [ids, ids.toReversed(), ids.toSorted(() => Math.random() - 0.5)];
      for (let round = 0; round < 8; round++) {
        const noting = orders.map((order, node) => {
          const uses: Use[] = order.map((id) => ({
            id,
            usedAt: NOW - 1000 + 10 * round + node,
            expiresAt: null,
          }));
          return sqlRepository({ db, capabilities, ...PATIENT }).touch(uses);
        });
        await Promise.all(noting);
      }
      expect(lost).toEqual([]);
      const stored = await sqlRepository({ db }).listByOwner({ owner: OWNER, limit: 2000 });
      expect(new Set(stored.map(({ lastUsedAt }) => lastUsedAt))).toEqual(new Set([NOW - 928]));
    });
  });
}
