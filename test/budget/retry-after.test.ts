import fc from "fast-check";
import { expect, test } from "vitest";
import { decideTake, levelAt, type Meter, type Rate } from "../../src/budget/decide.ts";

const dayMs = 86_400_000;

function fits(meter: Meter, rate: Rate, cost: number, now: number): boolean {
  return decideTake([levelAt(meter, rate, now)], [rate], cost).allowed;
}

test("RLH-05 a call that waits as long as it is told is not refused again, over any window", () => {
  fc.assert(
    fc.property(
      fc.record({
        limit: fc.integer({ min: 1, max: 5000 }),
        windowMs: fc.integer({ min: 1, max: 400 * dayMs }),
      }),
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rate, costs, part) => {
        const meter = { at: 0, level: rate.limit };
        const cost = 1 + (costs % rate.limit);
        const now = Math.floor(part * rate.windowMs);
        const decision = decideTake([levelAt(meter, rate, now)], [rate], cost);
        if (decision.allowed) return;
        const at = now + (decision.retryAfterMs ?? Number.NaN);
        expect(fits(meter, rate, cost, at)).toBe(true);
        // It is not told to wait longer than it must either, but for a millionth of a call.
        const millionthMs = Math.ceil(rate.windowMs / rate.limit / 1_000_000);
        expect(fits(meter, rate, cost, at - 1 - millionthMs)).toBe(false);
      },
    ),
    { numRuns: 1000, examples: [[{ limit: 4, windowMs: 50 * dayMs }, 0, 0]] },
  );
});
