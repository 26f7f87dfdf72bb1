import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { migrate, schema, sqlRepository } from "../../../src/storage/sql/index.ts";
import { insertToken } from "../../../src/testing/repository/samples.ts";
import { type Bundle, bundle } from "../../fixtures/bundle.ts";
import { type OpenDatabase, openMariadb, openPostgres } from "../../fixtures/server-databases.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";
import { recordedStatements, runAll, statementsOf } from "../../fixtures/version-0.1.0.ts";
import { describeWithServer, freshDatabase } from "../../servers/index.ts";
import { adoptCases } from "./adopt-cases.ts";
import { type EmptyDatabase, migrateCases } from "./migrate-cases.ts";

const PROCESSES = 10;

let program: Bundle;
beforeAll(async () => {
  program = await bundle(new URL("../../fixtures/migrating-process.ts", import.meta.url));
});
afterAll(() => program[Symbol.dispose]());

/** Ten processes that are up and connected migrate at once. */
async function migrateTogether(place: string): Promise<void> {
  const processes = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, ["--no-warnings", program.script, place], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    }),
  );
  const ends = Promise.all(processes.map((child) => once(child, "exit")));
  await Promise.all(processes.map((child) => once(child, "message")));
  for (const child of processes) child.send("go");
  expect(await ends).toEqual(Array(PROCESSES).fill([0, null]));
}

async function openFresh(
  url: string,
  open: OpenDatabase,
): Promise<EmptyDatabase & { readonly url: string }> {
  const database = await freshDatabase(url);
  const db = open(database.url, { connections: 4 });
  return {
    db,
    url: database.url,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await database.drop();
    },
  };
}

async function postgresCatalog(db: Kysely<object>): Promise<unknown> {
  const columns = await sql`
    select table_schema, table_name, column_name, data_type, character_maximum_length, collation_name, is_nullable, column_default
    from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')
    order by table_schema, table_name, ordinal_position
  `.execute(db);
  const indexes = await sql`
    select schemaname, indexname, indexdef from pg_indexes
    where schemaname not in ('pg_catalog', 'information_schema') order by schemaname, indexname
  `.execute(db);
  return [columns.rows, indexes.rows];
}

async function mariadbCatalog(db: Kysely<object>): Promise<unknown> {
  const { rows } = await sql<{
    table_name: string;
  }>`select table_name as table_name from information_schema.tables where table_schema = database() order by 1`.execute(
    db,
  );
  const texts: string[] = [];
  for (const { table_name } of rows) {
    const shown = await sql`show create table ${sql.table(table_name)}`.execute(db);
    texts.push(JSON.stringify(shown.rows).replace(/ AUTO_INCREMENT=\d+/, ""));
  }
  return texts;
}

describeWithServer("postgres", "migrate, on PostgreSQL", (url) => {
  migrateCases({
    dialect: "postgres",
    open: () => openFresh(url, openPostgres),
    catalog: postgresCatalog,
  });

  test("ten processes that migrate an empty database at once all succeed", async () => {
    await using database = await openFresh(url, openPostgres);
    await migrateTogether(database.url);
    await using other = await openFresh(url, openPostgres);
    await migrate(other.db);
    expect(await postgresCatalog(database.db)).toEqual(await postgresCatalog(other.db));
    const { listByOwner } = sqlRepository({ db: database.db });
    expect(await listByOwner({ owner: "alice", limit: 99 })).toHaveLength(PROCESSES);
  });

  test("a migration that fails leaves nothing behind and tells why", async () => {
    await using database = await openFresh(url, openPostgres);
    const { db } = database;
    await sql`create table tokenry_events (mine text)`.execute(db);
    const before = await postgresCatalog(db);
    await expect(migrate(db)).rejects.toMatchObject({
      message: "tokenry's tables cannot be made.",
      cause: { code: "42P07" },
    });
    expect(await postgresCatalog(db)).toEqual(before);
    await sql`drop table tokenry_events`.execute(db);
    await migrate(db);
  });

  test("while a long reader keeps a table from being changed, look-ups go on, and so does the migration after it", async () => {
    await using database = await openFresh(url, openPostgres);
    const { db } = database;
    await runAll(db, recordedStatements("postgres"));
    const read = sql`select count(*) from tokenry_zone_sets`;
    const reading = await db.startTransaction().execute();
    await read.execute(reading);
    const migrated = migrate(db);
    await vi.waitFor(async () => {
      const { rows } = await sql`select from pg_locks where not granted`.execute(reading);
      expect(rows).not.toEqual([]);
    }, 5000);
    await read.execute(db);
    await reading.commit().execute();
    await migrated;
  });

  test("a host that isolates its transactions more strictly migrates all the same", async () => {
    await using database = await openFresh(url, (place) =>
      openPostgres(place, { isolation: "serializable" }),
    );
    await Promise.all(Array.from({ length: 8 }, () => migrate(database.db)));
  });

  test("where all is there, a user who may not make anything migrates, too", async () => {
    await using database = await openFresh(url, openPostgres);
    const names = { schema: "acme", prefix: "api_" };
    await migrate(database.db, names);
    const role = database.url.split("/").at(-1) ?? "";
    await runAll(database.db, [
      `create role ${role}`,
      `grant usage on schema acme to ${role}`,
      `grant select, insert, update, delete on all tables in schema acme to ${role}`,
      `grant usage on all sequences in schema acme to ${role}`,
    ]);
    const limited = openPostgres(
      `${database.url}?options=${encodeURIComponent(`-c role=${role}`)}`,
    );
    try {
      await migrate(limited, names);
      await insertToken(sqlRepository({ db: limited, ...names }));
      await expect(migrate(limited, { prefix: "more_" })).rejects.toMatchObject({
        cause: { code: "42501" },
      });
    } finally {
      await limited.destroy();
      await runAll(database.db, [`drop owned by ${role}`, `drop role ${role}`]);
    }
  });

  test("a schema is made where there is none, and its text makes it, too", async () => {
    await using database = await openFresh(url, openPostgres);
    await using other = await openFresh(url, openPostgres);
    const names = { schema: "tokenry_Acme-api", prefix: "api_" };
    await migrate(database.db, names);
    await runAll(other.db, statementsOf(schema("postgres", names)));
    expect(await postgresCatalog(other.db)).toEqual(await postgresCatalog(database.db));
    await migrate(other.db, names);
    await runAll(database.db, ['create schema "other"']);
    await migrate(database.db, { ...names, schema: "other" });
  });
});

describeWithServer("postgres", "the outbox of older versions, on PostgreSQL", (url) => {
  adoptCases(() => openFresh(url, openPostgres));
});

describeWithServer("mariadb", "the outbox of older versions, on MariaDB", (url) => {
  adoptCases(() => openFresh(url, openMariadb));
});

describeWithServer("mariadb", "migrate, on MariaDB", (url) => {
  migrateCases({
    dialect: "mariadb",
    open: () => openFresh(url, openMariadb),
    catalog: mariadbCatalog,
  });

  test("ten processes that migrate an empty database at once all succeed", async () => {
    await using database = await openFresh(url, openMariadb);
    await migrateTogether(database.url);
    await using other = await openFresh(url, openMariadb);
    await migrate(other.db);
    expect(await mariadbCatalog(database.db)).toEqual(await mariadbCatalog(other.db));
    const { listByOwner } = sqlRepository({ db: database.db });
    expect(await listByOwner({ owner: "alice", limit: 99 })).toHaveLength(PROCESSES);
  });

  test("a migration that fails tells why each time, and goes on once it can", async () => {
    await using database = await openFresh(url, openMariadb);
    await using other = await openFresh(url, openMariadb);
    await sql`create table tokenry_events (mine text)`.execute(database.db);
    for (const _ of [1, 2]) {
      await expect(migrate(database.db)).rejects.toMatchObject({
        message: "tokenry's tables cannot be made.",
        cause: { code: "ER_TABLE_EXISTS_ERROR" },
      });
    }
    await sql`drop table tokenry_events`.execute(database.db);
    await migrate(database.db);
    await migrate(other.db);
    expect(await mariadbCatalog(database.db)).toEqual(await mariadbCatalog(other.db));
  });

  // What a process leaves that dies after it has noted a statement, before it ran it or after.
  describe.each(["begun 0", "begun 1"])("a step of which no more is known than %s", (reached) => {
    test.each([
      [
        "was not run",
        "drop table tokenry_budgets",
        "drop index tokenry_budgets_empty on tokenry_budgets",
      ],
      ["was run", "drop index tokenry_budgets_empty on tokenry_budgets", "do 0"],
    ])("is gone on with where its statement %s", async (_, ofTable, ofIndex) => {
      await using database = await openFresh(url, openMariadb);
      await migrate(database.db);
      const made = await mariadbCatalog(database.db);
      await runAll(database.db, [
        reached === "begun 0" ? ofTable : ofIndex,
        `update tokenry_migration set timestamp = '${reached}' where name = '0002_budgets'`,
      ]);
      await migrate(database.db);
      expect(await mariadbCatalog(database.db)).toEqual(made);
      await migrate(database.db);
    });
  });

  test("a database of its own is made where there is none, and its text makes it, too", async () => {
    await using database = await openFresh(url, openMariadb);
    const { db } = database;
    const name = `${database.url.split("/").at(-1)}-api`;
    const names = { schema: name, prefix: "api_" };
    const drop = `drop database if exists \`${name}\``;
    try {
      await migrate(db, names);
      await insertToken(sqlRepository({ db, ...names }), { slot: "primary" });
      await runAll(db, [drop, ...statementsOf(schema("mariadb", names))]);
      await migrate(db, names);
      await insertToken(sqlRepository({ db, ...names }), { slot: "primary" });
      expect(await mariadbCatalog(db)).toEqual([]);
    } finally {
      await runAll(db, [drop]);
    }
  });
});

test("ten processes that open and migrate a new SQLite file at once all succeed", async () => {
  using file = sqliteFile();
  await migrateTogether(file.path);
  await using db = openSqlite(file.path);
  const { listByOwner } = sqlRepository({ db });
  expect(await listByOwner({ owner: "alice", limit: 99 })).toHaveLength(PROCESSES);
});
