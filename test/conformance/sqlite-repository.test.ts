import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { type Dialect, Kysely, SqliteDialect } from "kysely";
import { describe, test } from "vitest";
import {
  migrate,
  nodeSqliteDialect,
  type SqlCapabilities,
  sqlRepository,
} from "../../src/storage/sql/index.ts";
import { repositoryConformance } from "../../src/testing/repository-conformance.ts";

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

const capabilities: Readonly<Record<string, Partial<SqlCapabilities>>> = {
  "what SQLite can do": {},
  "what every database can do": { lists: "none" },
};

for (const [driver, dialect] of Object.entries(drivers)) {
  for (const [extent, given] of Object.entries(capabilities)) {
    describe(`${driver}, with ${extent}`, () => {
      repositoryConformance({ describe, test }, { create: () => openTwice(dialect, given) });
    });
  }
}

async function openTwice(dialect: (path: string) => Dialect, given: Partial<SqlCapabilities>) {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-"));
  const path = join(folder, "tokens.sqlite");
  const [db, other] = [dialect, dialect].map((open) => new Kysely<object>({ dialect: open(path) }));
  if (db === undefined || other === undefined) throw new Error("there are two connections");
  await migrate(db);
  return {
    subject: sqlRepository({ db, capabilities: given }),
    peer: sqlRepository({ db: other, capabilities: given }),
    async close() {
      await Promise.all([db.destroy(), other.destroy()]);
      rmSync(folder, { recursive: true });
    },
  };
}
