import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CompiledQuery, type Kysely, sql } from "kysely";
import { afterEach, describe, expect, test, vi } from "vitest";
import { migrate, nodeSqliteDialect } from "../../../src/storage/sql/index.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";

const run = promisify(execFile);

async function pragma(db: Kysely<object>, name: string): Promise<unknown> {
  const { rows } = await db.executeQuery<Record<string, unknown>>(
    CompiledQuery.raw(`pragma ${name}`),
  );
  return rows[0]?.[name];
}

afterEach(() => vi.restoreAllMocks());

describe("opening", () => {
  test("a file has a write-ahead log and, unless asked otherwise, waits for the disk", async () => {
    using file = sqliteFile();
    await using full = openSqlite(file.path, { synchronous: "full" });
    await using normal = openSqlite(file.path, { synchronous: "normal" });
    expect(await pragma(full, "journal_mode")).toBe("wal");
    expect(await pragma(full, "synchronous")).toBe(2);
    expect(await pragma(normal, "synchronous")).toBe(1);
  });

  test("a folder is refused, by its path", async () => {
    using file = sqliteFile();
    mkdirSync(file.path);
    await using db = openSqlite(file.path);
    const message = `The SQLite file ${file.path} cannot be opened: unable to open database file.`;
    await expect(migrate(db)).rejects.toThrow(message);
  });

  test("a file in a folder that is not there is refused, by its path", async () => {
    using file = sqliteFile();
    await using db = openSqlite(`${file.path}/tokens.sqlite`);
    await expect(migrate(db)).rejects.toThrow(`${file.path}/tokens.sqlite cannot be opened`);
  });

  test("a file that is no database is refused, by its path", async () => {
    using file = sqliteFile();
    writeFileSync(file.path, "this is no database".repeat(100));
    await using db = openSqlite(file.path);
    await expect(migrate(db)).rejects.toThrow(
      `${file.path} cannot be opened: file is not a database`,
    );
  });

  test("a file that may only be read is refused", async () => {
    using file = sqliteFile();
    writeFileSync(file.path, "");
    chmodSync(file.path, 0o444);
    chmodSync(file.folder, 0o555);
    const { stdout } = await asNobody(file.path);
    expect(stdout).toContain(`The SQLite file ${file.path} cannot be opened`);
    chmodSync(file.folder, 0o755);
  });

  test("an opening that failed is tried again at the next statement", async () => {
    using file = sqliteFile();
    await using db = openSqlite(`${file.path}/tokens.sqlite`);
    await expect(migrate(db)).rejects.toThrow("cannot be opened");
    mkdirSync(file.path);
    await migrate(db);
  });

  test("where there is no node:sqlite, the dialect says so, and only the dialect", () => {
    const lookUp = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    expect(() => nodeSqliteDialect("tokens.sqlite")).toThrow(
      "nodeSqliteDialect needs the node:sqlite",
    );
    expect(lookUp).toHaveBeenCalledWith("node:sqlite");
  });

  test.each<[string, unknown, unknown]>([
    ["path must not be empty", "", {}],
    ["path must be a string", undefined, {}],
    ['there is no "timeout"', "a", { timeout: 1 }],
    ["options.synchronous must be one of", "a", { synchronous: "off" }],
    ["options.busyTimeoutMs must be a whole number", "a", { busyTimeoutMs: -1 }],
  ])("%s", (message, path, options) => {
    expect(() => nodeSqliteDialect(path as string, options as object)).toThrow(message);
  });
});

/** Root may write what is read-only: the attempt is made by a user who may not. */
function asNobody(path: string): Promise<{ stdout: string }> {
  const entry = fileURLToPath(new URL("../../../src/storage/sql/index.ts", import.meta.url));
  const program = `
    import { Kysely } from "kysely";
    import { migrate, nodeSqliteDialect } from ${JSON.stringify(entry)};
    if (process.getuid() === 0) process.setuid(65534);
    const db = new Kysely({ dialect: nodeSqliteDialect(${JSON.stringify(path)}) });
    await migrate(db).catch((error) => process.stdout.write(error.message));`;
  const flags = ["--no-warnings", "--input-type=module", "--eval", program];
  return run(process.execPath, flags, { cwd: fileURLToPath(new URL(".", import.meta.url)) });
}

describe("statements", () => {
  test("rows, counts, ids and streams come as Kysely expects them", async () => {
    await using db = openSqlite();
    await sql`create table things (id integer primary key, name text)`.execute(db);
    const inserted = await sql`insert into things (name) values ('a'), ('b')`.execute(db);
    expect(inserted).toMatchObject({ numAffectedRows: 2n, insertId: 2n, rows: [] });
    const returned = await sql`update things set name = name || '!' returning name`.execute(db);
    expect(returned.rows).toEqual([{ name: "a!" }, { name: "b!" }]);
    const names: unknown[] = [];
    const things = db.withTables<{ things: { id: number; name: string } }>();
    for await (const { name } of things.selectFrom("things").select("name").stream())
      names.push(name);
    expect(names).toEqual(["a!", "b!"]);
  });

  test("a statement keeps working when the table changes beneath it", async () => {
    await using db = openSqlite();
    const read = CompiledQuery.raw("select * from things");
    await sql`create table things (name text)`.execute(db);
    await db.executeQuery(read);
    await sql`alter table things add column size integer`.execute(db);
    await sql`insert into things values ('a', 1)`.execute(db);
    expect((await db.executeQuery(read)).rows).toEqual([{ name: "a", size: 1 }]);
  });

  test("a statement is prepared once", async () => {
    await using db = openSqlite();
    const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
    for (const value of [1, 2, 3]) await db.executeQuery(CompiledQuery.raw("select ?", [value]));
    expect(prepare).toHaveBeenCalledOnce();
  });

  test("two hundred statements are kept, and more than that still run", async () => {
    await using db = openSqlite();
    for (let index = 0; index < 450; index += 1) {
      const query = CompiledQuery.raw(`select ${index % 225} as value`);
      expect((await db.executeQuery(query)).rows).toEqual([{ value: index % 225 }]);
    }
  });
});

describe("locks", () => {
  test("a write waits for another connection of the same process, which goes on meanwhile", async () => {
    using file = sqliteFile();
    await using first = openSqlite(file.path);
    await using second = openSqlite(file.path);
    await sql`create table things (name text)`.execute(first);
    const order: string[] = [];
    const holding = first.transaction().execute(async (transaction) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      await sql`insert into things values ('first')`.execute(transaction);
      order.push("first");
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await sql`insert into things values ('second')`.execute(second);
    order.push("second");
    await holding;
    expect(order).toEqual(["first", "second"]);
  });

  test("a write gives up after the time it was given", async () => {
    using file = sqliteFile();
    await using first = openSqlite(file.path);
    await using second = openSqlite(file.path, { busyTimeoutMs: 20 });
    await sql`create table things (name text)`.execute(first);
    await first.transaction().execute(async () => {
      const write = sql`insert into things values ('second')`.execute(second);
      await expect(write).rejects.toThrow("database is locked");
    });
  });

  test("a transaction takes the write lock at once, unless it only reads", async () => {
    using file = sqliteFile();
    await using first = openSqlite(file.path);
    await using second = openSqlite(file.path, { busyTimeoutMs: 0 });
    await sql`create table things (name text)`.execute(first);
    await first.transaction().execute(async () => {
      const writing = second.transaction().execute(async () => {});
      await expect(writing).rejects.toThrow("database is locked");
      const reading = second.transaction().setAccessMode("read only");
      const { rows } = await reading.execute((transaction) =>
        sql`select * from things`.execute(transaction),
      );
      expect(rows).toEqual([]);
    });
  });

  test("a statement that fails for another reason fails at once", async () => {
    await using db = openSqlite(":memory:", { busyTimeoutMs: 10_000 });
    await expect(sql`select * from nowhere`.execute(db)).rejects.toThrow("no such table");
  });
});
