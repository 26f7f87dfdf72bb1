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
  for (const run of await Promise.all(runs)) {
    for (const [name, each] of run) spent.set(name, each);
  }
}, 300_000);

function testExactness(store: BudgetStoreName): void {
  const spentOf = (): Spent => {
    const found = spent.get(store);
    if (found === undefined) throw new Error(`nothing was spent from ${store}`);
    return found;
  };

  test("a burst of calls with one token is given the token's share, to the last unit", () => {
    const { alone, aloneCalls, unanswered } = spentOf();
    expect(aloneCalls).toBeGreaterThan(2 * SHARE);
    expect(alone).toBeLessThanOrEqual(SHARE);
    expect(alone).toBeGreaterThanOrEqual(SHARE - unanswered);
  });

  test("a burst of calls with three tokens is given their account's maximum, to the last unit", () => {
    const { together, byToken, togetherCalls, unanswered } = spentOf();
    expect(togetherCalls).toBeGreaterThan(3 * SHARE);
    expect(together).toBeLessThanOrEqual(2 * SHARE);
    expect(together).toBeGreaterThanOrEqual(2 * SHARE - unanswered);
    expect(Math.max(...byToken)).toBeLessThanOrEqual(SHARE);
  });

  test("ten windows at twice the rate are given the burst and what is refilled, to one in a hundred", () => {
    const { calls, admitted, atLeast, atMost, elapsedMs } = spentOf().steady;
    expect(calls).toBeGreaterThan(1.9 * SHARE * WINDOWS);
    expect(elapsedMs).toBeGreaterThan(0.99 * WINDOWS * WINDOW_MS);
    expect(admitted).toBeLessThanOrEqual(atMost);
    expect(admitted).toBeGreaterThanOrEqual(atLeast);
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
