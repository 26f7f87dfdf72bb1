import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bucket, BudgetStore } from "../../../src/ports/budget-store.ts";
import { memoryBudgets } from "../../../src/storage/memory/budgets.ts";

/** A call, at `stepMs` after the one before. */
interface Call {
  readonly buckets: readonly Bucket[];
  readonly cost: number;
  readonly stepMs: number;
}

/** Calls that are made at once, one after another. */
export type Batch = readonly Call[];

/** When the first call is. */
export const NOW = 1_800_000_000_000;

/** Each key has a window of its own, and windows that divide evenly by limits and that do not. */
const WINDOWS: Readonly<Record<string, number>> = {
  a: 1000,
  b: 7000,
  c: 60_000,
  d: 1001,
  e: 3_600_000,
};

const bucket = fc
  .record({
    key: fc.constantFrom(...Object.keys(WINDOWS)),
    limit: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(97, 1_000_000_000)),
  })
  .map(({ key, limit }): Bucket => ({ key, limit, windowMs: WINDOWS[key] ?? 0 }));

/** Batches of calls whose clock moves between these two steps. Most calls spend from two budgets, as tokenry's do. */
export function batches(leastMs: number, mostMs: number): fc.Arbitrary<readonly Batch[]> {
  const of = (count: number): fc.Arbitrary<Bucket[]> =>
    fc.uniqueArray(bucket, { minLength: count, maxLength: count, selector: ({ key }) => key });
  const call = fc.record({
    buckets: fc.oneof(
      { weight: 8, arbitrary: of(2) },
      of(1),
      of(3),
      of(0),
      fc.tuple(bucket, bucket),
    ),
    cost: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 15 })),
    stepMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -3, max: 20 }),
      fc.integer({ min: leastMs, max: mostMs }),
    ),
  });
  const batch = fc.oneof(
    fc.array(call, { minLength: 1, maxLength: 3 }),
    // Most of what comes together is much alike.
    fc
      .tuple(call, fc.integer({ min: 2, max: 40 }))
      .map(([one, count]) => Array<Call>(count).fill(one)),
    fc.array(call, { minLength: 5, maxLength: 25 }),
  );
  return fc.array(batch, { minLength: 1, maxLength: 12 });
}

/**
 * Spends from every budget: memory looks for what it may forget when a key is new to it, and then a clock that goes back by more than
 * a window could tell the two apart.
 */
export const FROM_EVERY_BUDGET: Batch = Object.entries(WINDOWS).map(([key, windowMs]) => ({
  buckets: [{ key, limit: 10, windowMs }],
  cost: 1,
  stepMs: 0,
}));

/** The clock of a comparison. */
interface Clock {
  /** When it begins. Default {@link NOW}. */
  readonly start?: number;
  /** It stays as near to that. Default: anywhere. */
  readonly rangeMs?: number;
}

/** Makes the calls, of both stores, and compares all that they answer. */
export async function compareWithMemory(
  store: BudgetStore,
  calls: readonly Batch[],
  { start = NOW, rangeMs = Number.POSITIVE_INFINITY }: Clock = {},
): Promise<void> {
  const memory = memoryBudgets();
  let now = start;
  for (const batch of calls) {
    const times = batch.map(({ stepMs }) => {
      now = Math.min(start + rangeMs, Math.max(start - rangeMs, now + stepMs));
      return now;
    });
    const expected = batch.map(({ buckets, cost }, index) =>
      memory.take(buckets, cost, times[index] as number),
    );
    const given = await Promise.all(
      batch.map(({ buckets, cost }, index) => store.take(buckets, cost, times[index] as number)),
    );
    assert.deepEqual(given, expected);
  }
}
