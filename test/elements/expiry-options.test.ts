import { describe, expect, test } from "vitest";
import { expiryOptions, expirySentence, optionOf } from "../../src/elements/expiry-options.ts";

const saying = { locale: "en" };

describe("expiryOptions", () => {
  test("whole months are numbers under Expiration (Months)", () => {
    const { label, options } = expiryOptions([{ months: 3 }, { months: 6 }, { years: 1 }], "en");
    expect(label).toBe("expiration_months");
    expect(options.map((option) => option.label)).toEqual(["3", "6", "12"]);
  });

  test("other lengths are said in words", () => {
    const { label, options } = expiryOptions([{ days: 30 }, { months: 6 }], "en");
    expect(label).toBe("expires_in");
    expect(options.map((option) => option.label)).toEqual(["30 days", "6 months"]);
  });
});

test("an option is found by its length, however it is written", () => {
  const options = [{ days: 7 }, { months: 12 }];
  expect(optionOf(options, { weeks: 1 })).toBe(0);
  expect(optionOf(options, { hours: 168 })).toBe(0);
  expect(optionOf(options, { years: 1 })).toBe(1);
  expect(optionOf(options, { days: 365 })).toBe(-1);
});

test.each([
  [{ type: "fixed", after: { days: 180 } }, "Ends 180 days after it is made, used or not."],
  [{ type: "sliding", unusedFor: { days: 30 } }, "Ends when unused for 30 days."],
  [
    { type: "sliding", unusedFor: { days: 30 }, atMost: { years: 1 } },
    "Ends when unused for 30 days, and 1 year after it is made at the latest.",
  ],
  [{ type: "never" }, "Never ends."],
] as const)("%j is said in a sentence", (expiry, sentence) => {
  expect(expirySentence(expiry, saying)).toBe(sentence);
});
