import BetterSqlite3 from "better-sqlite3";
import { Kysely, SqliteDialect, sql } from "kysely";
import { describe, expect, test } from "vitest";
import { knownCapabilities } from "../../../src/storage/sql/capabilities.ts";
import { migrate, sqlRepository } from "../../../src/storage/sql/index.ts";
import { MIGRATIONS } from "../../../src/storage/sql/migrations.ts";
import { tablesOf } from "../../../src/storage/sql/tables.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";
import { recordedStatements } from "../../fixtures/version-0.1.0.ts";
import { migrateCases } from "./migrate-cases.ts";

/** Every table and index, as SQLite keeps them, but for the spaces. */
async function catalogOf(db: Kysely<object>): Promise<unknown> {
  const { rows } = await sql<{ type: string; name: string; sql: string | null }>`
    select type, name, sql from sqlite_schema order by name
  `.execute(db);
  return rows.map((row) => ({ ...row, sql: row.sql?.replace(/\s/g, "") }));
}

async function tablesIn(db: Kysely<object>): Promise<readonly string[]> {
  const { rows } = await sql<{
    name: string;
  }>`select name from sqlite_schema where type = 'table' order by name`.execute(db);
  return rows.map(({ name }) => name);
}

describe("migrate, on SQLite", () => {
  migrateCases({
    dialect: "sqlite",
    catalog: catalogOf,
    async open() {
      const db = openSqlite();
      return { db, [Symbol.asyncDispose]: () => db.destroy() };
    },
  });

  test("the statements of a step that was released are the same for ever", async () => {
    await using db = openSqlite();
    const { columnTypes } = knownCapabilities("sqlite");
    const statements = MIGRATIONS[0]?.statements(tablesOf(db), columnTypes) ?? [];
    const released = recordedStatements("sqlite").filter((statement) =>
      /^create (?!.*tokenry_migration)/.test(statement),
    );
    expect(statements.map((statement) => statement.compile().sql)).toEqual(released);
  });

  test("every table is tokenry's by its name", async () => {
    await using db = openSqlite();
    await migrate(db);
    const tables = (await tablesIn(db)).filter((name) => !name.startsWith("sqlite_"));
    expect(tables).toEqual([
      "tokenry_budgets",
      "tokenry_events",
      "tokenry_migration",
      "tokenry_notices",
      "tokenry_request_marks",
      "tokenry_signing_keys",
      "tokenry_tokens",
      "tokenry_zone_sets",
    ]);
  });

  test("the host's own migrations and tables stay out of it", async () => {
    await using db = openSqlite();
    await sql`create table kysely_migration (name text)`.execute(db);
    await sql`insert into kysely_migration values ('0000_of_the_host')`.execute(db);
    await migrate(db);
    expect((await sql`select * from kysely_migration`.execute(db)).rows).toHaveLength(1);
  });

  test("a migration that fails leaves nothing behind and tells why", async () => {
    await using db = openSqlite();
    await sql`create table tokenry_events (mine text)`.execute(db);
    await expect(migrate(db)).rejects.toMatchObject({
      message: "tokenry's tables cannot be made.",
      cause: { message: expect.stringContaining("tokenry_events") },
    });
    expect(await tablesIn(db)).toEqual(["tokenry_events"]);
    await sql`drop table tokenry_events`.execute(db);
    await migrate(db);
  });

  test("what is no database is refused, and an option that is none", async () => {
    await expect(migrate({} as never)).rejects.toThrow(TypeError);
    await expect(migrate(undefined as never)).rejects.toThrow("db must be an object");
    await using db = openSqlite();
    await expect(migrate(db, { skipLocked: true } as never)).rejects.toThrow(
      'options: there is no "skipLocked"',
    );
  });

  test("two connections of one process that migrate a new file at once both succeed", async () => {
    using file = sqliteFile();
    await using first = openSqlite(file.path);
    await using second = openSqlite(file.path);
    await Promise.all([migrate(first), migrate(second), migrate(first)]);
    await sqlRepository({ db: second }).zones("acme");
  });

  test("a database of better-sqlite3 that another connection holds is tried again", async () => {
    using file = sqliteFile();
    const holder = new BetterSqlite3(file.path);
    holder.exec("begin immediate");
    const database = new BetterSqlite3(file.path, { timeout: 1 });
    await using db = new Kysely<object>({ dialect: new SqliteDialect({ database }) });
    setTimeout(() => holder.exec("commit"), 5);
    await migrate(db);
    holder.close();
  });
});
