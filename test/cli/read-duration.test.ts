import { expect, test } from "vitest";
import { readDuration } from "../../src/cli/read-duration.ts";

test.each([
  ["3 months", { months: 3 }],
  ["90d", { days: 90 }],
  ["1 year, 6 months", { years: 1, months: 6 }],
  ["1y6mo", { years: 1, months: 6 }],
  ["2w 1 day 3h 4min 5s", { weeks: 2, days: 1, hours: 3, minutes: 4, seconds: 5 }],
  ["1 Hour", { hours: 1 }],
])("%s is read", (text, duration) => {
  expect(readDuration(text, "--expires-in")).toEqual(duration);
});

test.each(["", "3", "3m", "months", "-3 days", "1.5 days", "3 fortnights", "1d 2 days", "P3M"])(
  "%j is refused",
  (text) => {
    expect(() => readDuration(text, "--expires-in")).toThrow(/^--expires-in must be/);
  },
);
