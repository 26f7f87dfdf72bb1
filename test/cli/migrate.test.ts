import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely } from "kysely";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import { migrate, nodeSqliteDialect, schema } from "../../src/storage/sql/index.ts";
import { commandLine } from "./support/command-line.ts";
import { fakeTerminal } from "./support/fake-terminal.ts";

function openDatabase(path = ":memory:"): Kysely<object> {
  const database = new Kysely<object>({ dialect: nodeSqliteDialect(path) });
  onTestFinished(() => database.destroy());
  return database;
}

async function tablesOf(database: Kysely<object>): Promise<readonly string[]> {
  const tables = await database.introspection.getTables();
  return tables.map(({ name }) => name).filter((name) => name !== "sqlite_sequence");
}

describe("migrate", () => {
  test("shows the steps, does them, and has nothing to do then", async () => {
    const database = openDatabase();
    const line = commandLine({ database: () => database });
    const first = await line.run(["migrate"]);
    expect(first.exitCode).toBe(0);
    expect(first.out).toMatch(
      /^\d of \d steps to do:\n {2}0001_tokens_zones_events [\s\S]*\nDone\.\n$/,
    );
    expect(await tablesOf(database)).toContain("tokenry_tokens");
    const second = await line.run(["migrate"]);
    expect(second.out).toMatch(/^Nothing to do: (\d) of \1 steps are done\.\n$/);
  });

  test("--dry-run shows the SQL and changes nothing", async () => {
    const database = openDatabase();
    const { out } = await commandLine({ database }).run(["migrate", "--dry-run"]);
    expect(out).toContain("-- 0001_tokens_zones_events\ncreate table");
    expect(await tablesOf(database)).toEqual([]);
  });

  test("as JSON lists what is done and what is pending", async () => {
    const database = openDatabase();
    const line = commandLine({ database });
    const dry = (await line.run(["migrate", "--dry-run", "--json"])).json();
    const first = expect.objectContaining({ name: "0001_tokens_zones_events" }) as object;
    expect(dry).toMatchObject({ done: [], pending: expect.arrayContaining([first]) as [] });
    const done = (await line.run(["migrate", "--json"])).json();
    expect(done).toMatchObject({
      pending: [],
      done: expect.arrayContaining(["0002_budgets"]) as [],
    });
  });

  test("goes by the names of the configuration", async () => {
    const database = openDatabase();
    await commandLine({ database, tables: { prefix: "acme_" } }).run(["migrate"]);
    const tables = await tablesOf(database);
    expect(tables.every((name) => name.startsWith("acme_"))).toBe(true);
  });

  test("refuses tables of a newer version", async () => {
    const database = openDatabase();
    await migrate(database);
    await (database as Kysely<{ tokenry_migration: { name: string; timestamp: string } }>)
      .insertInto("tokenry_migration")
      .values({ name: "9999_later", timestamp: "2030-01-01T00:00:00.000Z" })
      .execute();
    const { exitCode, err } = await commandLine({ database }).run(["migrate"]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/newer version of tokenry.*9999_later/);
  });

  test("with the database out of reach exits with 3 and the reason", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tokenry-cli-"));
    rmSync(folder, { recursive: true });
    const database = openDatabase(join(folder, "tokens.sqlite"));
    const { exitCode, err } = await commandLine({ database }).run(["migrate"]);
    expect(exitCode).toBe(3);
    expect(err).toMatch(/^tokenry: unavailable[\s\S]*because: .*cannot be opened[\s\S]*next: /);
  });

  test("with a database that does not answer exits with 3, and says meanwhile what it waits for", async () => {
    const database = openDatabase();
    // Like a pool whose server is a black hole.
    vi.spyOn(database.getExecutor(), "provideConnection").mockReturnValue(new Promise(() => {}));
    const whileAsleep = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const { exitCode, err } = await commandLine({
      database: () => ({
        withoutPlugins: () => database,
        transaction: () => database.transaction(),
        getExecutor: () => database.getExecutor(),
      }),
    }).run(["migrate"], { whileAsleep });
    expect(exitCode).toBe(3);
    expect(err).toContain("asking the database [=");
    expect(err).toMatch(
      /unavailable: The database cannot be asked[\s\S]*no answer within 10 seconds/,
    );
  });

  test("by names that cannot be says what to correct", async () => {
    const tables = { prefix: "1 2" };
    const { exitCode, err } = await commandLine({ database: openDatabase(), tables }).run([
      "migrate",
    ]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /^tokenry: config\.tables\.prefix must match[\s\S]*next: Correct config\.tables\./,
    );
  });

  test("needs no tokenry", async () => {
    const load = async () => ({ database: openDatabase() });
    const terminal = fakeTerminal({ piped: "" });
    expect(await run(["migrate"], terminal, { version: "1.2.3", load })).toBe(0);
  });

  test("without a database in the configuration says what to give", async () => {
    const { exitCode, err } = await commandLine().run(["migrate"]);
    expect(exitCode).toBe(1);
    expect(err).toContain("next: Give it your Kysely instance");
  });
});

describe("schema", () => {
  test.each(["postgres", "mysql", "mariadb", "sqlite"] as const)("%s", async (dialect) => {
    const { out } = await commandLine().run(["schema", dialect]);
    expect(out).toBe(schema(dialect));
  });

  test("goes by names", async () => {
    const args = ["schema", "postgres", "--schema", "auth", "--prefix", "acme_"];
    const { out } = await commandLine().run(args);
    expect(out).toBe(schema("postgres", { schema: "auth", prefix: "acme_" }));
  });

  test.each([
    [["oracle"]],
    [[]],
    [["postgres", "--prefix", "1 2"]],
    [["sqlite", "--schema", "auth"]],
  ])("%j is wrong use", async (args) => {
    expect((await commandLine().run(["schema", ...args])).exitCode).toBe(2);
  });
});
