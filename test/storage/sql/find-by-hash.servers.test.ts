import { expect, test } from "vitest";
import { migrate, sqlRepository } from "../../../src/storage/sql/index.ts";
import {
  ACCOUNT,
  commitOk,
  insertToken,
  sampleHash,
  sampleToken,
  sampleTokens,
} from "../../../src/testing/repository/samples.ts";
import { openMariadb, openPostgres } from "../../fixtures/server-databases.ts";
import { describeWithServer, freshDatabase } from "../../servers/index.ts";

const SERVERS = [
  ["postgres", "PostgreSQL", openPostgres],
  ["mariadb", "MariaDB", openMariadb],
] as const;

for (const [server, title, open] of SERVERS) {
  describeWithServer(server, `findByHash, ${title}`, (url) => {
    async function openWatched() {
      const statements: string[] = [];
      const database = await freshDatabase(url);
      const db = open(database.url, { log: ({ query }) => void statements.push(query.sql) });
      await migrate(db);
      return {
        db,
        statements,
        repository: sqlRepository({ db }),
        async [Symbol.asyncDispose]() {
          await db.destroy();
          await database.drop();
        },
      };
    }

    test("any text comes back as it was, also one that holds what stands between the parts of a row", async () => {
      await using store = await openWatched();
      const { repository } = store;
      const texts = [
        "\u001f",
        "a\u001fb",
        "=",
        "",
        " = ",
        "\u001f\u001f",
        "\u001e",
        "\\\\x1f",
        "'",
        "漢字 🗝️",
      ];
      for (const text of texts) {
        for (const fields of [
          { name: text },
          { pepper: text },
          { slot: text },
          { createdBy: text },
        ]) {
          const token = await insertToken(repository, { owner: sampleHash(), ...fields });
          for (let times = 0; times < 2; times++)
            expect((await repository.findByHash([token.hash ?? ""]))?.token).toEqual(token);
        }
      }
    });

    test("a lone look-up is one statement, and so is a crowd", async () => {
      await using store = await openWatched();
      const { repository, statements } = store;
      const tokens = sampleTokens(128);
      await commitOk(repository, { insert: tokens });
      statements.length = 0;
      for (const count of [1, 2, 3, 7, 8, 9, 31, 32, 33, 128]) {
        const crowd = tokens.slice(0, count);
        const found = await Promise.all(
          crowd.map(({ hash }) =>
            repository.findByHash([sampleHash(), hash ?? ""].slice(count === 1 ? 1 : 0)),
          ),
        );
        expect(found.map((each) => each?.token)).toEqual(crowd);
        expect(statements.splice(0)).toHaveLength(1);
      }
    });

    test("a long document of zones is brought once", async () => {
      await using store = await openWatched();
      const { db, statements } = store;
      const tokens = [sampleToken(), sampleToken(), sampleToken({ account: "other" })];
      const ranges = Array.from(
        { length: 1000 },
        (_, place) => `10.${place >> 8}.${place & 255}.0/24`,
      );
      const zones = [{ name: "office", ranges, blocked: false }];
      await commitOk(store.repository, {
        insert: tokens,
        zones: { account: ACCOUNT, revision: 0, zones },
      });
      const repository = sqlRepository({ db });
      const find = () => Promise.all(tokens.map(({ hash }) => repository.findByHash([hash ?? ""])));
      for (const expected of [2, 1, 1]) {
        statements.length = 0;
        const found = await find();
        expect(statements).toHaveLength(expected);
        expect(found.map((each) => each?.zones)).toEqual([
          { revision: 1, zones },
          { revision: 1, zones },
          { revision: 0, zones: [] },
        ]);
      }
    });
  });
}
