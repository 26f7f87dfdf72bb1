import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { Kysely, MysqlDialect, PostgresDialect, sql } from "kysely";
import { createPool, type Pool } from "mysql2";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { BudgetStore, Taken } from "../../../src/ports/budget-store.ts";
import { sqlBudgets } from "../../../src/storage/sql/budgets.ts";
import { takeStatement } from "../../../src/storage/sql/budgets-statement.ts";
import { migrate } from "../../../src/storage/sql/migrate.ts";
import type { TableNames } from "../../../src/storage/sql/names.ts";
import { tablesOf } from "../../../src/storage/sql/tables.ts";
import {
  describeWithBinary,
  describeWithServer,
  type FreshDatabase,
  freshDatabase,
  startMariadb,
  startPostgres,
  startProxy,
  type TestServer,
} from "../../servers/index.ts";
import { batches, compareWithMemory, FROM_EVERY_BUDGET, NOW } from "./budgets-model.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The machine may be busy with other tests: what is slow is no outage, where outages are not what is tested. */
const PATIENCE_MS = 20_000;

interface Node extends AsyncDisposable {
  readonly db: Kysely<object>;
  readonly pool: pg.Pool | Pool;
  readonly store: BudgetStore;
}

/** Opens a database by its URL, and a store over its pool. */
function openNode(url: string, timeoutMs: number = PATIENCE_MS): Node {
  return url.startsWith("postgres:") ? openPostgres(url, timeoutMs) : openMariadb(url, timeoutMs);
}

function openPostgres(url: string, timeoutMs: number = PATIENCE_MS): Node & { pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 500 });
  pool.on("error", () => undefined);
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  const store = sqlBudgets({ db, pool, timeoutMs });
  return { db, pool, store, [Symbol.asyncDispose]: () => pool.end() };
}

function openMariadb(url: string, timeoutMs: number): Node {
  const pool = createPool({ uri: url, connectionLimit: 4, connectTimeout: 500 });
  const db = new Kysely<object>({ dialect: new MysqlDialect({ pool }) });
  const store = sqlBudgets({ db, pool, timeoutMs });
  return { db, pool, store, [Symbol.asyncDispose]: () => pool.promise().end() };
}

/** Another store over a node's connections: it knows nothing of what the first has seen. */
function openStore({ db, pool }: Node, names: TableNames = {}): BudgetStore {
  return sqlBudgets({ db, pool, timeoutMs: PATIENCE_MS, ...names });
}

const bucket = (key: string, limit = 10, windowMs = DAY_MS) => ({ key, limit, windowMs });

function allowedOf(taken: readonly Taken[]): number {
  return taken.filter(({ allowed }) => allowed).length;
}

function atOnce(count: number, take: (index: number) => PromiseLike<Taken> | Taken) {
  return Promise.all(Array.from({ length: count }, (_, index) => take(index)));
}

/** So many more rows in PostgreSQL, and it knows of them. */
async function fill({ db }: Node, count: number): Promise<void> {
  await sql`
    insert into tokenry_budgets select 'filler ' || n, 1, n, ${NOW}::bigint + n * 1000
    from generate_series(1, ${count}::int) n on conflict do nothing`.execute(db);
  await sql`analyze tokenry_budgets`.execute(db);
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

/** How often PostgreSQL has ended a wait in a circle. Sessions tell it at their end. */
async function deadlocks(url: string): Promise<number> {
  await using node = openPostgres(url);
  const others =
    "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
  await vi.waitFor(async () => expect((await node.pool.query(others)).rowCount).toBe(0), 5000);
  const { rows } = await node.pool.query(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  return Number(rows[0].deadlocks);
}

/** A fresh database with the tables, for all tests of a block. */
function useDatabase(serverUrl: string): { readonly url: string } {
  let database: FreshDatabase | undefined;
  beforeAll(async () => {
    database = await freshDatabase(serverUrl);
    await using node = openNode(database.url);
    await migrate(node.db);
  });
  afterAll(() => database?.drop());
  return {
    get url() {
      return database?.url ?? "";
    },
  };
}

for (const server of ["postgres", "mariadb"] as const) {
  describeWithServer(server, `budgets in ${server}`, (serverUrl) => {
    const database = useDatabase(serverUrl);

    test("are decided as in memory, whatever is asked and whichever way the clock moves", async () => {
      await using node = openNode(database.url);
      await fc.assert(
        fc.asyncProperty(batches(-30_000, 15_000), async (calls) => {
          await sql`delete from tokenry_budgets`.execute(node.db);
          // No sweep, which is a minute after this: a clock that goes back by a window could tell what it has deleted.
          vi.spyOn(Math, "random").mockReturnValue(0);
          await compareWithMemory(openStore(node), [FROM_EVERY_BUDGET, ...calls], {
            rangeMs: MINUTE_MS - 1,
          });
          vi.restoreAllMocks();
        }),
        { numRuns: 25 },
      );
    }, 120_000);

    test("are decided as in memory while rows that tell nothing are deleted", async () => {
      await using node = openNode(database.url);
      // Each run in a year of its own: a sweep of the one before must not meet rows of its past.
      let start = NOW;
      await fc.assert(
        fc.asyncProperty(batches(-10, 400_000), async (calls) => {
          start += 365 * DAY_MS;
          await sql`delete from tokenry_budgets`.execute(node.db);
          await compareWithMemory(openStore(node), calls, { start });
        }),
        { numRuns: 25 },
      );
    }, 120_000);

    test("of a new key that several nodes meet at once, its share is allowed", async () => {
      const nodes = [1, 2, 3, 4].map(() => openNode(database.url));
      for (let round = 0; round < 25; round += 1) {
        const buckets = [bucket(`new ${round}`, 50), bucket(`account ${round}`, 500)];
        const taken = await atOnce(120, (index) =>
          (nodes[index % 4] as Node).store.take(buckets, 1, NOW),
        );
        expect(allowedOf(taken)).toBe(50);
      }
      for (const node of nodes) await node[Symbol.asyncDispose]();
    });

    test("of keys that nodes name in any order, nobody waits in a circle", async () => {
      const nodes = [openNode(database.url), openNode(database.url), openNode(database.url)];
      // Of a large table PostgreSQL finds rows in the order in which they are asked for, if in no other.
      if (server === "postgres") await fill(nodes[0] as Node, 20_000);
      for (let round = 0; round < 60; round += 1) {
        // Some are there, some are met for the first time; two of a call, as tokenry's are, or more.
        const keys = [..."abcdef"].flatMap((key) => [key, `${round} ${key}`]);
        const taken = await atOnce(30, (index) => {
          const count = round % 2 ? 2 : 2 + (index % 3);
          const buckets = shuffled(keys)
            .slice(0, count)
            .map((key) => bucket(key, 1e9));
          return (nodes[index % 3] as Node).store.take(buckets, 1, NOW);
        });
        expect(allowedOf(taken)).toBe(30);
      }
      for (const node of nodes) await node[Symbol.asyncDispose]();
      if (server === "postgres") expect(await deadlocks(database.url)).toBe(0);
    });

    test("that are full again are deleted while others spend from them, and nothing is refilled", async () => {
      const nodes = [1, 2, 3].map(() => openNode(database.url));
      const [first, second, third] = nodes as [Node, Node, Node];
      for (let round = 0; round < 20; round += 1) {
        const buckets = Array.from({ length: 20 }, (_, key) => bucket(`${round} ${key}`, 30, 1000));
        const at = NOW + round * DAY_MS;
        for (const one of buckets) await first.store.take([one], 30, at);
        // Full again, so each may be spent from once more, whether its row is there or not.
        const later = at + 10 * MINUTE_MS;
        const sweeping = openStore(third);
        const taken = await Promise.all([
          ...buckets.flatMap((one) => [
            atOnce(
              40,
              (index) => [first, second][index % 2]?.store.take([one], 1, later) as Promise<Taken>,
            ),
          ]),
          // A first call, and one after more than a minute: then it sweeps.
          atOnce(1, () => sweeping.take([bucket("sweeper", 1e9)], 1, later - 2 * MINUTE_MS)),
          atOnce(1, () => sweeping.take([bucket("sweeper", 1e9)], 1, later)),
        ]);
        for (const each of taken.slice(0, 20)) expect(allowedOf(each)).toBe(30);
      }
      for (const node of nodes) await node[Symbol.asyncDispose]();
    });

    test("have names as the host wishes", async () => {
      await using node = openNode(database.url);
      const name = `own_${randomBytes(4).toString("hex")}`;
      const names =
        server === "postgres" ? { schema: name, prefix: "acme_" } : { prefix: `${name}_` };
      await migrate(node.db, names);
      for (const each of [openStore(node), openStore(node, names)]) {
        const taken = await atOnce(9, () => each.take([bucket("named", 4)], 1, NOW));
        expect(allowedOf(taken)).toBe(4);
      }
    });
  });
}

describeWithServer("postgres", "budgets in PostgreSQL", (serverUrl) => {
  const database = useDatabase(serverUrl);

  test("a batch is one statement, prepared once by each connection", async () => {
    await using node = openPostgres(database.url);
    const connect = vi.spyOn(node.pool, "connect");
    const buckets = [bucket("one", 1e9), bucket("statement", 1e9)];
    await atOnce(50, () => node.store.take(buckets, 1, NOW));
    expect(connect).toHaveBeenCalledTimes(1);
    await node.store.take(buckets, 1, NOW);
    expect(connect).toHaveBeenCalledTimes(2);
    const { rows } = await node.pool.query(
      "select generic_plans + custom_plans as runs from pg_prepared_statements",
    );
    expect(rows).toEqual([{ runs: "2" }]);
  });

  test("a take leaves its connection as it was, and only its own commit does not wait for the disk", async () => {
    await using node = openPostgres(`${database.url}?options=-c%20synchronous_commit%3Don`);
    await node.store.take([bucket("a")], 1, NOW);
    const { rows } = await node.pool.query("show synchronous_commit");
    expect(rows).toEqual([{ synchronous_commit: "on" }]);
  });

  test("at 100,000 rows no statement reads all of them", async () => {
    await using node = openPostgres(database.url);
    await fill(node, 100_000);
    const take = takeStatement(tablesOf(node.db));
    const sweep = `select key from tokenry_budgets where empty_from <= 1 order by empty_from limit 500 for update skip locked`;
    const client = await node.pool.connect();
    try {
      await client.query("set plan_cache_mode = force_generic_plan");
      await client.query(`prepare take(text[], float8[], float8[]) as ${take}`);
      for (const statement of [
        "execute take('{a,b}', '{1000,1000}', '{0,2,10,10,1000,1000,1,1}')",
        sweep,
      ]) {
        const { rows } = await client.query(`explain ${statement}`);
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan).toMatch(/Index .*Scan using tokenry_budgets/);
        expect(plan).not.toMatch(/Seq Scan on tokenry_budgets/);
      }
    } finally {
      client.release(true);
    }
    await sql`delete from tokenry_budgets`.execute(node.db);
  });

  test("takes by the statement and takes in transactions respect each other", async () => {
    const nodes = [openNode(database.url), openNode(database.url)];
    for (let round = 0; round < 20; round += 1) {
      const own = [bucket(`token ${round}`, 60), bucket(`account ${round}`, 60)];
      const taken = await atOnce(100, (index) => {
        const third = index % 2 ? [bucket("third", 1e9)] : [];
        return (nodes[index % 2] as Node).store.take([...own, ...third], 1, NOW);
      });
      expect(allowedOf(taken)).toBe(60);
    }
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });

  test("what a transaction of stricter isolation by default meets is tried again", async () => {
    const strict = `${database.url}?options=-c%20default_transaction_isolation%3Drepeatable%5C%20read`;
    const nodes = [openNode(strict), openNode(strict)];
    const taken = await atOnce(40, (index) =>
      (nodes[index % 2] as Node).store.take([bucket("strict", 10)], 1, NOW),
    );
    expect(allowedOf(taken)).toBe(10);
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });
});

describeWithServer("mariadb", "budgets in MariaDB", (serverUrl) => {
  const database = useDatabase(serverUrl);

  test("a process that stands still with rows locked holds up what needs them, and soon nothing else", async () => {
    await using node = openNode(database.url, 300);
    const [held, behind] = [bucket("held"), bucket("behind")];
    await node.store.take([held, behind], 1, NOW);
    let [lock, resume] = [() => {}, () => {}];
    const locked = new Promise<void>((resolve) => {
      lock = resolve;
    });
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const standing = node.db.transaction().execute(async (transaction) => {
      await sql`select * from tokenry_budgets where ${sql.ref("key")} = 'held' for update`.execute(
        transaction,
      );
      lock();
      await resumed;
    });
    await locked;
    await expect(node.store.take([held, behind], 1, NOW)).rejects.toThrow("within 300 ms");
    // Its row was locked on the way, in the order of keys, and is free again when the wait has ended.
    await vi.waitFor(
      async () => expect(await node.store.take([behind], 1, NOW)).toMatchObject({ allowed: true }),
      { timeout: 5000 },
    );
    resume();
    await standing;
    const states = (await node.store.take([held, behind], 1, NOW)).states;
    // What nobody waited for any more was not spent.
    expect(states.map(({ remaining }) => remaining)).toEqual([8, 7]);
  });
});

const servers: Readonly<Record<"postgres" | "mariadb", () => Promise<TestServer>>> = {
  postgres: startPostgres,
  mariadb: startMariadb,
};

for (const name of ["postgres", "mariadb"] as const) {
  describeWithBinary(name, `budgets in a ${name} in trouble`, () => {
    async function takesMs(store: BudgetStore): Promise<{ outcome: unknown; ms: number }> {
      const begun = performance.now();
      const outcome = await Promise.resolve(store.take([bucket("a", 1e9)], 1, NOW)).then(
        ({ allowed }) => allowed,
        () => "outage",
      );
      return { outcome, ms: performance.now() - begun };
    }

    test("a silent network is an outage in time, and over when it speaks", async () => {
      await using server = await servers[name]();
      await using proxy = await startProxy(server);
      const url = new URL(server.url);
      url.port = String(proxy.port);
      await using node = openNode(url.href, 300);
      await migrate(node.db);
      await expect.poll(async () => (await takesMs(node.store)).outcome).toBe(true);
      proxy.blackhole();
      for (let call = 0; call < 3; call += 1) {
        const { outcome, ms } = await takesMs(node.store);
        expect(outcome).toBe("outage");
        expect(ms).toBeLessThan(1000);
      }
      await proxy.mend();
      const mendedAt = performance.now();
      await vi.waitFor(async () => expect((await takesMs(node.store)).outcome).toBe(true), {
        timeout: 5000,
        interval: 20,
      });
      expect(performance.now() - mendedAt).toBeLessThan(2000);
    });

    test("killed and restarted: an outage meanwhile, and takes go on by themselves", async () => {
      await using server = await servers[name]();
      await using node = openNode(server.url, 500);
      await migrate(node.db);
      await expect.poll(async () => (await takesMs(node.store)).outcome).toBe(true);
      await server.kill();
      const { outcome, ms } = await takesMs(node.store);
      expect(outcome).toBe("outage");
      expect(ms).toBeLessThan(1000);
      await server.restart();
      const restartedAt = performance.now();
      await vi.waitFor(async () => expect((await takesMs(node.store)).outcome).toBe(true), {
        timeout: 5000,
        interval: 20,
      });
      expect(performance.now() - restartedAt).toBeLessThan(2000);
    });
  });
}
