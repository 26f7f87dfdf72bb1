import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bucket, BudgetStore } from "../../../src/ports/budget-store.ts";
import { memoryBudgets } from "../../../src/storage/memory/budgets.ts";
import { redisBudgets } from "../../../src/storage/redis/budgets.ts";
import { describeWithServer } from "../../servers/index.ts";
import { CLUSTER, type Connect, type Connected, SINGLE } from "./clients.ts";

/** One call: which budgets, at what limits, at what cost, and how the clock moved before it. */
interface Call {
  readonly buckets: readonly { readonly key: number; readonly limit: number }[];
  readonly cost: number;
  readonly passedMs: number;
}

/** By key. Long against a run: in Redis real time passes as well, and a budget goes two windows after its last change. */
const WINDOWS_MS = [60_000, 61_001, 86_400_000, 3_600_000 / 7];
const START = 1_790_000_000_000;

const limit = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(1, 7, 97, 1e9, 2 ** 53 - 1),
);
const calls: fc.Arbitrary<readonly Call[]> = fc.array(
  fc.record({
    buckets: fc.uniqueArray(fc.record({ key: fc.nat({ max: WINDOWS_MS.length - 1 }), limit }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 3,
    }),
    cost: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(1, 1, 1, 999_999_999)),
    passedMs: fc.oneof(
      fc.constantFrom(0, 0, 1, 999, 60_000, 61_001),
      fc.integer({ min: -200_000, max: 200_000 }),
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      fc.double({ min: 0, max: 10_000, noNaN: true }),
    ),
  }),
  { minLength: 1, maxLength: 60 },
);

function bucketOf({ key, limit: most }: Call["buckets"][number]): Bucket {
  return { key: `{model}:${key}`, limit: most, windowMs: WINDOWS_MS[key] ?? 0 };
}

/** Every budget once, so that none is new later: the memory looks for those that may go when one is. */
const ALL = WINDOWS_MS.map((_, key) => bucketOf({ key, limit: 3 }));

async function oneByOne(store: BudgetStore, sequence: readonly Call[]): Promise<unknown[]> {
  const answers: unknown[] = [await store.take(ALL, 1, START)];
  let now = START;
  for (const { buckets, cost, passedMs } of sequence) {
    now += passedMs;
    answers.push(await store.take(buckets.map(bucketOf), cost, now));
  }
  return answers;
}

async function allAtOnce(store: BudgetStore, sequence: readonly Call[]): Promise<unknown[]> {
  const answers: unknown[] = [store.take(ALL, 1, START)];
  let now = START;
  for (const { buckets, cost, passedMs } of sequence) {
    now += passedMs;
    answers.push(store.take(buckets.map(bucketOf), cost, now));
  }
  return Promise.all(answers);
}

function sameAsInMemory(clients: Readonly<Record<string, Connect>>, url: string): void {
  describe.each(Object.entries(clients))("%s", (_name, connect) => {
    let connected: Connected | undefined;
    beforeAll(async () => {
      connected = await connect(url);
    });
    afterAll(() => connected?.[Symbol.asyncDispose]());

    test.each([
      ["one by one", oneByOne],
      ["all at once", allAtOnce],
    ])("%s", async (_how, run) => {
      await fc.assert(
        fc.asyncProperty(calls, async (sequence) => {
          if (connected === undefined) throw new Error("not connected");
          const { client } = connected;
          const prefix = `${randomUUID()}:`;
          const store = redisBudgets({ client, prefix, clock: "caller", timeoutMs: 10_000 });
          const expected = await oneByOne(memoryBudgets(), sequence);
          expect(await run(store, sequence)).toEqual(expected);
        }),
        { numRuns: 100 },
      );
    });
  });
}

describeWithServer("redis", "Redis answers exactly as the memory does", (url) => {
  sameAsInMemory(SINGLE, url);
});
describeWithServer("redisCluster", "Redis Cluster answers exactly as the memory does", (url) => {
  sameAsInMemory(CLUSTER, url);
});
