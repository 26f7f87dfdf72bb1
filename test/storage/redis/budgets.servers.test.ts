import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { createClientPool } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { redisBudgets } from "../../../src/storage/redis/budgets.ts";
import { scriptName } from "../../../src/storage/redis/script-name.ts";
import { TAKE_SCRIPT } from "../../../src/storage/redis/take-script.ts";
import {
  describeWithBinary,
  describeWithServer,
  startRedis,
  type TestServer,
} from "../../servers/index.ts";

const DAY_MS = 86_400_000;
const bucket = (key: string, limit = 10, windowMs = DAY_MS) => ({ key, limit, windowMs });

describeWithServer("redis", "what is kept in Redis", (url) => {
  const redis = new Redis(url, { lazyConnect: true });
  beforeAll(() => redis.connect());
  afterAll(() => redis.disconnect());
  const fresh = (options: { clock?: "server" | "caller"; prefix?: string } = {}) => {
    const prefix = `${randomUUID()}:`;
    return { prefix, budgets: redisBudgets({ client: redis, prefix, ...options }) };
  };

  test("a key goes by itself two windows after the last change", async () => {
    const { prefix, budgets } = fresh();
    await budgets.take([bucket("{acme}:long")], 1, 0);
    await budgets.take([bucket("{acme}:short", 10, 40)], 1, 0);
    const long = await redis.pttl(`${prefix}{acme}:long`);
    expect(long).toBeGreaterThan(2 * DAY_MS - 10_000);
    expect(long).toBeLessThanOrEqual(2 * DAY_MS);
    await expect.poll(() => redis.exists(`${prefix}{acme}:short`)).toBe(0);
  });

  test("a window of more than any expiry, and of less than a millisecond", async () => {
    const { budgets } = fresh();
    for (const windowMs of [Number.MAX_VALUE, 1e-9]) {
      const take = budgets.take([bucket(`{acme}:${windowMs}`, 10, windowMs)], 1, 0);
      expect((await take).allowed).toBe(true);
    }
  });

  test("a refused call writes nothing", async () => {
    const { prefix, budgets } = fresh();
    const both = [bucket("{acme}:a", 10), bucket("{acme}:b", 5)];
    await budgets.take(both, 5, 0);
    const kept = () =>
      Promise.all(["a", "b"].map((key) => redis.getBuffer(`${prefix}{acme}:${key}`)));
    const before = await kept();
    expect((await budgets.take([...both, bucket("{acme}:c")], 1, 0)).allowed).toBe(false);
    expect(await kept()).toEqual(before);
    expect(await redis.exists(`${prefix}{acme}:c`)).toBe(0);
  });

  test("a clock set back by more than a window counts on from there, refused or not", async () => {
    const { budgets } = fresh({ clock: "caller" });
    const minute = [bucket("{acme}:a", 10, 60_000)];
    const now = Date.now();
    await budgets.take(minute, 10, now);
    expect((await budgets.take(minute, 1, now - 120_000)).retryAfterMs).toBe(6000);
    expect((await budgets.take(minute, 1, now - 114_001)).retryAfterMs).toBe(1);
    expect((await budgets.take(minute, 1, now - 114_000)).allowed).toBe(true);
  });

  test("the server's clock counts, whatever the caller's says", async () => {
    const { budgets } = fresh();
    const quick = [bucket("{acme}:a", 1, 50)];
    expect((await budgets.take(quick, 1, 0)).allowed).toBe(true);
    expect((await budgets.take(quick, 1, Date.now() + DAY_MS)).allowed).toBe(false);
    await expect.poll(async () => (await budgets.take(quick, 1, 0)).allowed).toBe(true);
  });

  test("what is no budget is not counted as one, and left alone", async () => {
    const { prefix, budgets } = fresh();
    await redis.set(`${prefix}{acme}:a`, "a host's own");
    const takes = [
      budgets.take([bucket("{acme}:a")], 1, 0),
      budgets.take([bucket("{acme}:b")], 1, 0),
    ];
    const [broken, sound] = await Promise.allSettled(takes);
    expect(broken).toMatchObject({
      status: "rejected",
      reason: { message: expect.stringContaining("{acme}:a") },
    });
    expect(sound).toMatchObject({ status: "fulfilled", value: { allowed: true } });
    expect(await redis.get(`${prefix}{acme}:a`)).toBe("a host's own");
  });

  test("a list in the place of a budget fails its own take alone", async () => {
    const { prefix, budgets } = fresh();
    await redis.rpush(`${prefix}{acme}:a`, "1");
    const takes = [
      budgets.take([bucket("{acme}:a")], 1, 0),
      budgets.take([bucket("{acme}:b")], 1, 0),
    ];
    const statuses = (await Promise.allSettled(takes)).map(({ status }) => status);
    expect(statuses).toEqual(["rejected", "fulfilled"]);
  });

  test("a call without budgets is allowed", async () => {
    expect(await fresh().budgets.take([], 1, 0)).toEqual({ allowed: true, states: [] });
  });

  test("a pool of node-redis will do", async () => {
    const pool = createClientPool({ url });
    pool.on("error", () => {});
    await pool.connect();
    try {
      const budgets = redisBudgets({ client: pool, prefix: `${randomUUID()}:` });
      const takes = Array.from({ length: 300 }, () => budgets.take([bucket("{acme}:a")], 1, 0));
      expect((await Promise.all(takes)).filter(({ allowed }) => allowed)).toHaveLength(10);
    } finally {
      await pool.close();
    }
  });
});

/** How many calls of a command the server has counted since it was told to begin anew. */
async function callsOf(redis: Redis, command: string): Promise<number> {
  const statistics = await redis.info("commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(statistics)?.[1] ?? 0);
}

describeWithBinary("redis", "a Redis of its own", () => {
  const connections: Redis[] = [];
  let server: TestServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    for (const redis of connections) redis.disconnect();
    await server[Symbol.asyncDispose]();
  });
  const connect = () => {
    const redis = new Redis(server.url, { retryStrategy: () => 10 });
    redis.on("error", () => {});
    connections.push(redis);
    return redis;
  };

  test("calls that arrive together are one script, up to 128; a lone call is one", async () => {
    const redis = connect();
    const budgets = redisBudgets({ client: redis, prefix: `${randomUUID()}:` });
    const take = () => budgets.take([bucket("{acme}:a", 1000)], 1, 0);
    await take();
    for (const [together, scripts] of [
      [1, 1],
      [128, 1],
      [129, 2],
      [300, 3],
    ] as const) {
      await redis.config("RESETSTAT");
      await Promise.all(Array.from({ length: together }, take));
      expect(await callsOf(redis, "evalsha"), `${together}`).toBe(scripts);
    }
  });

  test("a script that the server has forgotten is sent again, once, and every call counts", async () => {
    const redis = connect();
    const budgets = redisBudgets({ client: redis, prefix: `${randomUUID()}:` });
    const take = () => budgets.take([bucket("{acme}:a", 4)], 1, 0);
    for (const remaining of [3, 2]) {
      await redis.script("FLUSH");
      await redis.config("RESETSTAT");
      expect((await take()).states[0]?.remaining).toBe(remaining);
      expect(await callsOf(redis, "eval")).toBe(1);
      expect(await redis.script("EXISTS", scriptName(TAKE_SCRIPT))).toEqual([1]);
    }
    await redis.config("RESETSTAT");
    expect((await take()).states[0]?.remaining).toBe(1);
    expect(await callsOf(redis, "eval")).toBe(0);
  });

  test("killed under traffic: calls reject in time, and count on when it is back", async () => {
    const redis = connect();
    const timeoutMs = 200;
    const budgets = redisBudgets({ client: redis, prefix: `${randomUUID()}:`, timeoutMs });
    // So wide that nothing refills meanwhile.
    const buckets = [bucket("{acme}:a", 1_000_000_000, 1e15)];
    const seen = { answered: 0, rejected: 0, longestMs: 0 };
    let isOver = false;
    const worker = async (): Promise<void> => {
      while (!isOver) {
        const start = performance.now();
        try {
          await budgets.take(buckets, 1, 0);
          seen.answered++;
        } catch {
          seen.rejected++;
          // As a caller would do no more than look again soon.
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        seen.longestMs = Math.max(seen.longestMs, performance.now() - start);
      }
    };
    const workers = Array.from({ length: 16 }, worker);
    await expect.poll(() => seen.answered).toBeGreaterThan(500);
    await server.kill();
    await expect.poll(() => seen.rejected).toBeGreaterThan(32);
    const before = seen.answered;
    await server.restart();
    await expect.poll(() => seen.answered, { timeout: 5000 }).toBeGreaterThan(before + 500);
    isOver = true;
    await Promise.all(workers);
    expect(seen.longestMs).toBeLessThan(timeoutMs + 1000);
    const spent = 1_000_000_000 - ((await budgets.take(buckets, 1, 0)).states[0]?.remaining ?? 0);
    expect(spent).toBeGreaterThanOrEqual(seen.answered + 1);
  });

  test("paused: calls reject in time", async () => {
    const budgets = redisBudgets({
      client: connect(),
      prefix: `${randomUUID()}:`,
      timeoutMs: 100,
    });
    const take = () => budgets.take([bucket("{acme}:a")], 1, 0);
    await take();
    server.pause();
    try {
      const start = performance.now();
      await expect(take()).rejects.toThrow("Redis did not answer within 100 ms");
      expect(performance.now() - start).toBeLessThan(1000);
    } finally {
      server.resume();
    }
    await expect
      .poll(() =>
        Promise.resolve(take()).then(
          () => "answers",
          () => "silent",
        ),
      )
      .toBe("answers");
  });
});
