import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDuration } from "../../src/lifecycle/duration.ts";
import { expiryAfterUse, expiryFromNow } from "../../src/lifecycle/expiry.ts";
import {
  dueReminder,
  type Remindable,
  reminderHorizon,
  reminderIntervalMs,
} from "../../src/lifecycle/reminders.ts";
import type { Duration, Expiry } from "../../src/model.ts";

const dayMs = 86_400_000;
const madeAt = Date.parse("2026-01-01T00:00:00Z");
const thresholds: readonly Duration[] = [{ days: 30 }, { days: 7 }, { days: 1 }];
const fixed: Expiry = { type: "fixed", after: { days: 180 } };
const sliding: Expiry = { type: "sliding", unusedFor: { days: 30 } };

interface Rules {
  readonly expiry: Expiry;
  readonly reminders: readonly Duration[];
}
const half: Rules = { expiry: fixed, reminders: thresholds };
const month: Rules = { expiry: sliding, reminders: thresholds };

function made(rules: Rules): Remindable {
  const expiresAt = expiryFromNow(rules.expiry, madeAt);
  return { secretCreatedAt: madeAt, expiresAt, remindedFrom: null };
}

/** The reminders of a token over passes at these days of its life, as `[day, threshold]`. */
function reminded(token: Remindable, rules: Rules, days: readonly number[]): [number, Duration][] {
  let { remindedFrom } = token;
  const sent: [number, Duration][] = [];
  for (const day of days) {
    const due = dueReminder({ ...token, remindedFrom }, rules, madeAt + day * dayMs);
    if (due === undefined) continue;
    sent.push([day, due.threshold]);
    remindedFrom = due.from;
  }
  return sent;
}

const everyDay = Array.from({ length: 400 }, (_, day) => day);

describe("dueReminder: a life of 180 days", () => {
  const token: Remindable = {
    secretCreatedAt: madeAt,
    expiresAt: madeAt + 180 * dayMs,
    remindedFrom: null,
  };

  test("CORE-29 IND-42 30, 7 and 1 days before the end, each once", () => {
    expect(reminded(token, half, everyDay)).toStrictEqual([
      [150, { days: 30 }],
      [173, { days: 7 }],
      [179, { days: 1 }],
    ]);
  });

  test("is exact to the millisecond, at the begin of a range and at the end of life", () => {
    const from = madeAt + 150 * dayMs;
    expect(dueReminder(token, half, from - 1)).toBeUndefined();
    expect(dueReminder(token, half, from)).toStrictEqual({ from, threshold: { days: 30 } });
    const end = madeAt + 180 * dayMs;
    expect(dueReminder(token, half, end - 1)?.threshold).toStrictEqual({ days: 1 });
    expect(dueReminder(token, half, end)).toBeUndefined();
    expect(dueReminder(token, half, end + dayMs)).toBeUndefined();
  });

  test("IND-42 a pass that was missed is caught up, in the range that it is now", () => {
    expect(reminded(token, half, [149, 160])).toStrictEqual([[160, { days: 30 }]]);
    expect(reminded(token, half, [149, 175, 176])).toStrictEqual([[175, { days: 7 }]]);
    expect(reminded(token, half, [179.9])).toStrictEqual([[179.9, { days: 1 }]]);
    expect(reminded(token, half, [149, 180])).toStrictEqual([]);
  });

  test("IND-42 none twice, however often there is a pass, nor when the clock steps back", () => {
    expect(reminded(token, half, [150, 150, 151, 172])).toHaveLength(1);
    expect(reminded(token, half, [173, 160, 173, 150, 174])).toStrictEqual([[173, { days: 7 }]]);
  });

  test("the order in which the thresholds are given does not matter", () => {
    const shuffled = { ...half, reminders: [{ days: 7 }, { days: 1 }, { days: 30 }] };
    expect(reminded(token, shuffled, everyDay)).toStrictEqual(reminded(token, half, everyDay));
  });

  test("CORE-29 a moved expiry starts anew, with the ranges of the new one", () => {
    const first = dueReminder(token, half, madeAt + 175 * dayMs);
    const moved = {
      secretCreatedAt: madeAt + 176 * dayMs,
      expiresAt: madeAt + 356 * dayMs,
      remindedFrom: first?.from ?? null,
    };
    expect(reminded(moved, half, everyDay)).toStrictEqual([
      [326, { days: 30 }],
      [349, { days: 7 }],
      [355, { days: 1 }],
    ]);
  });

  test("without thresholds or without an end there are none", () => {
    expect(reminded(token, { ...half, reminders: [] }, everyDay)).toStrictEqual([]);
    const never: Rules = { expiry: { type: "never" }, reminders: thresholds };
    expect(reminded(made(never), never, everyDay)).toStrictEqual([]);
  });

  test("a calendar threshold begins a month of the end's own length before it", () => {
    const calendar = { ...half, reminders: [{ months: 1 }] };
    // The end is 30 June: from there on a month is 30 days.
    expect(reminded(token, calendar, everyDay)).toStrictEqual([[150, { months: 1 }]]);
  });
});

describe("dueReminder: thresholds as long as a life", () => {
  test.each<[string, Expiry]>([
    ["fixed", { type: "fixed", after: { days: 7 } }],
    ["sliding", { type: "sliding", unusedFor: { days: 7 } }],
    ["sliding under a cap", { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 7 } }],
  ])("CORE-29 are passed over, as are longer ones: %s, 7 days", (_, expiry) => {
    const rules = { expiry, reminders: thresholds };
    expect(reminded(made(rules), rules, everyDay)).toStrictEqual([[6, { days: 1 }]]);
  });

  test("one millisecond shorter is not passed over", () => {
    const token = { ...made(half), expiresAt: madeAt + 7 * dayMs + 1 };
    expect(dueReminder(token, half, madeAt + 1)?.threshold).toStrictEqual({ days: 7 });
  });

  test("CORE-29 of a sliding token only the unused come near: none while it is used", () => {
    const token = made(month);
    expect(reminded(token, month, everyDay)).toStrictEqual([
      [23, { days: 7 }],
      [29, { days: 1 }],
    ]);
    let used = token;
    for (let day = 0; day < 200; day += 20) {
      const now = madeAt + day * dayMs;
      used = { ...used, expiresAt: expiryAfterUse(sliding, used, now) ?? used.expiresAt };
      expect(dueReminder(used, month, now)).toBeUndefined();
      expect(dueReminder(used, month, now + 19 * dayMs)).toBeUndefined();
    }
  });

  test("CORE-29 after a use the same thresholds count again", () => {
    const token = made(month);
    const due = dueReminder(token, month, madeAt + 24 * dayMs);
    const used = {
      ...token,
      expiresAt: expiryAfterUse(sliding, token, madeAt + 25 * dayMs),
      remindedFrom: due?.from ?? null,
    };
    expect(reminded(used, month, everyDay)).toStrictEqual([
      [48, { days: 7 }],
      [54, { days: 1 }],
    ]);
  });

  test("DEC-03 near the cap a sliding token is due, though it is used", () => {
    const capped: Rules = {
      expiry: { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 90 } },
      reminders: thresholds,
    };
    // Used on day 80: it ends on day 90 by the cap, of which day 60 is 30 days before, as the window of its last use.
    const token = { ...made(capped), expiresAt: madeAt + 90 * dayMs };
    expect(reminded(token, capped, everyDay)).toStrictEqual([
      [83, { days: 7 }],
      [89, { days: 1 }],
    ]);
  });
});

describe("dueReminder: any life, any thresholds, any passes", () => {
  const days = fc.integer({ min: 1, max: 400 });
  const lives = fc.record({
    life: days,
    reminders: fc.uniqueArray(days, { maxLength: 5 }),
    passes: fc.array(fc.integer({ min: 0, max: 420 }), { maxLength: 30 }),
    isSliding: fc.boolean(),
  });

  test("IND-42 each sent once, in its range, the nearer after the farther, none as long as the life", () => {
    fc.assert(
      fc.property(lives, ({ life, reminders, passes, isSliding }) => {
        const expiry: Expiry = isSliding
          ? { type: "sliding", unusedFor: { days: life } }
          : { type: "fixed", after: { days: life } };
        const rules = { expiry, reminders: reminders.map((count) => ({ days: count })) };
        const sorted = passes.toSorted((left, right) => left - right);
        const sent = reminded(made(rules), rules, sorted).map(
          ([day, threshold]) => [day, threshold.days ?? 0] as const,
        );
        const counts = sent.map(([, count]) => count);
        expect(counts).toStrictEqual([...new Set(counts)].toSorted((left, right) => right - left));
        for (const [day, count] of sent) {
          const left = life - day;
          expect(count).toBeLessThan(life);
          expect(count).toBe(Math.min(...reminders.filter((each) => each >= left)));
        }
        // Every pass falls into a range that has been announced by then, unless there is none.
        for (const day of sorted.filter((each) => each < life)) {
          const range = Math.min(...reminders.filter((each) => each >= life - day && each < life));
          if (range === Number.POSITIVE_INFINITY) continue;
          expect(sent.some(([at, count]) => at <= day && count === range)).toBe(true);
        }
      }),
    );
  });
});

describe("reminderHorizon", () => {
  test("is the longest threshold from now, in whatever order they are given", () => {
    for (const reminders of [thresholds, thresholds.toReversed()])
      expect(reminderHorizon([{ reminders }], madeAt)).toBe(madeAt + 30 * dayMs);
    const horizon = reminderHorizon([{ reminders: [{ days: 45 }, { months: 2 }] }], madeAt);
    const twoMonths = addDuration(madeAt, { months: 2 });
    expect(horizon).toBeGreaterThanOrEqual(twoMonths);
    expect(horizon).toBeLessThanOrEqual(twoMonths + 4 * dayMs);
  });

  test("is now where there are none", () => {
    expect(reminderHorizon([], madeAt)).toBe(madeAt);
    expect(reminderHorizon([{ reminders: [] }], madeAt)).toBe(madeAt);
  });

  test("no token that expires later is due, whatever the rules under which it was made", () => {
    const durations = fc.oneof(
      fc.integer({ min: 1, max: 400 }).map((days): Duration => ({ days })),
      fc.integer({ min: 1, max: 13 }).map((months): Duration => ({ months })),
    );
    const expiries = fc.oneof(
      durations.map((after): Expiry => ({ type: "fixed", after })),
      durations.map((unusedFor): Expiry => ({ type: "sliding", unusedFor })),
      fc.constant<Expiry>({ type: "never" }),
    );
    fc.assert(
      fc.property(
        fc.record({ expiry: expiries, reminders: fc.array(durations, { maxLength: 4 }) }),
        fc.record({ life: durations, madeSeconds: fc.integer({ min: 0, max: 2_000_000_000 }) }),
        fc.integer({ min: 0, max: 400 * 24 }),
        (rules, { life, madeSeconds }, hours) => {
          const secretCreatedAt = madeSeconds * 1000;
          const expiresAt = addDuration(secretCreatedAt, life);
          const now = secretCreatedAt + (hours * dayMs) / 24;
          const token = { secretCreatedAt, expiresAt, remindedFrom: null };
          if (dueReminder(token, rules, now) !== undefined)
            expect(expiresAt).toBeLessThanOrEqual(reminderHorizon([rules], now));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("reminderIntervalMs", () => {
  test("is an hour, or a twenty-fourth of the shortest threshold", () => {
    expect(reminderIntervalMs([])).toBe(3_600_000);
    expect(reminderIntervalMs([half, month])).toBe(3_600_000);
    expect(reminderIntervalMs([half, { reminders: [{ hours: 1 }] }])).toBe(150_000);
  });
});
