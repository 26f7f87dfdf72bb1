import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decidePause, decideRetry, MAX_DELIVERY_ATTEMPTS } from "../../src/lifecycle/retry.ts";

const now = 1_800_000_000_000;
const DAY_MS = 86_400_000;

/** The wait after a try that failed, without jitter. */
function secondsAfter(tries: number): number {
  const decision = decideRetry({ tries, now, jitter: 0 });
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
    expect(decideRetry({ tries: 19, now, jitter: 0 }).type).toBe("retry");
    expect(decideRetry({ tries: 20, now, jitter: 0 })).toStrictEqual({ type: "park" });
    expect(decideRetry({ tries: 21, now, jitter: 0 })).toStrictEqual({ type: "park" });
  });

  test("what is final is parked at its first try", () => {
    expect(decideRetry({ tries: 1, now, jitter: 0, isFinal: true })).toStrictEqual({
      type: "park",
    });
  });

  test("a receiver that asks to be left alone is, for a day at most, and never less than the usual wait", () => {
    const at = (retryAfterMs: number): unknown =>
      decideRetry({ tries: 1, now, jitter: 1, retryAfterMs });
    expect(at(60_000)).toStrictEqual({ type: "retry", at: now + 60_000 });
    expect(at(1)).toStrictEqual({ type: "retry", at: now + 2500 });
    expect(at(30 * DAY_MS)).toStrictEqual({ type: "retry", at: now + DAY_MS });
    expect(at(-5)).toStrictEqual({ type: "retry", at: now + 2500 });
  });

  test("jitter takes up to half off a wait, to a whole millisecond", () => {
    expect(decideRetry({ tries: 1, now, jitter: 1 })).toStrictEqual({
      type: "retry",
      at: now + 2500,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, jitter) => {
          const decision = decideRetry({ tries, now, jitter });
          const wait = Math.min(3_600_000, 5000 * 2 ** (tries - 1));
          expect(decision.type === "retry" && Number.isInteger(decision.at)).toBe(true);
          expect(decision).toMatchObject({ at: Math.ceil(now + wait * (1 - jitter / 2)) });
        },
      ),
    );
  });
});

describe("decidePause", () => {
  test("four failures in a row are no reason, the fifth is one for 5 seconds, then twice as long each, up to a minute", () => {
    const pauses = Array.from({ length: 12 }, (_, index) => decidePause(index, now, 0)).map(
      (until) => until && (until - now) / 1000,
    );
    const none = Array.from({ length: 5 }, () => undefined);
    expect(pauses).toStrictEqual([...none, 5, 10, 20, 40, 60, 60, 60]);
  });

  test("jitter takes up to half off", () => {
    expect(decidePause(1000, now, 1)).toBe(now + 30_000);
  });
});
