import BetterSqlite3 from "better-sqlite3";
import {
  CamelCasePlugin,
  DummyDriver,
  type Generated,
  Kysely,
  type LogEvent,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  ParseJSONResultsPlugin,
  SqliteDialect,
} from "kysely";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { IdempotencyStore } from "../../../src/ports/idempotency-store.ts";
import type { KeyStore } from "../../../src/ports/key-store.ts";
import type { Repository } from "../../../src/ports/repository.ts";
import {
  migrate,
  nodeSqliteDialect,
  sqlRepository,
  type TableNames,
} from "../../../src/storage/sql/index.ts";
import {
  insertToken,
  NOW,
  sampleEvent,
  sampleToken,
} from "../../../src/testing/repository/samples.ts";
import { openRepository, openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";

interface HostTables {
  readonly users: { readonly id: Generated<number>; readonly email: string };
}

/** A dialect that, like that of SQL Server, is like none that tokenry knows. */
function unknownDialect(): Kysely<object> {
  return new Kysely({
    dialect: {
      createAdapter: () => new MssqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MssqlIntrospector(db),
      createQueryCompiler: () => new MssqlQueryCompiler(),
    },
  });
}

describe("options", () => {
  test("a host's own database is accepted as it is, whatever its tables and plugins", async () => {
    const plugins = [new CamelCasePlugin(), new ParseJSONResultsPlugin()];
    await using db = new Kysely<HostTables>({ dialect: nodeSqliteDialect(":memory:"), plugins });
    await migrate(db);
    const repository = sqlRepository({ db });
    expectTypeOf(repository).toEqualTypeOf<Repository & KeyStore & IdempotencyStore>();
    const token = await insertToken(repository, { network: { include: ["10.0.0.0/8"] } });
    expect(await repository.findById(token.id)).toEqual(token);
  });

  test("what is no database is refused by name", async () => {
    expect(() => sqlRepository({ db: {} as never })).toThrow(
      "db.withoutPlugins must be a function",
    );
    expect(() => sqlRepository({} as never)).toThrow("db must be an object");
    expect(() => sqlRepository(undefined as never)).toThrow("options must be an object");
    await using db = openSqlite();
    const mistyped = { db, capability: {} } as never;
    expect(() => sqlRepository(mistyped)).toThrow('options: there is no "capability"');
    const capabilities = { onConflicts: true } as never;
    expect(() => sqlRepository({ db, capabilities })).toThrow('there is no "onConflicts"');
  });

  test("a transaction is refused: a commit has one of its own", async () => {
    await using db = openSqlite();
    await db.transaction().execute(async (transaction) => {
      expect(() => sqlRepository({ db: transaction })).toThrow("db must not be a transaction");
      await expect(migrate(transaction)).rejects.toThrow("db must not be a transaction");
    });
  });

  test("a dialect that is not known must be given", () => {
    const db = unknownDialect();
    expect(() => sqlRepository({ db })).toThrow("options.capabilities.dialect must be given");
    const wrong = { dialect: "mssql" } as never;
    expect(() => sqlRepository({ db, capabilities: wrong })).toThrow(RangeError);
    expect(sqlRepository({ db, capabilities: { dialect: "postgres" } })).toBeDefined();
  });

  test.each([
    [{ prefix: "" }, RangeError],
    [{ prefix: "1_" }, RangeError],
    [{ prefix: "acme-" }, RangeError],
    [{ prefix: "a".repeat(33) }, RangeError],
    [{ prefix: 5 }, TypeError],
    [{ schema: "main" }, TypeError],
  ])("names that cannot be are refused: %o", async (names, error) => {
    await using db = openSqlite();
    const given = names as TableNames;
    expect(() => sqlRepository({ db, ...given })).toThrow(error);
    await expect(migrate(db, given)).rejects.toThrow(`options.${Object.keys(given)[0]} must`);
  });

  test.each(["", 'a"b', "a.b", "a b", "a".repeat(64)])("a schema cannot be called %j", (schema) => {
    const capabilities = { dialect: "postgres" } as const;
    expect(() => sqlRepository({ db: unknownDialect(), schema, capabilities })).toThrow(
      "options.schema must",
    );
  });
});

describe("commit", () => {
  async function statementsOf(change: (repository: Repository) => PromiseLike<unknown>) {
    const statements: string[] = [];
    const log = ({ query }: LogEvent) => {
      statements.push(query.sql.split(" ", 1)[0] ?? "");
    };
    await using store = await openRepository({}, { log });
    await insertToken(store.repository, { id: "known" });
    statements.length = 0;
    await change(store.repository);
    return statements;
  }

  test("of one step is one statement, its event one more, and the transaction", async () => {
    const event = sampleEvent();
    const insert = [sampleToken({ slot: "primary" })];
    const steps = [
      [{ insert, events: [event] }, "insert"],
      [{ update: [{ id: "known", version: 1, set: { name: "new" } }], events: [event] }, "update"],
      [{ remove: [{ id: "known", version: 1 }], events: [event] }, "delete"],
    ] as const;
    for (const [change, step] of steps) {
      const statements = await statementsOf((repository) => repository.commit(change));
      expect(statements).toEqual(["begin", step, "insert", "commit"]);
    }
  });

  test("begins by writing, also where all fails: a reading transaction may not be let write", async () => {
    const changes = [
      { zones: { account: "acme", revision: 0 }, events: [] },
      { remove: [{ id: "unknown" }], events: [] },
      { update: [{ id: "known", set: { slot: "primary" } }], events: [] },
      { events: [sampleEvent()] },
    ];
    for (const change of changes) {
      const [begin, first] = await statementsOf((repository) => repository.commit(change));
      expect([begin, first]).not.toContain("select");
    }
  });

  test("events by the thousand are kept in their order", async () => {
    await using store = await openRepository();
    const events = Array.from({ length: 1201 }, () => sampleEvent());
    expect(await store.repository.commit({ events })).toEqual({ ok: true });
    const stored = await store.repository.events({ account: "acme", limit: 2000 });
    expect(stored.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toReversed());
  });

  test("a host's better-sqlite3 that waits for nothing still commits beside another writer", async () => {
    using file = sqliteFile();
    await using other = openSqlite(file.path);
    await migrate(other);
    const database = new BetterSqlite3(file.path, { timeout: 0 });
    await using db = new Kysely<object>({ dialect: new SqliteDialect({ database }) });
    const held = other
      .transaction()
      .execute(() => new Promise((resolve) => setTimeout(resolve, 15)));
    const token = await insertToken(sqlRepository({ db }));
    await held;
    expect(await sqlRepository({ db: other }).findById(token.id)).toEqual(token);
  });
});

test("a page of events that names neither an account nor a token is refused", async () => {
  await using store = await openRepository();
  await expect(store.repository.events({ limit: 5 })).rejects.toThrow(TypeError);
});

test("a place before the range does not widen it", async () => {
  await using store = await openRepository();
  const { repository } = store;
  const [, second] = [
    await insertToken(repository, { expiresAt: NOW - 1 }),
    await insertToken(repository, { expiresAt: NOW + 1 }),
  ];
  const after = { expiresAt: NOW - 2, id: "a" };
  expect(await repository.expiringBetween(NOW, NOW + 9, 9, after)).toEqual([second]);
});

test.each([{}, { lists: "none" } as const])(
  "uses of few tokens, many in one batch, count as one after another: %o",
  async (capabilities) => {
    await using store = await openRepository(capabilities);
    const { repository } = store;
    const tokens = [
      await insertToken(repository, { expiresAt: NOW }),
      await insertToken(repository, { expiresAt: NOW }),
    ];
    // Each use is in time only because of the one before it.
    const uses = Array.from({ length: 300 }, (_, index) => {
      const step = Math.floor(index / 2);
      return { id: tokens[index % 2]?.id ?? "", usedAt: NOW + step - 1, expiresAt: NOW + step + 1 };
    });
    await repository.touch(uses);
    const last = { lastUsedAt: NOW + 148, expiresAt: NOW + 150 };
    for (const token of tokens) {
      expect(await repository.findById(token.id)).toEqual({ ...token, ...last });
    }
  },
);
