import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  levelAt,
  type Meter,
  meteredFrom,
  type Rate,
  type TakeDecision,
} from "../../src/budget/decide.ts";
import { decideMeters } from "./decide-meters.ts";

/** Keeps one meter as a store does. */
function keepMeter(): (rate: Rate, cost: number, now: number) => TakeDecision {
  let meter: Meter | undefined;
  return (rate, cost, now) => {
    if (meter) meter = { ...meter, at: meteredFrom(meter, rate, now) };
    const decision = decideMeters([meter], [rate], cost, now);
    if (decision.allowed) {
      const at = Math.max(meter?.at ?? now, now);
      meter = { at, level: levelAt(meter, rate, now) + cost };
    }
    return decision;
  };
}

/** The same by exact arithmetic: levels in units × window, of a window that is always the same. */
function keepExactMeter(windowMs: number) {
  const width = BigInt(windowMs);
  let level = 0n;
  let at = Number.NEGATIVE_INFINITY;
  return (limit: number, cost: number, now: number) => {
    if (at - now >= windowMs) at = now;
    const full = BigInt(limit) * width;
    const refilled = now - at >= windowMs ? full : BigInt(Math.max(0, now - at) * limit);
    const before = larger(0n, -larger(-level, -full) - refilled);
    const after = before + BigInt(cost) * width;
    const allowed = after <= full;
    if (allowed) {
      level = after;
      at = Math.max(at, now);
    }
    const shown = allowed ? after : before;
    const remaining = Number((full - shown) / width);
    const states = [{ limit, remaining, windowMs, resetMs: ceilDiv(shown, limit) }];
    if (allowed || cost > limit) return { allowed, states };
    return { allowed, states, retryAfterMs: ceilDiv(after - full, limit) };
  };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function ceilDiv(dividend: bigint, divisor: number): number {
  return Number((dividend + BigInt(divisor) - 1n) / BigInt(divisor));
}

const minute = (limit: number): Rate => ({ limit, windowMs: 60_000 });

describe("one budget", () => {
  test("admits the limit at once and no more", () => {
    const take = keepMeter();
    for (let call = 1; call <= 60; call++) {
      expect(take(minute(60), 1, 0)).toStrictEqual({
        allowed: true,
        states: [{ limit: 60, remaining: 60 - call, windowMs: 60_000, resetMs: call * 1000 }],
      });
    }
    expect(take(minute(60), 1, 0)).toStrictEqual({
      allowed: false,
      states: [{ limit: 60, remaining: 0, windowMs: 60_000, resetMs: 60_000 }],
      retryAfterMs: 1000,
    });
  });

  test("CORE-64 keeps what is spent when the limit changes: remaining = max(0, limit − used)", () => {
    const spent: Meter = { at: 0, level: 50 };
    const remaining = (limit: number) =>
      decideMeters([spent], [minute(limit)], 0, 0).states[0]?.remaining;
    expect([100, 51, 50, 49, 1].map(remaining)).toStrictEqual([50, 1, 0, 0, 0]);
  });

  test("OKT-60 is full one window after it was spent, whatever its limit was then", () => {
    expect(levelAt({ at: 0, level: 1_000_000 }, minute(10), 59_999)).toBeGreaterThan(0);
    expect(levelAt({ at: 0, level: 1_000_000 }, minute(10), 60_000)).toBe(0);
  });

  test("refuses what it cannot decide", () => {
    const spent = [{ at: 0, level: 1 }];
    for (const [cost, now] of [
      [1, Number.NaN],
      [Number.NaN, 0],
      [Number.POSITIVE_INFINITY, 0],
    ] as const) {
      const decision = decideMeters(spent, [minute(60)], cost, now);
      expect(decision.allowed).toBe(false);
      expect(decision).not.toHaveProperty("retryAfterMs");
    }
  });

  test("agrees with exact arithmetic on any calls, limits that change and clocks that step back", () => {
    const call = fc.record({
      limit: fc.integer({ min: 1, max: 100_000 }),
      cost: fc.integer({ min: 1, max: 50 }),
      stepMs: fc.oneof(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: -2_000_000, max: 2_000_000 }),
      ),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500_000 }),
        fc.array(call, { maxLength: 100 }),
        fc.boolean(),
        (windowMs, calls, oneLimit) => {
          const take = keepMeter();
          const takeExactly = keepExactMeter(windowMs);
          let now = 1_800_000_000_000;
          for (const { limit: own, cost, stepMs } of calls) {
            now += stepMs;
            const limit = oneLimit ? (calls[0]?.limit ?? own) : own;
            expect(take({ limit, windowMs }, cost, now)).toStrictEqual(
              takeExactly(limit, cost, now),
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("admits at the time that it named, also where rounding is against it", () => {
    // Half the tolerance is a whole number of milliseconds of these windows.
    for (let windowMs = 2_000_000; windowMs <= 2_000_000_000; windowMs += 2_000_000) {
      const rate = { limit: 1, windowMs };
      const meter = { at: 0, level: 1 };
      const refused = decideMeters([meter], [rate], 1, 0);
      const then = refused.allowed ? Number.NaN : (refused.retryAfterMs ?? Number.NaN);
      expect(then).toBeCloseTo(windowMs, -4);
      expect(decideMeters([meter], [rate], 1, then).allowed).toBe(true);
    }
  });

  test("never refuses a steady client at its rate, over hours, with nothing to spare", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.constantFrom(1000, 60_000, 3_600_000),
        (limit, windowMs) => {
          const rate = { limit, windowMs };
          const take = keepMeter();
          expect(take(rate, limit, 0).allowed).toBe(true);
          for (let call = 1; call <= 6000; call++) {
            const { allowed } = take(rate, 1, Math.ceil((call * windowMs) / limit));
            if (!allowed) expect.fail(`call ${call} was refused`);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test("admits no more than limit + rate × time, in any stretch", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.nat(2000), { minLength: 1, maxLength: 300 }),
        (limit, stepsMs) => {
          const take = keepMeter();
          let now = 0;
          let allowed = 0;
          for (const stepMs of stepsMs) {
            now += stepMs;
            if (take(minute(limit), 1, now).allowed) allowed++;
            expect(allowed).toBeLessThanOrEqual(limit + (now * limit) / 60_000 + 1e-3);
          }
        },
      ),
    );
  });
});

describe("several budgets", () => {
  const free: Meter = { at: 0, level: 0 };
  const spent: Meter = { at: 0, level: 60 };

  test("CORE-61 OKT-64 one that is empty refuses for all, and none is spent from", () => {
    for (const meters of [
      [free, spent],
      [spent, free],
      [undefined, spent],
    ]) {
      const { allowed, states } = decideMeters(meters, [minute(60), minute(60)], 1, 0);
      expect(allowed).toBe(false);
      expect(states.map(({ remaining }) => remaining)).toStrictEqual(
        meters.map((meter) => (meter === spent ? 0 : 60)),
      );
    }
  });

  test("CORE-61 the cost is in the state of each", () => {
    const { allowed, states } = decideMeters([undefined, free], [minute(60), minute(600)], 7, 0);
    expect(allowed).toBe(true);
    expect(states.map(({ remaining }) => remaining)).toStrictEqual([53, 593]);
  });

  test("the wait is that of the last in which the cost fits", () => {
    const hour = { limit: 60, windowMs: 3_600_000 };
    const wait = (rates: Rate[], cost: number) => decideMeters([spent, spent], rates, cost, 0);
    expect(wait([minute(60), hour], 1)).toHaveProperty("retryAfterMs", 60_000);
    expect(wait([hour, minute(60)], 1)).toHaveProperty("retryAfterMs", 60_000);
    expect(wait([hour, minute(10)], 11)).not.toHaveProperty("retryAfterMs");
  });

  test("no budgets at all refuse nothing", () => {
    expect(decideMeters([], [], 1, 0)).toStrictEqual({ allowed: true, states: [] });
  });
});

describe("meteredFrom", () => {
  test("waits for a time less than a window ahead, and starts anew from one further", () => {
    const meter = { at: 100_000, level: 1 };
    expect(meteredFrom(meter, minute(1), 200_000)).toBe(100_000);
    expect(meteredFrom(meter, minute(1), 40_001)).toBe(100_000);
    expect(meteredFrom(meter, minute(1), 40_000)).toBe(40_000);
  });
});
