import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRetryAfter } from "../../../src/notifiers/webhook/retry-after.ts";

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);

describe("readRetryAfter", () => {
  test.each([
    ["0", 0],
    ["1", 1000],
    ["120", 120_000],
    ["007", 7000],
    ["9".repeat(400), Number.MAX_SAFE_INTEGER],
  ])("reads %s as seconds", (value, expected) => {
    expect(readRetryAfter(value, NOW)).toBe(expected);
  });

  test.each([
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ])("reads %s, one of the three forms of dates", (value) => {
    expect(readRetryAfter(value, NOW)).toBe(30_000);
  });

  test("does not go by the zone that the process is in", () => {
    const zone = process.env.TZ;
    process.env.TZ = "Asia/Kathmandu";
    try {
      expect(readRetryAfter("Sun Nov  6 08:49:37 1994", NOW)).toBe(30_000);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test("reads every date that is written", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800 }),
        fc.integer({ min: 0, max: 86_400 }),
        (seconds, wait) => {
          const text = new Date((seconds + wait) * 1000).toUTCString();
          expect(readRetryAfter(text, seconds * 1000)).toBe(wait * 1000);
        },
      ),
    );
  });

  test("takes two digits of a year for the one that is at most 50 years ahead", () => {
    const now = Date.UTC(2026, 0, 1);
    const at = Date.UTC(2076, 0, 1);
    expect(readRetryAfter("Wednesday, 01-Jan-76 00:00:00 GMT", now)).toBe(at - now);
    expect(readRetryAfter("Saturday, 01-Jan-77 00:00:00 GMT", now)).toBe(0);
  });

  test("waits not at all for what is past", () => {
    expect(readRetryAfter("Sun, 06 Nov 1994 08:49:06 GMT", NOW)).toBe(0);
  });

  test.each([
    "",
    "-1",
    "1.5",
    "1s",
    "soon",
    " 5",
    "1e3",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 PST",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "1994-11-06T08:49:37Z",
    "120, 120",
  ])("hears nothing in %j", (value) => {
    expect(readRetryAfter(value, NOW)).toBeUndefined();
  });

  test("hears nothing where nothing is said", () => {
    expect(readRetryAfter(undefined, NOW)).toBeUndefined();
  });
});
