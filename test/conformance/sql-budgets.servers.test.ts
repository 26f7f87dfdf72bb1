import { Kysely, MysqlDialect, PostgresDialect, sql } from "kysely";
import { createPool } from "mysql2";
import pg from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { BudgetStore } from "../../src/ports/budget-store.ts";
import { sqlBudgets } from "../../src/storage/sql/budgets.ts";
import { migrate } from "../../src/storage/sql/migrate.ts";
import { budgetConformance } from "../../src/testing/budget-conformance.ts";
import { describeWithServer, type FreshDatabase, freshDatabase } from "../servers/index.ts";

/** A connection pool and a store over it. */
interface Node {
  readonly db: Kysely<object>;
  readonly store: BudgetStore;
  readonly close: () => Promise<void>;
}

/** The machine may be busy with other tests: what is slow is no outage here. */
const timeoutMs = 10_000;

function postgresNode(url: string, isByPool: boolean): Node {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  const store = sqlBudgets({ db, timeoutMs, pool: isByPool ? pool : undefined });
  return { db, store, close: () => pool.end() };
}

function mariadbNode(url: string, isByPool: boolean): Node {
  const pool = createPool({ uri: url, connectionLimit: 4 });
  const db = new Kysely<object>({ dialect: new MysqlDialect({ pool }) });
  const store = sqlBudgets({ db, timeoutMs, pool: isByPool ? pool : undefined });
  return { db, store, close: () => pool.promise().end() };
}

/** Runs the suite over two nodes, each case on an empty table. */
function conformance(url: string, open: (url: string) => Node): void {
  let database: FreshDatabase;
  let nodes: readonly [Node, Node];
  beforeAll(async () => {
    database = await freshDatabase(url);
    nodes = [open(database.url), open(database.url)];
    await migrate(nodes[0].db);
  });
  afterAll(async () => {
    for (const { close } of nodes) await close();
    await database.drop();
  });
  const create = async () => {
    const [{ db, store }, { store: peer }] = nodes;
    await sql`delete from tokenry_budgets`.execute(db);
    return { subject: store, peer };
  };
  // Thousands of calls one after another, on a machine that may be busy.
  describe("two nodes", { timeout: 120_000 }, () => {
    budgetConformance({ describe, test }, { create });
  });
}

for (const [way, isByPool] of [
  ["by its pool", true],
  ["through Kysely", false],
] as const) {
  describeWithServer("postgres", `PostgreSQL ${way}`, (url) => {
    conformance(url, (own) => postgresNode(own, isByPool));
  });
  describeWithServer("mariadb", `MariaDB ${way}`, (url) => {
    conformance(url, (own) => mariadbNode(own, isByPool));
  });
}
