import { expect, test } from "vitest";
import { createThrottle } from "../../src/state/throttle.ts";

test("lets one through in a span, for each key", () => {
  const throttle = createThrottle(1000, 10);
  const admitted = (["a", "b"] as const).map((key) =>
    [0, 1, 999, 1000, 1001, 1999, 2000].filter((now) => throttle.admits(key, now)),
  );
  expect(admitted).toEqual([
    [0, 1000, 2000],
    [0, 1000, 2000],
  ]);
});

test("lets one through when the clock has stepped back", () => {
  const throttle = createThrottle(1000, 10);
  expect([5000, 4999, 5000].map((now) => throttle.admits("a", now))).toEqual([true, true, false]);
});

test("what came to nothing is taken back: the next one is let through", () => {
  const throttle = createThrottle(1000, 10);
  throttle.admits("a", 0);
  throttle.admits("b", 0);
  throttle.release("a");
  expect(["a", "b"].map((key) => throttle.admits(key, 1))).toEqual([true, false]);
});

test("remembers a limited number of keys, those used last", () => {
  const throttle = createThrottle(1000, 2);
  for (const key of ["a", "b", "c", "d", "e", "f"]) throttle.admits(key, 0);
  expect(throttle.admits("f", 1)).toBe(false);
  expect(throttle.admits("a", 1)).toBe(true);
});
