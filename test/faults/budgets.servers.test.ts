import { beforeAll, describe, expect, test } from "vitest";
import type { BudgetStoreName } from "../fixtures/budget-store.ts";
import { describeWithServer, sharedServer } from "../servers/index.ts";
import { SHARE, WINDOW_MS, WINDOWS } from "./spending/scene.ts";
import { type Spent, spendTogether } from "./spending/spend.ts";
import { openStores } from "./spending/stores.ts";

const spent = new Map<BudgetStoreName, Spent>();

// All stores at once: most of the time is spent waiting for windows to pass.
beforeAll(async () => {
  await using opened = await openStores({
    postgres: sharedServer("postgres")?.url,
    mariadb: sharedServer("mariadb")?.url,
    redis: sharedServer("redis")?.url,
    redisCluster: sharedServer("redisCluster")?.url,
  });
  const runs = [spendTogether(1, [{ name: "memory", url: "" }]), spendTogether(4, opened.stores)];
  for (const run of await Promise.all(runs))
    for (const [name, each] of run) {
      console.log(name, JSON.stringify(each));
      spent.set(name, each);
    }
}, 300_000);

function testExactness(store: BudgetStoreName): void {
  const spentOf = (): Spent => {
    const found = spent.get(store);
    if (found === undefined) throw new Error(`nothing was spent from ${store}`);
    return found;
  };

  test("a burst of calls with one token is given the token's share, to the last unit", () => {
    const { alone, aloneCalls, failed } = spentOf();
    expect(failed).toBe(0);
    expect(aloneCalls).toBeGreaterThan(2 * SHARE);
    expect(alone).toBe(SHARE);
  });

  test("a burst of calls with three tokens is given their account's maximum, to the last unit", () => {
    const { together, byToken, togetherCalls } = spentOf();
    expect(togetherCalls).toBeGreaterThan(3 * SHARE);
    expect(together).toBe(2 * SHARE);
    expect(Math.max(...byToken)).toBeLessThanOrEqual(SHARE);
  });

  test("ten windows at twice the rate are given the burst and what is refilled, to one in a hundred", () => {
    const { calls, admitted, least, most, elapsedMs, late } = spentOf().steady;
    expect(calls).toBeGreaterThan(1.9 * SHARE * WINDOWS);
    expect(elapsedMs).toBeGreaterThan(0.99 * WINDOWS * WINDOW_MS);
    // Never more; a unit, as stores count in whole milliseconds.
    expect(admitted).toBeLessThanOrEqual(most + 1 + SHARE * late);
    expect(admitted).toBeGreaterThanOrEqual(0.99 * least - SHARE * late);
  });
}

// Promise 3.
describe("256 calls at a time, in four processes, spend exactly what there is", () => {
  describe("in memory, in one process", () => testExactness("memory"));
  describe("in a SQLite file", () => testExactness("sqlite"));
  describeWithServer("postgres", "in PostgreSQL", () => testExactness("postgres"));
  describeWithServer("mariadb", "in MariaDB", () => testExactness("mariadb"));
  describeWithServer("redis", "in Redis", () => testExactness("redis"));
  describeWithServer("redisCluster", "in a Redis Cluster", () => testExactness("redisCluster"));
});
