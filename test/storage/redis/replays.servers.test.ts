import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { redisReplays } from "../../../src/storage/redis/replays.ts";
import { describeWithServer } from "../../servers/index.ts";

describeWithServer("redis", "what is kept in Redis of what was used", (url) => {
  const redis = new Redis(url, { lazyConnect: true });
  beforeAll(() => redis.connect());
  afterAll(() => redis.disconnect());

  test("a key, which goes by itself when its time is over, by the server's clock", async () => {
    const prefix = `${randomUUID()}:`;
    const replays = redisReplays({ client: redis, prefix });
    await replays.add("long", 60_000, 0);
    await replays.add("long", 90_000, 0);
    expect(await redis.get(`${prefix}long`)).toBe("1");
    const remainingMs = await redis.pttl(`${prefix}long`);
    expect(remainingMs).toBeGreaterThan(50_000);
    expect(remainingMs).toBeLessThanOrEqual(60_000);
    await replays.add("short", 20, Number.MAX_SAFE_INTEGER);
    await expect.poll(() => redis.exists(`${prefix}short`)).toBe(0);
  });

  test("to ask for a key writes nothing", async () => {
    const prefix = `${randomUUID()}:`;
    expect(await redisReplays({ client: redis, prefix }).has("a", 0)).toBe(false);
    expect(await redis.exists(`${prefix}a`)).toBe(0);
  });

  test("the longest time that can be asked for", async () => {
    const replays = redisReplays({ client: redis, prefix: `${randomUUID()}:` });
    expect(await replays.add("a", Number.MAX_SAFE_INTEGER, 0)).toBe(true);
    expect(await replays.has("a", 0)).toBe(true);
  });
});
