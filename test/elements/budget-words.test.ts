import { describe, expect, test } from "vitest";
import { budgetMeaning, callsWords, percentOf } from "../../src/elements/budget-words.ts";

const saying = { locale: "en" };
const api = { limit: 600, windowMs: 60_000, methods: ["GET"] };

describe("budgetMeaning", () => {
  test.each([
    [50, 60_000, "50 % = 300 of 600 calls a minute"],
    [33, 900_000, "33 % = 198 of 600 calls in 15 minutes"],
    [1, 3_600_000, "1 % = 6 of 600 calls an hour"],
  ])("%i percent of 600 calls in %i ms", (percent, windowMs, words) => {
    expect(budgetMeaning({ ...api, windowMs }, percent, saying)).toBe(words);
  });

  test("is never nothing, as on the server", () => {
    expect(budgetMeaning({ ...api, limit: 10 }, 1, saying)).toBe("1 % = 1 of 10 calls a minute");
  });
});

test("says how many calls there are, in one and in many", () => {
  expect(callsWords(api, 50, saying)).toBe("300 calls a minute");
  expect(callsWords({ ...api, limit: 2 }, 50, saying)).toBe("1 call a minute");
});

test.each([
  ["50", 50],
  ["0", 1],
  ["-3", 1],
  ["101", 80],
  ["12.6", 13],
  ["", undefined],
  ["ten", undefined],
  ["Infinity", undefined],
])("takes %j for %j of at most 80 percent", (text, percent) => {
  expect(percentOf(text, 80)).toBe(percent);
});
