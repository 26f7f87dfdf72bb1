import fc from "fast-check";
import { expect, test } from "vitest";
import { equalInConstantTime } from "../../src/secret/equal.ts";

/** Any text, also with half surrogate pairs. */
const utf16: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((codes) => String.fromCharCode(...codes));

test("CORE-06 agrees with === on every pair of texts", () => {
  fc.assert(
    fc.property(utf16, utf16, (left, right) => {
      expect(equalInConstantTime(left, right)).toBe(left === right);
      expect(equalInConstantTime(left, `${left}`)).toBe(true);
    }),
  );
});

test("CORE-06 ASVS 11.2.4 tells a difference at every place, also where two differences would cancel out", () => {
  for (let place = 0; place < 64; place++) {
    const text = "a".repeat(64);
    expect(equalInConstantTime(text, `${text.slice(0, place)}b${text.slice(place + 1)}`)).toBe(
      false,
    );
  }
  expect(equalInConstantTime("aa", "bb")).toBe(false);
  expect(equalInConstantTime("ab", "ba")).toBe(false);
});

test.each([
  ["", "a"],
  ["a", ""],
  ["abc", "abcd"],
  ["abcd", "abc"],
  ["abc", "abc\u0000"],
])("T-02 texts of different lengths are unequal and nothing is thrown: %j, %j", (left, right) => {
  expect(equalInConstantTime(left, right)).toBe(false);
});
