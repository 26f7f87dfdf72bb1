import { expect, test } from "vitest";
import { durationWords, windowWords } from "../../src/elements/duration-words.ts";

test("says a duration in its units, from the longest", () => {
  expect(durationWords({ months: 6, years: 1 }, "en")).toBe("1 year, 6 months");
  expect(durationWords({ days: 30 }, "en")).toBe("30 days");
  expect(durationWords({ seconds: 0, hours: 1 }, "en")).toBe("1 hour");
});

test("says it in another language", () => {
  expect(durationWords({ days: 30 }, "de")).toBe("30 Tage");
});

test.each([
  [1000, "a second"],
  [60_000, "a minute"],
  [3_600_000, "an hour"],
  [86_400_000, "a day"],
  [900_000, "in 15 minutes"],
  [90_000, "in 1 minute, 30 seconds"],
  [604_800_000, "in 1 week"],
  [1500, "in 1.5 seconds"],
])("a window of %i ms is %s", (windowMs, words) => {
  expect(windowWords(windowMs, { locale: "en" })).toBe(words);
});
