import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import { sqlBudgets } from "../../src/storage/sql/budgets.ts";
import { migrate } from "../../src/storage/sql/migrate.ts";
import { budgetConformance } from "../../src/testing/budget-conformance.ts";
import { openSqliteTwice, SQLITE_DRIVERS } from "../fixtures/sqlite-twice.ts";

for (const [driver, dialect] of Object.entries(SQLITE_DRIVERS)) {
  describe(`${driver}, two connections`, () => {
    const create = () => openSqliteTwice(dialect, (db) => sqlBudgets({ db, timeoutMs: 10_000 }));
    budgetConformance({ describe, test }, { create });
  });
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
