import BetterSqlite3 from "better-sqlite3";
import { Kysely, SqliteDialect, sql } from "kysely";
import { describe, expect, test } from "vitest";
import { migrate, sqlRepository } from "../../../src/storage/sql/index.ts";
import { insertToken } from "../../../src/testing/repository/samples.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";

/** Every table, index and migration, as SQLite keeps them. */
async function schemaOf(db: Kysely<object>): Promise<unknown> {
  const schema = await sql`select type, name, sql from sqlite_schema order by name`.execute(db);
  const migrations = await sql`select * from tokenry_migration`.execute(db);
  return [schema.rows, migrations.rows];
}

async function tablesOf(db: Kysely<object>): Promise<readonly string[]> {
  const { rows } = await sql<{
    name: string;
  }>`select name from sqlite_schema where type = 'table'`.execute(db);
  return rows.map(({ name }) => name);
}

describe("migrate", () => {
  test("a second run changes nothing", async () => {
    await using db = openSqlite();
    await migrate(db);
    const repository = sqlRepository({ db });
    const token = await insertToken(repository);
    const schema = await schemaOf(db);
    await migrate(db);
    expect(await schemaOf(db)).toEqual(schema);
    expect(await repository.findById(token.id)).toEqual(token);
  });

  test("every table is tokenry's by its name", async () => {
    await using db = openSqlite();
    await migrate(db);
    const tables = (await tablesOf(db)).filter((name) => !name.startsWith("sqlite_"));
    expect(tables.toSorted()).toEqual([
      "tokenry_events",
      "tokenry_migration",
      "tokenry_migration_lock",
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
    expect(await tablesOf(db)).toEqual(["tokenry_events"]);
    await sql`drop table tokenry_events`.execute(db);
    await migrate(db);
  });

  test("a database that a newer version has migrated is refused", async () => {
    await using db = openSqlite();
    await migrate(db);
    await sql`insert into tokenry_migration values ('9999_newer', '')`.execute(db);
    await expect(migrate(db)).rejects.toMatchObject({
      cause: { message: expect.stringContaining("9999_newer") },
    });
  });

  test("what is no database is refused", async () => {
    await expect(migrate({} as never)).rejects.toThrow(TypeError);
    await expect(migrate(undefined as never)).rejects.toThrow("db must be an object");
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
