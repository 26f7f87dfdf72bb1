import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRetry, MAX_DELIVERY_ATTEMPTS } from "../../src/lifecycle/retry.ts";

const now = 1_800_000_000_000;

/** The wait after a try that failed, without jitter. */
function secondsAfter(attempt: number): number {
  const decision = decideRetry(attempt, now, 0);
  return decision.type === "retry" ? (decision.at - now) / 1000 : Number.NaN;
}

describe("decideRetry", () => {
  test("CORE-71 each wait is twice the one before, from 5 seconds up to an hour: half a day in all", () => {
    const waits = Array.from({ length: 19 }, (_, index) => secondsAfter(index + 1));
    const hours = Array.from({ length: 9 }, () => 3600);
    expect(waits).toStrictEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, ...hours]);
  });

  test("the twentieth try is the last", () => {
    expect(MAX_DELIVERY_ATTEMPTS).toBe(20);
    expect(decideRetry(19, now, 0).type).toBe("retry");
    expect(decideRetry(20, now, 0)).toStrictEqual({ type: "park" });
    expect(decideRetry(21, now, 0)).toStrictEqual({ type: "park" });
  });

  test("jitter takes up to half off a wait, to a whole millisecond", () => {
    expect(decideRetry(1, now, 1)).toStrictEqual({ type: "retry", at: now + 2500 });
    expect(decideRetry(1, now, 0.5)).toStrictEqual({ type: "retry", at: now + 3750 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, jitter) => {
          const decision = decideRetry(attempt, now, jitter);
          const wait = Math.min(3_600_000, 5000 * 2 ** (attempt - 1));
          expect(decision.type === "retry" && Number.isInteger(decision.at)).toBe(true);
          expect(decision).toMatchObject({
            at: Math.ceil(now + wait - (wait * jitter) / 2),
          });
        },
      ),
    );
  });
});
