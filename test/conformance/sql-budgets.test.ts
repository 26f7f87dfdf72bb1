import { PGlite } from "@electric-sql/pglite";
import BetterSqlite3 from "better-sqlite3";
import { type Dialect, Kysely, PGliteDialect, SqliteDialect } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import { sqlBudgets } from "../../src/storage/sql/budgets.ts";
import { migrate } from "../../src/storage/sql/migrate.ts";
import { nodeSqliteDialect } from "../../src/storage/sql/node-sqlite-dialect.ts";
import { budgetConformance } from "../../src/testing/budget-conformance.ts";
import { sqliteFile } from "../fixtures/sqlite-file.ts";

const drivers: Readonly<Record<string, (path: string) => Dialect>> = {
  "node:sqlite": (path) => nodeSqliteDialect(path, { synchronous: "normal" }),
  "better-sqlite3": (path) => new SqliteDialect({ database: openBetterSqlite3(path) }),
};

/** Two connections of one process: what waits in the driver keeps the other from going on, so it must not wait long. */
function openBetterSqlite3(path: string): BetterSqlite3.Database {
  const database = new BetterSqlite3(path, { timeout: 5 });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  return database;
}

for (const [driver, dialect] of Object.entries(drivers)) {
  describe(`${driver}, two connections`, () => {
    budgetConformance({ describe, test }, { create: () => openTwice(dialect) });
  });
}

async function openTwice(dialect: (path: string) => Dialect) {
  const file = sqliteFile();
  const [db, other] = [
    new Kysely<object>({ dialect: dialect(file.path) }),
    new Kysely<object>({ dialect: dialect(file.path) }),
  ];
  await migrate(db);
  return {
    subject: sqlBudgets({ db, timeoutMs: 10_000 }),
    peer: sqlBudgets({ db: other, timeoutMs: 10_000 }),
    async close() {
      await Promise.all([db.destroy(), other.destroy()]);
      file[Symbol.dispose]();
    },
  };
}

describe("PGlite", { timeout: 60_000 }, () => {
  let db: Kysely<{ tokenry_budgets: { key: string } }>;
  beforeAll(async () => {
    db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
    await migrate(db);
  }, 60_000);
  afterAll(() => db.destroy());

  budgetConformance(
    { describe, test },
    {
      async create() {
        await db.deleteFrom("tokenry_budgets").execute();
        return { subject: sqlBudgets({ db }), peer: sqlBudgets({ db }) };
      },
    },
  );
});
