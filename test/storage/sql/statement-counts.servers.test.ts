import { type Dialect, Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool } from "mysql2";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createTokenry,
  manySliding,
  type Repository,
  SYSTEM,
  type Tokenry,
} from "../../../src/index.ts";
import { migrate, type SqlPool, sqlRepository } from "../../../src/storage/sql/index.ts";
import {
  describeWithBinary,
  startMariadb,
  startPostgres,
  type TestServer,
} from "../../servers/index.ts";

/** A statement as its server counted it. */
interface Counted {
  readonly text: string;
  readonly calls: number;
}

/** A server that counts what it is asked. */
interface CountingServer extends AsyncDisposable {
  readonly url: string;
  /** Counts from zero. */
  reset(): Promise<void>;
  /** What others have asked since. */
  counted(): Promise<readonly Counted[]>;
  /** Locks every token until what it resolves to is called. */
  lock(): Promise<() => Promise<void>>;
  /** How many statements wait for a lock. */
  blocked(): Promise<number>;
}

async function countingPostgres(): Promise<CountingServer> {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("create extension pg_stat_statements");
  const holder = new pg.Client({ connectionString: server.url });
  await holder.connect();
  const numberOf = async (query: string): Promise<number> =>
    Number((await client.query<{ n: string }>(query)).rows[0]?.n);
  return {
    url: server.url,
    async reset() {
      await client.query("select pg_stat_statements_reset()");
    },
    async counted() {
      const { rows } = await client.query<{ query: string; calls: string }>(
        "select query, calls from pg_stat_statements where query not like '%pg_stat_%'",
      );
      return rows.map(({ query, calls }) => ({ text: query, calls: Number(calls) }));
    },
    async lock() {
      await holder.query("begin");
      await holder.query("select id from tokenry_tokens for update");
      return async () => void (await holder.query("rollback"));
    },
    blocked: () =>
      numberOf("select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'"),
    [Symbol.asyncDispose]: () => ended(server, [client, holder]),
  };
}

async function countingMariadb(): Promise<CountingServer> {
  const server = await startMariadb();
  const connection = await createConnection(server.url);
  const holder = await createConnection(server.url);
  await connection.query("set global log_output = 'TABLE', global general_log = 1");
  return {
    url: server.url,
    async reset() {
      await connection.query("truncate table mysql.general_log");
    },
    async counted() {
      const [rows] = await connection.query(
        `select convert(argument using utf8mb4) as text, count(*) as calls from mysql.general_log
        where command_type in ('Query', 'Execute') and thread_id not in (connection_id(), ${holder.threadId})
        group by argument`,
      );
      return rows as Counted[];
    },
    async lock() {
      await holder.query("begin");
      await holder.query("select id from tokenry_tokens for update");
      return async () => void (await holder.query("rollback"));
    },
    async blocked() {
      const [rows] = await connection.query(
        "select count(*) as n from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
      );
      return Number((rows as { n: unknown }[])[0]?.n);
    },
    [Symbol.asyncDispose]: () => ended(server, [connection, holder]),
  };
}

async function ended(
  server: TestServer,
  clients: readonly { end(): Promise<void> }[],
): Promise<void> {
  for (const client of clients) await client.end();
  await server[Symbol.asyncDispose]();
}

interface Driver {
  readonly title: string;
  readonly start: () => Promise<CountingServer>;
  readonly open: (url: string) => { readonly pool: SqlPool; readonly dialect: Dialect };
}

const POSTGRES: Driver = {
  title: "PostgreSQL",
  start: countingPostgres,
  open(url) {
    const pool = new pg.Pool({ connectionString: url });
    pool.on("error", () => undefined);
    return { pool, dialect: new PostgresDialect({ pool }) };
  },
};

const MARIADB: Driver = {
  title: "MariaDB",
  start: countingMariadb,
  open(url) {
    const pool = createPool(url);
    return { pool, dialect: new MysqlDialect({ pool }) };
  },
};

const SELECT = /^select .*tokenry_tokens/is;
const UPDATE = /^update .*tokenry_tokens/is;

const TOKENS = 500;
const CALL = { api: "orders", method: "GET", address: "192.0.2.7" } as const;

/** Verifies, and throws where a call is refused. */
async function verifyAll(tokens: Tokenry, secrets: readonly string[]): Promise<void> {
  for (const secret of secrets) await verifyOne(tokens, secret);
}

async function verifyOne(tokens: Tokenry, secret: string): Promise<void> {
  const verdict = await tokens.verify(secret, CALL);
  if (!verdict.ok) throw new Error(verdict.code);
}

for (const [server, driver] of [
  ["postgres", POSTGRES],
  ["mariadb", MARIADB],
] as const) {
  describeWithBinary(server, `what ${driver.title} counts, without a cache`, () =>
    countStatements(driver),
  );
}

function countStatements({ start, open }: Driver): void {
  let server: CountingServer;
  let db: Kysely<object>;
  let repository: Repository;
  let secrets: readonly string[];

  const node = (): Tokenry =>
    createTokenry({
      kinds: { service: manySliding({ prefix: "acme_svc" }) },
      apis: { orders: { limit: 1_000_000, window: { minutes: 1 } } },
      directory: { find: (id) => ({ id, account: "acme", active: true }) },
      repository,
    });

  /** The statements on tokens that a piece of work costs, and all others. */
  async function costOf(work: () => Promise<unknown>) {
    await server.reset();
    await work();
    const counted = await server.counted();
    const callsOf = (pattern: RegExp): number =>
      counted.reduce((sum, { text, calls }) => (pattern.test(text) ? sum + calls : sum), 0);
    return {
      selects: callsOf(SELECT),
      updates: callsOf(UPDATE),
      others: counted
        .map(({ text }) => text)
        .filter((text) => !SELECT.test(text) && !UPDATE.test(text)),
    };
  }

  beforeAll(async () => {
    server = await start();
    const { pool, dialect } = open(server.url);
    db = new Kysely({ dialect });
    await migrate(db);
    repository = sqlRepository({ db, pool });
    const issued = await Promise.all(
      Array.from({ length: TOKENS }, (_, index) =>
        node().issue({
          kind: "service",
          owner: "ada",
          actor: SYSTEM,
          name: `token ${index}`,
          network: null,
        }),
      ),
    );
    secrets = issued.map(({ secret }) => secret.reveal());
  });
  afterAll(async () => {
    await db.destroy();
    await server[Symbol.asyncDispose]();
  });

  test("the uses of 500 tokens are one UPDATE", async () => {
    const tokens = node();
    const cost = await costOf(async () => {
      await Promise.all(secrets.map((secret) => verifyOne(tokens, secret)));
      await tokens.close();
    });
    expect(cost.updates).toBe(1);
    expect(cost.selects).toBeLessThan(10);
  });

  describe("once the uses are noted", () => {
    test("N calls one after another are N statements and nothing else", async () => {
      const tokens = node();
      await verifyAll(tokens, secrets.slice(0, 20));
      const cost = await costOf(() => verifyAll(tokens, secrets.slice(0, 100)));
      expect(cost).toEqual({ selects: 100, updates: 0, others: [] });
      await tokens.close();
    });

    test("64 calls at once are a few statements", async () => {
      const tokens = node();
      const cost = await costOf(() =>
        Promise.all(secrets.slice(0, 64).map((secret) => verifyOne(tokens, secret))),
      );
      expect(cost).toEqual({ selects: 1, updates: 0, others: [] });
      await tokens.close();
    });
  });

  test("no call waits for a write: with every token locked, calls are accepted and their uses wait", async () => {
    const tokens = node();
    const hour = 3_600_000;
    const stored = await repository.listByOwner({ owner: "ada", limit: TOKENS });
    await repository.commit({
      update: stored.map(({ id }) => ({ id, set: { lastUsedAt: Date.now() - hour } })),
      events: [],
    });
    const unlock = await server.lock();
    await verifyAll(tokens, secrets.slice(0, 50));
    // InnoDB makes its list of transactions anew when nobody has read it for a tenth of a second.
    await expect.poll(() => server.blocked(), { timeout: 10_000, interval: 250 }).toBe(1);
    await verifyAll(tokens, secrets);
    await unlock();
    await tokens.close();
  });
}
