import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool } from "mysql2";
import pg from "pg";
import { expect, test } from "vitest";
import type { Repository } from "../../../src/ports/repository.ts";
import { migrate, type SqlPool, sqlRepository } from "../../../src/storage/sql/index.ts";
import { claimAt, settleOne } from "../../../src/testing/repository/notices.ts";
import {
  commitOk,
  idsOf,
  insertToken,
  NOW,
  OWNER,
  sampleToken,
  sampleTokens,
} from "../../../src/testing/repository/samples.ts";
import {
  describeWithServer,
  freshDatabase,
  startProxy,
  type TestProxy,
} from "../../servers/index.ts";

const TIMEOUT_MS = 400;
/** By how much a busy machine may be late: with it still less than what is waited without the option. */
const LATE_MS = 1000;
const CONNECTIONS = 4;

/** What a host opens, with the options that docs/storage.md asks for. */
interface Opened {
  readonly pool: SqlPool;
  readonly db: Kysely<object>;
  /** Takes all connections and gives them back. */
  readonly occupy: () => Promise<() => void>;
}

type Open = (url: string) => Opened;

const openPostgres: Open = (url) => {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT_MS,
  });
  pool.on("error", () => undefined);
  return {
    pool,
    db: new Kysely({ dialect: new PostgresDialect({ pool }) }),
    async occupy() {
      const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
      return () => {
        for (const client of clients) client.release();
      };
    },
  };
};

const openMariadb: Open = (url) => {
  const pool = createPool({
    uri: url,
    connectionLimit: CONNECTIONS,
    connectTimeout: TIMEOUT_MS,
  });
  return {
    pool,
    db: new Kysely({ dialect: new MysqlDialect({ pool }) }),
    async occupy() {
      const promises = pool.promise();
      const connections = await Promise.all(
        Array.from({ length: CONNECTIONS }, () => promises.getConnection()),
      );
      return () => {
        for (const connection of connections) connection.release();
      };
    },
  };
};

interface Scene extends AsyncDisposable, Opened {
  readonly repository: Repository;
  /** The same database, by a way of its own. */
  readonly witness: Repository;
  readonly proxy: TestProxy;
}

async function openScene(url: string, open: Open, timeoutMs = TIMEOUT_MS): Promise<Scene> {
  const database = await freshDatabase(url);
  const direct = new URL(database.url);
  const proxy = await startProxy({ host: direct.hostname, port: Number(direct.port) });
  const proxied = new URL(database.url);
  [proxied.hostname, proxied.port] = [proxy.host, String(proxy.port)];
  const [opened, other] = [open(proxied.href), open(database.url)];
  await migrate(other.db);
  return {
    ...opened,
    repository: sqlRepository({ ...pick(opened), timeoutMs }),
    witness: sqlRepository(pick(other)),
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy.mend();
      await Promise.all([opened.db.destroy(), other.db.destroy()]);
      await proxy.close();
      await database.drop();
    },
  };
}

function pick({ db, pool }: Opened): Pick<Opened, "db" | "pool"> {
  return { db, pool };
}

/** How long it takes until this is refused: for want of an answer, or of a connection. */
async function timeToRefusal(work: () => PromiseLike<unknown>): Promise<number> {
  const started = performance.now();
  await expect(work()).rejects.toThrow(/did not answer within 400 ms|connect/);
  return performance.now() - started;
}

/** Asks again until there is an answer, and tells how long that took. */
async function timeToAnswer(work: () => PromiseLike<unknown>): Promise<number> {
  const started = performance.now();
  for (;;) {
    try {
      await work();
      return performance.now() - started;
    } catch (error) {
      if (performance.now() - started > 10_000) throw error;
    }
  }
}

const SERVERS = [
  ["postgres", "PostgreSQL", openPostgres],
  ["mariadb", "MariaDB", openMariadb],
] as const;

for (const [server, name, open] of SERVERS) {
  describeWithServer(server, `${name} behind a network that fails`, (url) => {
    test("nothing is waited for longer than the deadline, and all goes on when the network is back", async () => {
      await using scene = await openScene(url, open);
      const { repository, proxy } = scene;
      const { id, hash } = await insertToken(repository);
      const find = async () => repository.findByHash([hash ?? ""]);
      await Promise.all(Array.from({ length: 20 }, find));
      proxy.blackhole();
      await expect(find()).rejects.toThrow(`did not answer within ${TIMEOUT_MS} ms`);
      const uses = [{ id, usedAt: NOW, expiresAt: null }];
      const refusals: readonly (() => PromiseLike<unknown>)[] = [
        find,
        () => repository.findById(id),
        () => repository.listByOwner({ owner: OWNER, limit: 9 }),
        () => repository.commit({ insert: [sampleToken()], events: [] }),
        async () => repository.touch(uses),
        () => claimAt(repository, NOW),
        () => settleOne(repository, id, "delivered"),
        () => repository.parkedNotices({ limit: 9 }),
        () => repository.retryNotices({}),
        () => repository.pruneEvents(NOW, 9),
      ];
      const times = await Promise.all(refusals.map(timeToRefusal));
      expect(Math.max(...times)).toBeLessThan(TIMEOUT_MS + LATE_MS);
      // Again, when the pool has to connect anew.
      for (let tries = 0; tries < 3; tries++)
        expect(await timeToRefusal(find)).toBeLessThan(TIMEOUT_MS + LATE_MS);
      await proxy.mend();
      expect(await timeToAnswer(find)).toBeLessThan(TIMEOUT_MS + LATE_MS);
      expect(await timeToAnswer(async () => repository.touch(uses))).toBeLessThan(
        TIMEOUT_MS + LATE_MS,
      );
    });

    test("a connection that does not answer is thrown away", async () => {
      await using scene = await openScene(url, open);
      const { repository, proxy } = scene;
      const { hash } = await insertToken(repository);
      const find = async () => repository.findByHash([hash ?? ""]);
      await find();
      proxy.blackhole();
      await timeToRefusal(find);
      await timeToRefusal(() => repository.commit({ insert: [sampleToken()], events: [] }));
      await proxy.mend();
      await timeToAnswer(find);
      await expect.poll(() => proxy.connections).toBeLessThanOrEqual(CONNECTIONS);
      await (await scene.occupy())();
    });

    test("a connection that is cut fails what is on it at once, and ends no process", async () => {
      await using scene = await openScene(url, open);
      const { repository, proxy } = scene;
      const { hash } = await insertToken(repository);
      const find = async () => repository.findByHash([hash ?? ""]);
      await find();
      proxy.delay(150);
      const started = performance.now();
      const work = [find(), repository.commit({ insert: [sampleToken()], events: [] })];
      await sleep(100);
      proxy.cut();
      const results = await Promise.allSettled(work);
      expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      expect(performance.now() - started).toBeLessThan(TIMEOUT_MS);
      proxy.delay(0);
      await proxy.mend();
      await timeToAnswer(find);
    });

    test("a commit that was given up is not committed when its statement is answered after all", async () => {
      await using scene = await openScene(url, open);
      const { repository, witness, proxy } = scene;
      await insertToken(repository);
      proxy.blackhole();
      const tokens = sampleTokens(3);
      await timeToRefusal(() => repository.commit({ insert: tokens, events: [] }));
      await proxy.mend();
      await timeToAnswer(() => repository.findById("any"));
      (await scene.occupy())();
      const owned = idsOf(await witness.listByOwner({ owner: OWNER, limit: 9 }));
      for (const { id } of tokens) expect(owned).not.toContain(id);
    });

    test("a long commit is not cut off while its statements are answered", async () => {
      await using scene = await openScene(url, open);
      const { repository, witness, proxy } = scene;
      const tokens = sampleTokens(8);
      await repository.findById("any");
      proxy.delay(40);
      const started = performance.now();
      await commitOk(repository, { insert: tokens });
      expect(performance.now() - started).toBeGreaterThan(TIMEOUT_MS);
      expect(await witness.listByOwner({ owner: OWNER, limit: 9 })).toHaveLength(8);
    });

    test("a pool that lends nothing in time is an outage, and keeps what it lends too late", async () => {
      await using scene = await openScene(url, open);
      const { repository } = scene;
      const { hash } = await insertToken(repository);
      const find = async () => repository.findByHash([hash ?? ""]);
      const release = await scene.occupy();
      await Promise.all(
        [find, () => repository.findById("any")].map((ask) => expect(ask()).rejects.toThrow()),
      );
      release();
      expect((await find())?.token.hash).toBe(hash);
      (await scene.occupy())();
    });
  });
}

describeWithServer(
  "postgres",
  "PostgreSQL without its pool, behind a network that fails",
  (url) => {
    test("waits end in time, and a commit that was given up is not committed", async () => {
      await using scene = await openScene(url, openPostgres);
      const { db, witness, proxy } = scene;
      const repository = sqlRepository({ db, timeoutMs: TIMEOUT_MS });
      const { hash } = await insertToken(repository);
      const find = async () => repository.findByHash([hash ?? ""]);
      await find();
      proxy.blackhole();
      const tokens = sampleTokens(2);
      const commit = () => repository.commit({ insert: tokens, events: [] });
      const times = await Promise.all([find, commit].map(timeToRefusal));
      expect(Math.max(...times)).toBeLessThan(TIMEOUT_MS + LATE_MS);
      await proxy.mend();
      await timeToAnswer(find);
      const owned = idsOf(await witness.listByOwner({ owner: OWNER, limit: 9 }));
      for (const { id } of tokens) expect(owned).not.toContain(id);
    });
  },
);
