import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFormat } from "../../../src/notifiers/mail/format.ts";
import { AT, DAY_MS, HOUR_MS } from "./notice.ts";

const english = createFormat("en", undefined);

describe("time", () => {
  test("is in UTC by default, and says so", () => {
    expect(english.time(AT.getTime())).toBe("November 22, 2026 at 2:05 PM UTC");
  });

  test("is in the owner's zone and language, with the zone", () => {
    expect(createFormat("de", "Europe/Berlin").time(AT.getTime())).toBe(
      "22. November 2026 um 15:05 MEZ",
    );
    expect(createFormat("en-GB", "Asia/Kolkata").time(AT.getTime())).toBe(
      "22 November 2026 at 19:35 GMT+5:30",
    );
  });

  test.each(["Mars/Olympus", "", "Europe/Berlin\r\n", "x".repeat(10_000)])(
    "a zone that is none, %j, is UTC",
    (zone) => {
      expect(createFormat("en", zone).time(AT.getTime())).toMatch(/UTC$/);
    },
  );

  test("a language that Intl does not know is written in English", () => {
    expect(createFormat("zxx", undefined).time(AT.getTime())).toBe(english.time(AT.getTime()));
  });

  test("no number makes it throw: what is no time is left out", () => {
    for (const at of [undefined, Number.NaN, Infinity, 8.64e15 + 1])
      expect(english.time(at)).toBeUndefined();
    fc.assert(
      fc.property(fc.double(), (at) => {
        expect(english.time(at)).not.toBe("");
      }),
    );
  });
});

describe("until", () => {
  test.each([
    [7 * DAY_MS, "in 7 days"],
    [7 * DAY_MS - 60_000, "in 7 days"],
    [7 * DAY_MS - 2 * HOUR_MS, "in 7 days"],
    [7 * DAY_MS - 2 * HOUR_MS - 1, "in 6 days"],
    [6.5 * DAY_MS, "in 6 days"],
    [30 * DAY_MS, "in 30 days"],
    [DAY_MS, "in 1 day"],
    [22 * HOUR_MS, "in 1 day"],
    [22 * HOUR_MS - 1, "in 22 hours"],
    [3 * HOUR_MS, "in 3 hours"],
    [HOUR_MS - 300_000, "in 1 hour"],
    [HOUR_MS - 300_001, "in 54 minutes"],
    [60_000, "in 1 minute"],
    [1, "in 1 minute"],
  ])("%d ms is %s", (length, words) => {
    expect(english.until(length)).toBe(words);
  });

  test("is in the language", () => {
    expect(createFormat("de-AT", undefined).until(7 * DAY_MS)).toBe("in 7 Tagen");
  });

  test("has no narrow spaces, which are boxes in many a mail program", () => {
    const french = createFormat("fr", undefined);
    expect(french.until(12_345 * DAY_MS)).toBe("dans 12 345 jours");
    expect(french.plural(12_345, { other: "# jetons" })).toBe("12 345 jetons");
  });

  test("what is past, or no length, is left out", () => {
    for (const length of [0, -1, Number.NaN, Infinity])
      expect(english.until(length)).toBeUndefined();
  });

  test("never tells of more time than there is, but for the two hours that a day may lack", () => {
    fc.assert(
      fc.property(fc.integer({ min: 60_000, max: 400 * DAY_MS }), (length) => {
        const [, count, unit = ""] =
          /^in (\d+) (day|hour|minute)s?$/.exec(english.until(length) ?? "") ?? [];
        const unitMs = { day: DAY_MS, hour: HOUR_MS, minute: 60_000 }[unit] ?? Number.NaN;
        expect(Number(count) * unitMs).toBeLessThanOrEqual(length + 2 * HOUR_MS);
        expect((Number(count) + 1) * unitMs).toBeGreaterThan(length);
      }),
    );
  });
});

describe("plural and list", () => {
  test("follow the language", () => {
    const forms = { one: "# token", few: "# tokeny", many: "# tokenů", other: "# tokens" };
    expect(english.plural(1, forms)).toBe("1 token");
    expect(english.plural(1234, forms)).toBe("1,234 tokens");
    expect(createFormat("cs", undefined).plural(3, forms)).toBe("3 tokeny");
    expect(createFormat("de", undefined).plural(1234, { other: "# Tokens" })).toBe("1.234 Tokens");
    expect(english.list(["a", "b", "c"])).toBe("a, b, and c");
    expect(createFormat("de", undefined).list(["a", "b"])).toBe("a und b");
  });
});
