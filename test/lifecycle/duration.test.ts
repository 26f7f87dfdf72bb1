import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDuration,
  durationMs,
  equalDurations,
  formatDuration,
  validateDuration,
} from "../../src/lifecycle/duration.ts";
import type { Duration } from "../../src/model.ts";

const dayMs = 86_400_000;

/** Every valid duration of up to a few years, of any units. */
const durations: fc.Arbitrary<Duration> = fc
  .record(
    {
      seconds: fc.nat(100_000),
      minutes: fc.nat(10_000),
      hours: fc.nat(1000),
      days: fc.nat(1000),
      weeks: fc.nat(100),
      months: fc.nat(100),
      years: fc.nat(100),
    },
    { requiredKeys: [] },
  )
  .filter((duration) => Object.values(duration).some((count) => count > 0));

const instants: fc.Arbitrary<number> = fc.integer({
  min: Date.UTC(1970, 0, 1),
  max: Date.UTC(2400, 0, 1),
});

function add(start: string, duration: Duration): string {
  return new Date(addDuration(Date.parse(start), duration)).toISOString();
}

/** The calendar step written another way: year and month by division, then the shorter of the two days. */
function monthStep(startMs: number, months: number): number {
  const start = new Date(startMs);
  const month = start.getUTCFullYear() * 12 + start.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const day = Math.min(start.getUTCDate(), lastDay);
  return Date.UTC(Math.floor(month / 12), month % 12, day) + (startMs % dayMs);
}

describe("addDuration", () => {
  test.each([
    ["2024-08-31T12:00:00.000Z", 6, "2025-02-28T12:00:00.000Z"],
    ["2023-08-31T12:00:00.000Z", 6, "2024-02-29T12:00:00.000Z"],
    ["2024-11-30T00:00:00.000Z", 3, "2025-02-28T00:00:00.000Z"],
    ["2024-02-29T00:00:00.000Z", 12, "2025-02-28T00:00:00.000Z"],
    ["2024-01-31T00:00:00.000Z", 3, "2024-04-30T00:00:00.000Z"],
  ])("CORE-27 TV-04 %s and %i months is %s", (start, months, end) => {
    expect(add(start, { months })).toBe(end);
  });

  test.each([
    ["2024-01-01T00:00:00.000Z", "2024-06-29T00:00:00.000Z"],
    ["2025-03-01T10:30:00.000Z", "2025-08-28T10:30:00.000Z"],
  ])("TV-04 180 days after %s is %s", (start, end) => {
    expect(add(start, { days: 180 })).toBe(end);
  });

  test("TV-01 TV-02 the windows P30D and PT5M", () => {
    expect(add("2021-11-11T20:38:10.000Z", { days: 30 })).toBe("2021-12-11T20:38:10.000Z");
    expect(add("2021-11-11T20:38:10.000Z", { minutes: 5 })).toBe("2021-11-11T20:43:10.000Z");
  });

  test("T-08 a month from the 31st does not overflow, to the millisecond", () => {
    expect(add("2026-01-31T23:59:59.999Z", { months: 1 })).toBe("2026-02-28T23:59:59.999Z");
    expect(add("2026-12-31T23:59:59.999Z", { months: 2 })).toBe("2027-02-28T23:59:59.999Z");
  });

  test("years and months are one step: a leap day is clamped once, at the end", () => {
    expect(add("2024-02-29T00:00:00.000Z", { years: 1, months: 1 })).toBe(
      "2025-03-29T00:00:00.000Z",
    );
    expect(add("2024-02-29T00:00:00.000Z", { years: 4 })).toBe("2028-02-29T00:00:00.000Z");
  });

  test("the exact units follow the calendar step", () => {
    const duration = { months: 1, weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1 };
    expect(add("2026-01-31T00:00:00.000Z", duration)).toBe("2026-03-08T01:01:01.000Z");
  });

  test("a calendar step keeps the day and the time of day, or takes the last day", () => {
    fc.assert(
      fc.property(instants, fc.nat(1200), (start, months) => {
        expect(addDuration(start, { months })).toBe(monthStep(start, months));
      }),
    );
  });

  test("is later than its start, is a valid date, and is the sum of its parts", () => {
    fc.assert(
      fc.property(instants, durations, (start, duration) => {
        const end = addDuration(start, duration);
        expect(end).toBeGreaterThan(start);
        expect(new Date(end).getTime()).toBe(end);
        const { years = 0, months = 0, ...exact } = duration;
        const step = addDuration(start, { months: years * 12 + months });
        expect(end).toBe(step + (durationMs(exact) ?? Number.NaN));
      }),
    );
  });

  test("a longer duration ends later, and on whole days so does a later start", () => {
    fc.assert(
      fc.property(instants, durations, fc.nat(400), (start, duration, days) => {
        for (const unit of ["seconds", "days", "months", "years"] as const) {
          const longer = { ...duration, [unit]: (duration[unit] ?? 0) + 1 };
          expect(addDuration(start, longer)).toBeGreaterThan(addDuration(start, duration));
        }
        const midnight = start - (start % dayMs);
        const later = addDuration(midnight + days * dayMs, duration);
        expect(later).toBeGreaterThanOrEqual(addDuration(midnight, duration));
      }),
    );
  });

  test("the longest duration from the latest start is still a date", () => {
    const start = Date.UTC(9999, 11, 31);
    expect(addDuration(start, { years: 1000 })).toBe(Date.UTC(10_999, 11, 31));
    expect(addDuration(start, { days: 365_242 })).not.toBeNaN();
  });
});

describe("durationMs", () => {
  test("adds up the exact units", () => {
    expect(durationMs({ weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1 })).toBe(694_861_000);
    expect(durationMs({ minutes: 1 })).toBe(60_000);
  });

  test("months and years have no one length", () => {
    expect(durationMs({ months: 1, days: 1 })).toBeUndefined();
    expect(durationMs({ years: 1 })).toBeUndefined();
  });

  test("is what addDuration adds", () => {
    fc.assert(
      fc.property(instants, durations, (start, { years, months, ...exact }) => {
        expect(durationMs(exact)).toBe(addDuration(start, exact) - start);
      }),
    );
  });
});

describe("equalDurations", () => {
  test.each<[Duration, Duration]>([
    [{ years: 1 }, { months: 12 }],
    [{ weeks: 1 }, { days: 7 }],
    [{ hours: 24 }, { days: 1 }],
    [{ minutes: 1, seconds: 0 }, { seconds: 60 }],
    [{ years: 1, months: 6 }, { months: 18 }],
  ])("%o is %o", (a, b) => {
    expect(equalDurations(a, b)).toBe(true);
    expect(equalDurations(b, a)).toBe(true);
  });

  test.each<[Duration, Duration]>([
    [{ months: 1 }, { days: 30 }],
    [{ years: 1 }, { days: 365 }],
    [{ months: 6 }, { months: 6, seconds: 1 }],
    [{ months: 3 }, { months: 6 }],
  ])("%o is not %o", (a, b) => {
    expect(equalDurations(a, b)).toBe(false);
  });
});

describe("formatDuration", () => {
  test.each<[Duration, string]>([
    [{ months: 6 }, "6 months"],
    [{ days: 1 }, "1 day"],
    [{ months: 6, years: 1 }, "1 year, 6 months"],
    [{ seconds: 30, days: 0 }, "30 seconds"],
    [
      { seconds: 1, minutes: 1, hours: 1, days: 1, weeks: 1, months: 1, years: 1 },
      "1 year, 1 month, 1 week, 1 day, 1 hour, 1 minute, 1 second",
    ],
  ])("%o is %s", (duration, text) => {
    expect(formatDuration(duration)).toBe(text);
  });
});

describe("validateDuration", () => {
  const path = "kinds.personal.expiry.after";

  test("returns a frozen copy without its zero and absent fields", () => {
    const value = { months: 6, days: 0, hours: undefined };
    const duration = validateDuration(value, path);
    expect(duration).toStrictEqual({ months: 6 });
    expect(duration).not.toBe(value);
    expect(Object.isFrozen(duration)).toBe(true);
  });

  test("accepts every valid duration, and means the same", () => {
    fc.assert(
      fc.property(instants, durations, (start, duration) => {
        const copy = validateDuration(duration, path);
        expect(addDuration(start, copy)).toBe(addDuration(start, duration));
      }),
    );
  });

  test("accepts 1000 years, in any unit, and nothing longer", () => {
    for (const longest of [{ years: 1000 }, { months: 12_000 }, { days: 365_242 }]) {
      expect(validateDuration(longest, path)).toStrictEqual(longest);
      const longer = { ...longest, weeks: 1 };
      expect(() => validateDuration(longer, path)).toThrow(
        new RangeError(`${path} must be at most 1000 years`),
      );
    }
    expect(() => validateDuration({ days: Number.MAX_VALUE }, path)).toThrow(
      new RangeError(`${path} must be at most 1000 years`),
    );
  });

  test.each([undefined, null, 30, "30 days", [], [30], () => 30])("refuses %o", (value) => {
    expect(() => validateDuration(value, path)).toThrow(
      new TypeError(`${path} must be a duration such as { days: 30 }`),
    );
  });

  test.each(["30", null, 30n, {}, true])("refuses days: %o by its type", (days) => {
    expect(() => validateDuration({ days }, path)).toThrow(
      new TypeError(`${path}.days must be a whole number`),
    );
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses days: %o by its value",
    (days) => {
      expect(() => validateDuration({ days }, path)).toThrow(
        new RangeError(`${path}.days must be a whole number`),
      );
    },
  );

  test("refuses a negative count, also where the sum is positive", () => {
    expect(() => validateDuration({ days: 30, hours: -1 }, path)).toThrow(
      new RangeError(`${path}.hours must not be negative`),
    );
  });

  test.each([{}, { days: 0 }, { days: -0, months: 0 }, { days: undefined }, new Date(0)])(
    "refuses %o: no length",
    (value) => {
      expect(() => validateDuration(value, path)).toThrow(
        new RangeError(`${path} must be longer than zero`),
      );
    },
  );

  test.each(["day", "ms", "toString", "__proto__"])("refuses the unknown field %s", (name) => {
    const value = Object.fromEntries([
      ["days", 30],
      [name, 1],
    ]);
    expect(() => validateDuration(value, path)).toThrow(
      new TypeError(
        `${path}: "${name}" is not a unit of time: use years, months, weeks, days, hours, minutes, seconds`,
      ),
    );
  });
});
