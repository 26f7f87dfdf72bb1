import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  earlierExpiry,
  expiryAfterUse,
  expiryFromNow,
  isExpired,
} from "../../src/lifecycle/expiry.ts";
import {
  manyChoice,
  manySliding,
  primaryBackup,
  singleFixed,
} from "../../src/lifecycle/presets.ts";
import type { Duration, Expiry } from "../../src/model.ts";

const dayMs = 86_400_000;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString();

const fixed: Expiry = { type: "fixed", after: { days: 180 } };
const sliding: Expiry = { type: "sliding", unusedFor: { days: 30 } };
const capped: Expiry = { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 90 } };
const choice: Expiry = {
  type: "choice",
  options: [{ months: 3 }, { months: 6 }, { months: 12 }],
  default: { months: 6 },
};
const never: Expiry = { type: "never" };

const instants: fc.Arbitrary<number> = fc.integer({
  min: at("2000-01-01T00:00:00Z"),
  max: at("2100-01-01T00:00:00Z"),
});
/** Steps from one use to the next, some of them of a clock that is set back. */
const steps: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: -10 * dayMs, max: 40 * dayMs }), {
  maxLength: 30,
});

describe("isExpired", () => {
  const expiresAt = at("2026-06-29T00:00:00.000Z");

  test("CORE-21 R7519-01 is exact to the millisecond: at the instant itself it is expired", () => {
    expect(isExpired({ expiresAt }, expiresAt - 1)).toBe(false);
    expect(isExpired({ expiresAt }, expiresAt)).toBe(true);
    expect(isExpired({ expiresAt }, expiresAt + 1)).toBe(true);
  });

  test("null never expires", () => {
    expect(isExpired({ expiresAt: null }, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test("what is no instant counts as expired", () => {
    expect(isExpired({ expiresAt: Number.NaN }, 0)).toBe(true);
    expect(isExpired({ expiresAt: undefined as never }, 0)).toBe(true);
    expect(isExpired({ expiresAt }, Number.NaN)).toBe(true);
  });
});

describe("expiryFromNow", () => {
  test.each([
    ["2024-01-01T00:00:00.000Z", "2024-06-29T00:00:00.000Z"],
    ["2025-03-01T10:30:00.000Z", "2025-08-28T10:30:00.000Z"],
  ])("OWN-02 TV-04 fixed 180 days from %s is %s", (now, end) => {
    expect(iso(expiryFromNow(fixed, at(now)))).toBe(end);
  });

  test.each([
    ["2024-08-31T12:00:00.000Z", 6, "2025-02-28T12:00:00.000Z"],
    ["2023-08-31T12:00:00.000Z", 6, "2024-02-29T12:00:00.000Z"],
    ["2024-11-30T00:00:00.000Z", 3, "2025-02-28T00:00:00.000Z"],
    ["2024-02-29T00:00:00.000Z", 12, "2025-02-28T00:00:00.000Z"],
    ["2024-01-31T00:00:00.000Z", 3, "2024-04-30T00:00:00.000Z"],
  ])("TV-04 CRT-03 from %s, a choice of %i months is %s", (now, months, end) => {
    expect(iso(expiryFromNow(choice, at(now), { months }))).toBe(end);
  });

  test("CRT-03 without a choice it is the default", () => {
    expect(iso(expiryFromNow(choice, at("2024-08-31T12:00:00Z")))).toBe("2025-02-28T12:00:00.000Z");
  });

  test("a choice counts for no other policy", () => {
    const now = at("2026-01-01T00:00:00Z");
    for (const expiry of [fixed, sliding, capped, never])
      expect(expiryFromNow(expiry, now, { years: 5 })).toBe(expiryFromNow(expiry, now));
  });

  test.each<[string, Duration, string]>([
    ["TV-01", { days: 30 }, "2021-12-11T20:38:10.000Z"],
    ["TV-02", { minutes: 5 }, "2021-11-11T20:43:10.000Z"],
  ])("%s OKT-20 sliding %o from 2021-11-11T20:38:10Z", (_, unusedFor, end) => {
    const now = at("2021-11-11T20:38:10Z");
    expect(now).toBe(1_636_663_090_000);
    const expiry: Expiry = { type: "sliding", unusedFor };
    expect(iso(expiryFromNow(expiry, now))).toBe(end);
    const older = { secretCreatedAt: now - dayMs, expiresAt: now + 1 };
    expect(iso(expiryAfterUse(expiry, older, now))).toBe(end);
  });

  test("a cap that is no longer than the window is the first end", () => {
    const equal: Expiry = { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 30 } };
    expect(expiryFromNow(equal, 0)).toBe(30 * dayMs);
    const shorter: Expiry = { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 10 } };
    expect(expiryFromNow(shorter, 0)).toBe(10 * dayMs);
  });

  test("EDG-16 never is never", () => {
    expect(expiryFromNow(never, 0)).toBeNull();
  });

  test("CORE-20 the four presets from one instant", () => {
    const now = at("2026-08-31T00:00:00Z");
    const ends = [singleFixed, manySliding, manyChoice, primaryBackup].map((preset) =>
      iso(expiryFromNow(preset({ prefix: "acme" }).expiry, now)),
    );
    expect(ends).toStrictEqual([
      "2027-02-27T00:00:00.000Z",
      "2026-09-30T00:00:00.000Z",
      "2027-02-28T00:00:00.000Z",
      null,
    ]);
  });
});

describe("expiryAfterUse", () => {
  test.each<[string, Expiry]>([
    ["fixed", fixed],
    ["choice", choice],
    ["never", never],
  ])("OWN-03 CORE-25 use moves nothing: %s", (_, expiry) => {
    fc.assert(
      fc.property(instants, steps, (madeAt, uses) => {
        const token = { secretCreatedAt: madeAt, expiresAt: expiryFromNow(expiry, madeAt) };
        for (const step of uses) expect(expiryAfterUse(expiry, token, madeAt + step)).toBeNull();
      }),
    );
  });

  test("OKT-20 is the use and the window", () => {
    const token = { secretCreatedAt: 0, expiresAt: 30 * dayMs };
    expect(expiryAfterUse(sliding, token, dayMs)).toBe(31 * dayMs);
    expect(expiryAfterUse(sliding, token, 1)).toBe(30 * dayMs + 1);
  });

  test("CORE-22 what would not be later moves nothing", () => {
    const token = { secretCreatedAt: 0, expiresAt: 30 * dayMs };
    expect(expiryAfterUse(sliding, token, 0)).toBeNull();
    expect(expiryAfterUse(sliding, token, -dayMs)).toBeNull();
  });

  test("a sliding token that has no end stays so", () => {
    expect(expiryAfterUse(sliding, { secretCreatedAt: 0, expiresAt: null }, dayMs)).toBeNull();
  });

  test("DEC-03 the cap counts from the making of the secret", () => {
    const madeAt = 1000 * dayMs;
    const token = { secretCreatedAt: madeAt, expiresAt: madeAt + 70 * dayMs };
    expect(expiryAfterUse(capped, token, madeAt + 60 * dayMs - 1)).toBe(madeAt + 90 * dayMs - 1);
    expect(expiryAfterUse(capped, token, madeAt + 60 * dayMs)).toBe(madeAt + 90 * dayMs);
    expect(expiryAfterUse(capped, token, madeAt + 69 * dayMs)).toBe(madeAt + 90 * dayMs);
    const atCap = { ...token, expiresAt: madeAt + 90 * dayMs };
    expect(expiryAfterUse(capped, atCap, madeAt + 80 * dayMs)).toBeNull();
  });

  test.each<[string, Expiry, number]>([
    ["without a cap", sliding, Number.POSITIVE_INFINITY],
    ["with a cap", capped, 90 * dayMs],
  ])(
    "CORE-22 over any uses it is the latest use + window, never shortened: %s",
    (_, expiry, cap) => {
      fc.assert(
        fc.property(instants, steps, (madeAt, uses) => {
          let expiresAt = expiryFromNow(expiry, madeAt);
          let [now, latest] = [madeAt, madeAt];
          for (const step of uses) {
            now += step;
            if (isExpired({ expiresAt }, now)) return;
            latest = Math.max(latest, now);
            expiresAt =
              expiryAfterUse(expiry, { secretCreatedAt: madeAt, expiresAt }, now) ?? expiresAt;
            expect(expiresAt).toBe(Math.min(latest + 30 * dayMs, madeAt + cap));
          }
        }),
      );
    },
  );
});

describe("earlierExpiry", () => {
  test.each([
    [null, null, null],
    [1, null, 1],
    [null, 1, 1],
    [1, 2, 1],
    [2, 1, 1],
    [0, null, 0],
  ])("of %j and %j is %j", (left, right, earlier) => {
    expect(earlierExpiry(left, right)).toBe(earlier);
  });
});
