import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { BudgetStore, Taken } from "../../../src/ports/budget-store.ts";
import { memoryBudgets } from "../../../src/storage/memory/budgets.ts";

const minuteMs = 60_000;

/** The memory store answers at once: the port allows a promise as well. */
function take(store: BudgetStore, keys: readonly string[], now: number, limit = 10): Taken {
  const buckets = keys.map((key) => ({ key, limit, windowMs: minuteMs }));
  return store.take(buckets, 1, now) as Taken;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A store and the Map in which it keeps its budgets. */
function watchedStore(max?: number): { store: BudgetStore; kept: Map<unknown, unknown> } {
  const made: Map<unknown, unknown>[] = [];
  class WatchedMap extends Map<unknown, unknown> {
    constructor() {
      super();
      made.push(this);
    }
  }
  vi.stubGlobal("Map", WatchedMap);
  const store = memoryBudgets(max === undefined ? {} : { max });
  const [kept] = made;
  if (kept === undefined) throw new Error("the store keeps no Map");
  return { store, kept };
}

test("answers at once, without a promise", () => {
  expect(take(memoryBudgets(), ["a"], 0)).toStrictEqual({
    allowed: true,
    states: [{ limit: 10, remaining: 9, windowMs: minuteMs, resetMs: 6000 }],
  });
});

test("does not write to what it is given, and gives results of their own", async () => {
  const store = memoryBudgets();
  const buckets = Object.freeze([Object.freeze({ key: "a", limit: 10, windowMs: minuteMs })]);
  const first = await store.take(buckets, 1, 0);
  await store.take(buckets, 1, 0);
  expect(first).toHaveProperty("states.0.remaining", 9);
});

describe("memory is bounded", () => {
  test("a budget that has filled again is not kept", () => {
    const { store, kept } = watchedStore();
    for (let call = 0; call < 10_000; call++) take(store, [`key ${call}`], call * minuteMs);
    expect(kept.size).toBeLessThan(10);
  });

  test("as many new budgets push out all that have filled again", () => {
    const { store, kept } = watchedStore();
    for (let call = 0; call < 10_000; call++) take(store, [`old ${call}`], 0);
    expect(kept.size).toBe(10_000);
    for (let call = 0; call < 10_000; call++) take(store, [`new ${call}`], 2 * minuteMs);
    expect(kept.size).toBe(10_000);
  });

  test("a refused call keeps nothing", () => {
    const { store, kept } = watchedStore();
    expect(store.take([{ key: "a", limit: 1, windowMs: minuteMs }], 2, 0)).toHaveProperty(
      "allowed",
      false,
    );
    expect(kept.size).toBe(0);
  });

  test("at the maximum one gives way, and it is not the one just spent from", () => {
    const { store, kept } = watchedStore(5);
    for (let call = 0; call < 100; call++) {
      expect(take(store, ["steady"], call, 101).states[0]?.remaining).toBe(100 - call);
      take(store, [`key ${call}`], call);
      expect(kept.size).toBeLessThanOrEqual(5);
    }
  });

  test("at the maximum the one that fills first gives way", () => {
    for (const order of ["abc", "bca", "cab", "cba"]) {
      const { store } = watchedStore(3);
      for (const key of order) take(store, [key], key.charCodeAt(0));
      take(store, ["d"], 200);
      const left = [..."bcd"].map((key) => take(store, [key], 200).states[0]?.remaining);
      expect(left).toStrictEqual([8, 8, 8]);
      expect(take(store, ["a"], 200).states[0]?.remaining).toBe(9);
    }
  });

  test("a budget is never dropped by the call that spends from it", () => {
    const { store } = watchedStore();
    take(store, ["account"], 0);
    const later = 3 * minuteMs;
    for (let call = 1; call <= 10; call++) {
      const { states } = take(store, [`token ${call}`, "account"], later);
      expect(states[1]?.remaining).toBe(10 - call);
    }
    expect(take(store, ["token", "account"], later).allowed).toBe(false);
  });

  test("what is dropped is never missed, even by a clock that steps back", () => {
    const call = fc.record({
      keys: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), {
        minLength: 1,
        maxLength: 2,
      }),
      limit: fc.integer({ min: 1, max: 5 }),
      stepMs: fc.integer({ min: -minuteMs / 8, max: minuteMs / 2 }),
      strangers: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const sweeping = memoryBudgets();
        const plain = memoryBudgets();
        let now = 1_800_000_000_000;
        for (const [index, { keys, limit, stepMs, strangers }] of calls.entries()) {
          now += stepMs;
          // Only new keys sweep: the second store sees none but the five.
          for (let i = 0; i < strangers; i++) take(sweeping, [`stranger ${index} ${i}`], now);
          expect(take(sweeping, keys, now, limit)).toStrictEqual(take(plain, keys, now, limit));
        }
      }),
    );
  });
});

describe("options", () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses max: %d", (max) => {
    expect(() => memoryBudgets({ max })).toThrow(
      new RangeError("budgets.max must be a whole number of at least 1"),
    );
  });

  test("a max of one is enough", () => {
    const { store, kept } = watchedStore(1);
    for (const key of "abc") expect(take(store, [key], 0).allowed).toBe(true);
    expect(kept.size).toBe(1);
  });

  test("refuses a max that is no number", () => {
    const options: object = { max: "10" };
    expect(() => memoryBudgets(options)).toThrow(new TypeError("budgets.max must be a number"));
  });
});
