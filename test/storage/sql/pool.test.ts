import { EventEmitter } from "node:events";
import {
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { createPool } from "mysql2";
import { createPool as createPromisePool } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Deadlines } from "../../../src/storage/sql/deadline.ts";
import { type SqlPool, sqlRepository, type TableNames } from "../../../src/storage/sql/index.ts";
import { sampleHash, sampleToken } from "../../../src/testing/repository/samples.ts";
import { openSqlite } from "../../fixtures/sqlite-file.ts";

const TIMEOUT_MS = 1000;
const NO_ANSWER = "did not answer within 1000 ms";

/** Databases that are never asked: all goes over the pool. */
const postgres = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
const mysql = new Kysely<object>({
  dialect: {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  },
});

type Answer = (error: Error | null, result?: unknown) => void;

/** A statement that waits for its answer. */
interface Asked {
  readonly text: string;
  readonly name: string | undefined;
  readonly answer: Answer;
}

/** A pool of one connection, of either driver, that does what it is told. */
class FakePool {
  readonly asked: Asked[] = [];
  /** What became of each connection that was lent. */
  readonly returned: ("released" | "destroyed")[] = [];
  readonly clients: EventEmitter[] = [];
  lends = true;
  readonly #waiting: (() => void)[] = [];

  lend(): void {
    for (const lend of this.#waiting.splice(0)) lend();
  }

  connect(callback: (error: Error | undefined, client: never) => void): void {
    this.#hand(() => callback(undefined, this.#connection() as never));
  }

  getConnection(callback: (error: Error | null, connection: never) => void): void {
    this.#hand(() => callback(null, this.#connection() as never));
  }

  #hand(lend: () => void): void {
    if (this.lends) lend();
    else this.#waiting.push(lend);
  }

  #connection(): EventEmitter {
    const ask = (query: unknown, ...rest: unknown[]): void => {
      const { text, sql, name } =
        typeof query === "string" ? { text: query } : (query as Record<string, string>);
      this.asked.push({ text: text ?? sql ?? "", name, answer: rest.at(-1) as Answer });
    };
    const client = Object.assign(new EventEmitter(), {
      query: ask,
      execute: ask,
      release: (destroy?: boolean) => this.returned.push(destroy ? "destroyed" : "released"),
      destroy: () => this.returned.push("destroyed"),
    });
    this.clients.push(client);
    return client;
  }
}

function open(db: Kysely<object>, names: TableNames = {}) {
  const pool = new FakePool();
  // A cast: it has the methods of both drivers.
  const repository = sqlRepository({
    db,
    pool: pool as unknown as SqlPool,
    timeoutMs: TIMEOUT_MS,
    ...names,
  });
  return { pool, repository };
}

const NO_ROWS = { postgres: { command: "SELECT", rowCount: 0, rows: [] }, mysql: [] } as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe.each([
  ["postgres", postgres],
  ["mysql", mysql],
] as const)("a pool of %s", (driver, db) => {
  const found = NO_ROWS[driver];
  const find = (repository: ReturnType<typeof open>["repository"]) =>
    Promise.resolve(repository.findByHash([sampleHash()]));
  const settle = () => vi.advanceTimersByTimeAsync(0);

  test("a look-up borrows a connection and gives it back", async () => {
    const { pool, repository } = open(db);
    const look = find(repository);
    await settle();
    expect(pool.returned).toEqual([]);
    pool.asked[0]?.answer(null, found);
    expect(await look).toBeUndefined();
    expect(pool.returned).toEqual(["released"]);
  });

  test("a connection on which a look-up fails is thrown away", async () => {
    const { pool, repository } = open(db);
    const look = expect(find(repository)).rejects.toThrow("gone");
    await settle();
    pool.asked[0]?.answer(new Error("gone"));
    await look;
    expect(pool.returned).toEqual(["destroyed"]);
  });

  test("a connection that does not answer a look-up is thrown away once, and its answer goes unheard", async () => {
    const { pool, repository } = open(db);
    const look = expect(find(repository)).rejects.toThrow(NO_ANSWER);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    await look;
    expect(pool.returned).toEqual(["destroyed"]);
    pool.asked[0]?.answer(null, found);
    await settle();
    expect(pool.returned).toEqual(["destroyed"]);
  });

  test("a connection that does not answer other statements is thrown away, and asked nothing more", async () => {
    const { pool, repository } = open(db);
    const read = expect(repository.findById("a")).rejects.toThrow(NO_ANSWER);
    const write = expect(
      repository.commit({ insert: [sampleToken()], events: [] }),
    ).rejects.toThrow(NO_ANSWER);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    await Promise.all([read, write]);
    const asked = pool.asked.length;
    for (const { answer } of pool.asked) answer(null, found);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    expect(pool.returned).toEqual(["destroyed", "destroyed"]);
    expect(pool.asked).toHaveLength(asked);
  });

  test("a connection that comes too late goes back at once", async () => {
    const { pool, repository } = open(db);
    pool.lends = false;
    const asks = [find(repository), repository.findById("a")].map((ask) =>
      expect(ask).rejects.toThrow(NO_ANSWER),
    );
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 5);
    await Promise.all(asks);
    pool.lend();
    expect(pool.asked).toEqual([]);
    expect(pool.returned).toEqual(["released", "released"]);
  });

  test("a connection that breaks while it is lent ends no process", async () => {
    const { pool, repository } = open(db);
    const asks = [find(repository), repository.findById("a")].map((ask) =>
      expect(ask).rejects.toThrow("gone"),
    );
    await settle();
    for (const [place, client] of pool.clients.entries()) {
      if (driver === "postgres") client.emit("error", new Error("gone"));
      pool.asked[place]?.answer(new Error("gone"));
    }
    await Promise.all(asks);
    // After that it is the pool's again to listen.
    expect(pool.clients.map((client) => client.listenerCount("error"))).toEqual([0, 0]);
  });
});

test.each([
  ["23505", "released"],
  ["0A000", "destroyed"],
])("a client of pg on which a statement fails with %s is %s", async (code, fate) => {
  const { pool, repository } = open(postgres);
  const error = Object.assign(new Error("refused"), { code });
  const look = expect(repository.findByHash([sampleHash()])).rejects.toBe(error);
  await vi.advanceTimersByTimeAsync(0);
  pool.asked[0]?.answer(error);
  await look;
  expect(pool.returned).toEqual([fate]);
});

test.each([
  ["postgres", postgres],
  ["mysql", mysql],
] as const)("a refused connection of %s is waited for no longer", async (_, db) => {
  const end = vi.spyOn(Deadlines.prototype, "end");
  const { pool, repository } = open(db);
  const refuse = (callback: (error: Error) => void): void => callback(new Error("refused"));
  Object.assign(pool, { connect: refuse, getConnection: refuse });
  await expect(repository.findById("a")).rejects.toThrow("refused");
  // That of the whole, and that of the connection.
  expect(end).toHaveBeenCalledTimes(2);
});

describe("statements of look-ups", () => {
  const namesOf = async (names: TableNames): Promise<readonly (string | undefined)[]> => {
    const { pool, repository } = open(postgres, names);
    for (const hashes of [[sampleHash()], [sampleHash(), sampleHash()], [sampleHash()]]) {
      const look = Promise.resolve(repository.findByHash(hashes));
      await vi.advanceTimersByTimeAsync(0);
      pool.asked.at(-1)?.answer(null, NO_ROWS.postgres);
      await look;
    }
    return pool.asked.map(({ name }) => name);
  };

  test("have a name each, which other tables do not share", async () => {
    const [one, many, again] = await namesOf({});
    const [ofPrefix] = await namesOf({ prefix: "acme_" });
    const [ofSchema] = await namesOf({ schema: "acme" });
    expect(again).toBe(one);
    const names = [one, many, ofPrefix, ofSchema];
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^tokenry_[0-9a-f]{32}$/);
  });
});

describe("options.pool", () => {
  test("is a pool of the database's driver", async () => {
    await using sqlite = openSqlite();
    const none = {} as never;
    expect(() => sqlRepository({ db: postgres, pool: none })).toThrow(
      "options.pool.connect must be a function",
    );
    expect(() => sqlRepository({ db: mysql, pool: none })).toThrow(
      "options.pool.getConnection must be a function",
    );
    expect(() => sqlRepository({ db: postgres, pool: createPool({}) })).toThrow(
      "options.pool.connect",
    );
    expect(() => sqlRepository({ db: sqlite, pool: none })).toThrow(
      "options.pool must not be given: SQLite has none",
    );
  });

  test("is not the pool of mysql2/promise, whose methods take no callbacks", () => {
    expect(() => sqlRepository({ db: mysql, pool: createPromisePool({}) as never })).toThrow(
      "options.pool must be mysql2's pool with callbacks, not that of mysql2/promise",
    );
    expect(sqlRepository({ db: mysql, pool: createPool({}) })).toBeDefined();
  });
});
