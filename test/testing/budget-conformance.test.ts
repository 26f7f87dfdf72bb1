import { describe, expect, test } from "vitest";
import { levelAt, type Meter, meteredFrom, type Rate } from "../../src/budget/decide.ts";
import type { Bucket, BudgetStore, Taken } from "../../src/ports/budget-store.ts";
import { memoryBudgets } from "../../src/storage/memory/budgets.ts";
import {
  type BudgetConformanceOptions,
  budgetConformance,
} from "../../src/testing/budget-conformance.ts";
import { decideMeters } from "../budget/decide-meters.ts";

/** The parts of a plain store, each of which a fault may replace. */
interface Parts {
  keyOf(bucket: Bucket): string;
  limitOf(bucket: Bucket): number;
  costOf(cost: number): number;
  levelAt(meter: Meter | undefined, rate: Rate, now: number): number;
  meteredFrom(meter: Meter, rate: Rate, now: number): number;
  spends(allowed: boolean): boolean;
  spentAt(before: number, now: number): number;
  report(taken: Taken): Taken;
}

const sound: Parts = {
  keyOf: ({ key }) => key,
  limitOf: ({ limit }) => limit,
  costOf: (cost) => cost,
  levelAt,
  meteredFrom,
  spends: (allowed) => allowed,
  spentAt: Math.max,
  report: (taken) => taken,
};

function plainStore(fault: Partial<Parts>): BudgetStore {
  const parts = { ...sound, ...fault };
  const meters = new Map<string, Meter>();
  /** A meter whose level is already that of `now`. */
  const meterOf = (bucket: Bucket, now: number): Meter => {
    const kept = meters.get(parts.keyOf(bucket));
    const at = kept ? parts.meteredFrom(kept, bucket, now) : now;
    return { at, level: parts.levelAt(kept && { ...kept, at }, bucket, now) };
  };
  return {
    take(buckets, askedCost, now) {
      const cost = parts.costOf(askedCost);
      const rates = buckets.map((bucket) => ({ ...bucket, limit: parts.limitOf(bucket) }));
      const found = rates.map((rate) => meterOf(rate, now));
      const still = found.map(({ level }) => ({ at: now, level }));
      const decision = decideMeters(still, rates, cost, now);
      for (const [index, rate] of rates.entries()) {
        const { at, level } = found[index] ?? { at: now, level: 0 };
        const key = parts.keyOf(rate);
        if (parts.spends(decision.allowed)) {
          meters.set(key, { at: parts.spentAt(at, now), level: level + cost });
        } else if (meters.has(key)) {
          meters.set(key, { at, level: meters.get(key)?.level ?? 0 });
        }
      }
      return parts.report(decision);
    },
  };
}

/** Spends from each bucket on its own, and puts nothing back. */
function separately(store: BudgetStore): BudgetStore {
  return {
    async take(buckets, cost, now) {
      const taken = await Promise.all(buckets.map((bucket) => store.take([bucket], cost, now)));
      const waits = taken.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
      return {
        allowed: taken.every(({ allowed }) => allowed),
        states: taken.flatMap(({ states }) => states),
        ...(waits.length > 0 && { retryAfterMs: Math.max(...waits) }),
      };
    },
  };
}

/** Reads, decides after others have read too, and then writes. */
function readThenWrite(): BudgetStore {
  const meters = new Map<string, Meter>();
  return {
    async take(buckets, cost, now) {
      const found = buckets.map(({ key }) => meters.get(key));
      await Promise.resolve();
      const decision = decideMeters(found, buckets, cost, now);
      for (const [index, bucket] of decision.allowed ? buckets.entries() : []) {
        meters.set(bucket.key, { at: now, level: levelAt(found[index], bucket, now) + cost });
      }
      return decision;
    },
  };
}

/** Runs the suite and tells which cases fail. */
async function failuresOf(options: BudgetConformanceOptions): Promise<string[]> {
  const cases: [name: string, body: () => Promise<void> | void][] = [];
  budgetConformance(
    { describe: (_, body) => body(), test: (name, body) => cases.push([name, body]) },
    options,
  );
  const failures: string[] = [];
  for (const [name, body] of cases) {
    try {
      await body();
    } catch {
      failures.push(name);
    }
  }
  return failures;
}

function withState(change: (state: Taken["states"][number]) => object): Partial<Parts> {
  return {
    report: (taken) => ({
      ...taken,
      states: taken.states.map((state) => ({ ...state, ...change(state) })),
    }),
  };
}

function withRetry(change: (retryAfterMs: number) => number): Partial<Parts> {
  return {
    report: ({ retryAfterMs, ...taken }) =>
      retryAfterMs === undefined ? taken : { ...taken, retryAfterMs: change(retryAfterMs) },
  };
}

/** Faults of a part, by the case that catches them. */
const faults: readonly (readonly [fault: string, caught: string, part: Partial<Parts>])[] = [
  ["spends on a refusal", "a refused call: costs nothing", { spends: () => true }],
  [
    "admits one too many",
    "a burst: exactly the limit is admitted",
    { limitOf: ({ limit }) => limit + 1 },
  ],
  ["counts calls, not costs", "a cost over one: counts as so many", { costOf: () => 1 }],
  [
    "ignores the case of keys",
    "other keys: have budgets of their own",
    { keyOf: ({ key }) => key.toLowerCase() },
  ],
  [
    "refills at the end of a window only",
    "a spent budget: fills one by one, evenly",
    {
      levelAt: (meter, { windowMs }, now) =>
        meter === undefined || now - meter.at >= windowMs ? 0 : meter.level,
    },
  ],
  [
    "saves up what is not spent",
    "a long idle budget: is full and no more than that",
    {
      levelAt: (meter, { limit, windowMs }, now) =>
        meter === undefined ? 0 : meter.level - ((now - meter.at) * limit) / windowMs,
    },
  ],
  [
    "refills whole units and forgets the rest of the time",
    "a steady client at its rate: is never refused, though its budget is spent",
    { levelAt: (...given) => Math.ceil(levelAt(...given)) },
  ],
  [
    "refills a little too slowly",
    "a client at twice its rate: gets its rate and one burst, within 1 %",
    { levelAt: (meter, rate, now) => levelAt(meter, { ...rate, limit: rate.limit * 0.97 }, now) },
  ],
  [
    "puts the refill off at each refusal",
    "refusals: do not put off the refill",
    { meteredFrom: (_meter, _rate, now) => now },
  ],
  [
    "starts anew when the limit changes",
    "CORE-64 a raised limit: holds from the next call, what is spent stays spent",
    { keyOf: ({ key, limit }) => `${key} ${limit}` },
  ],
  [
    "keeps what a lowered limit cannot hold",
    "a lowered limit: refills at its own rate and is full after a window",
    {
      levelAt: (meter, { limit, windowMs }, now) =>
        meter === undefined
          ? 0
          : Math.max(0, meter.level - (Math.max(0, now - meter.at) * limit) / windowMs),
    },
  ],
  [
    "refills by the time that a clock went back",
    "a clock less than a window back: grants nothing, and no time twice",
    {
      levelAt: (meter, rate, now) =>
        levelAt(meter, rate, meter ? meter.at + Math.abs(now - meter.at) : now),
    },
  ],
  [
    "follows a clock back and refills the same time twice",
    "a clock less than a window back: grants nothing, and no time twice",
    { spentAt: (_before, now) => now },
  ],
  [
    "is fresh after a clock was set back",
    "a clock set back by ten windows: grants nothing, and refills from there",
    { meteredFrom: ({ at }, { windowMs }, now) => (at - now >= windowMs ? now - windowMs : at) },
  ],
  [
    "stands still until the old time after a clock was set back",
    "a clock set back by ten windows: grants nothing, and refills from there",
    { meteredFrom: ({ at }) => at },
  ],
  [
    "counts in single precision",
    "a limit of 1,000,000,000: is exact to the unit",
    { levelAt: (...given) => Math.fround(levelAt(...given)) },
  ],
  [
    "asks to retry too early",
    "retryAfterMs: refused a millisecond before, admitted then",
    withRetry((retryAfterMs) => retryAfterMs - 1),
  ],
  [
    "names a time to retry for what never fits",
    "a cost over the limit: is never admitted and has no time to retry",
    { report: (taken) => ({ retryAfterMs: 1000, ...taken }) },
  ],
  [
    "tells the epoch for resetMs",
    "states: tell limit, window, what remains and when it is full, in the order asked",
    withState(({ resetMs }) => ({ resetMs: Date.now() + resetMs })),
  ],
  [
    "tells the states in another order",
    "states: tell limit, window, what remains and when it is full, in the order asked",
    { report: (taken) => ({ ...taken, states: taken.states.toReversed() }) },
  ],
];

describe("the budget suite", () => {
  test("passes a sound store of another make", async () => {
    expect(await failuresOf({ create: () => ({ subject: plainStore({}) }) })).toStrictEqual([]);
  });

  test.each(faults)("fails a store that %s: %s", async (_, caught, part) => {
    expect(await failuresOf({ create: () => ({ subject: plainStore(part) }) })).toContain(caught);
  });

  test("fails a store that spends from one bucket though another refuses", async () => {
    const create = () => ({ subject: separately(memoryBudgets()) });
    expect(await failuresOf({ create })).toEqual(
      expect.arrayContaining([
        "refused by the first: the second is not spent from",
        "refused by the second: the first is not spent from",
        "200 takes at once of four tokens: the account's limit in all, and every token pays its own",
      ]),
    );
  });

  test("fails a store that is not atomic", async () => {
    expect(await failuresOf({ create: () => ({ subject: readThenWrite() }) })).toContain(
      "200 takes at once: exactly the limit is admitted",
    );
  });

  test("runs the races over both instances", async () => {
    const create = () => ({ subject: memoryBudgets(), peer: memoryBudgets() });
    expect(await failuresOf({ create })).toStrictEqual([
      "200 takes at once: exactly the limit is admitted",
      "200 takes at once of four tokens: the account's limit in all, and every token pays its own",
    ]);
  });

  test("asks a store with its own clock for nothing that moves the time", async () => {
    const ownClock = (): BudgetStore => {
      const store = memoryBudgets();
      return { take: (buckets, cost) => store.take(buckets, cost, Date.now()) };
    };
    const create = () => ({ subject: ownClock() });
    expect(await failuresOf({ create, clock: "store" })).toStrictEqual([]);
    expect((await failuresOf({ create })).length).toBeGreaterThan(5);
  });

  test("leaves out what is declared, and refuses a declaration that names no case", async () => {
    const create = () => ({ subject: plainStore({ costOf: () => 1, spends: () => true }) });
    const failures = await failuresOf({ create });
    const skip = Object.fromEntries(failures.map((name) => [name, "it counts calls"]));
    expect(await failuresOf({ create, skip })).toStrictEqual([]);
    await expect(failuresOf({ create, skip: { "no such case": "none" } })).rejects.toThrow(
      new TypeError('skip names no case of this suite: "no such case"'),
    );
  });
});
