import fc from "fast-check";
import type { Duration, Expiry } from "../../../src/index.ts";
import { later, type Rules } from "./model.ts";

const DAY_MS = 86_400_000;
/** By so much the length of a calendar duration depends on where it begins. */
const CALENDAR_MS = 4 * DAY_MS;

/** How the clock is moved: by so many hours, or to so many hours after a range of the token begins or its life ends; backwards, too. */
export type Move =
  | { readonly type: "by"; readonly hours: number }
  | { readonly type: "to"; readonly range: number; readonly hours: number };

/** Something that happens to one token, after a move of the clock. */
export interface Step {
  readonly move: Move;
  readonly deed: "pass" | "use" | "update" | "regenerate" | "rotate";
  /** Of which token; where there are fewer, of the one that remains. */
  readonly token: number;
  /** Which of a kind's choices. */
  readonly option: number;
  /** How many nodes do it at once: passes only. */
  readonly nodes: number;
}

/** What happens to some tokens. */
export interface Story {
  /** Where the clock starts, in hours from where every test's does. */
  readonly startHours: number;
  readonly kinds: readonly (Rules & { readonly isPair: boolean })[];
  readonly steps: readonly Step[];
}

const inHours = fc.integer({ min: 1, max: 72 }).map((hours): Duration => ({ hours }));
const inDays = fc.integer({ min: 2, max: 60 }).map((days): Duration => ({ days }));
const inWeeks = fc.integer({ min: 1, max: 9 }).map((weeks): Duration => ({ weeks }));
const inMonths = fc.integer({ min: 1, max: 2 }).map((months): Duration => ({ months }));
const life = fc.oneof(
  fc.integer({ min: 2, max: 200 }).map((days): Duration => ({ days })),
  fc.integer({ min: 1, max: 13 }).map((months): Duration => ({ months })),
);

const sliding = fc
  .record({ unusedFor: life, more: fc.option(fc.nat(20), { nil: undefined }) })
  .map(({ unusedFor, more }): Expiry => {
    const cap = Object.entries(unusedFor).map(([unit, count]) => [unit, count + (more ?? 0)]);
    const atMost: Duration = Object.fromEntries(cap);
    return { type: "sliding", unusedFor, ...(more === undefined ? {} : { atMost }) };
  });
const choice = fc
  .uniqueArray(life, { minLength: 1, maxLength: 3, selector: lengthMs })
  .map((options): Expiry => ({ type: "choice", options, default: options[0] ?? { days: 30 } }));
const expiry = fc.oneof(
  life.map((after): Expiry => ({ type: "fixed", after })),
  sliding,
  choice,
);

const thresholds = fc.uniqueArray(fc.oneof(inHours, inDays, inWeeks, inMonths), {
  ...{ maxLength: 5, size: "max" },
  comparator: (left, right) => !areApart(left, right),
});

const kind = fc
  .record({ expiry, thresholds, isPair: fc.boolean() })
  .map(({ expiry: each, thresholds: wished, isPair }) => ({
    ...{ expiry: each, isPair },
    // Whether one that is about as long as a life counts would depend on which month it is.
    reminders: wished.filter((threshold) => isClear(threshold, each)),
  }));

const jump = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 24 * 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 24 * 9, max: 24 * 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: -24 * 30, max: -1 }) },
);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ type: fc.constant("by" as const), hours: jump }),
  // Else most of what happens would happen where no range is near.
  fc.record({
    ...{ type: fc.constant("to" as const), range: fc.nat(5) },
    hours: fc.integer({ min: -30, max: 30 }),
  }),
);
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.constant("pass" as const) },
  { weight: 2, arbitrary: fc.constant("use" as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("update" as const, "regenerate" as const, "rotate" as const),
  },
);
const step: fc.Arbitrary<Step> = fc.record({
  ...{ move, deed, token: fc.nat(2), option: fc.nat(2) },
  nodes: fc.integer({ min: 1, max: 3 }),
});

/** Any lives of up to three tokens, under a clock that goes ahead, is late, and is set right. */
export const anyStory: fc.Arbitrary<Story> = fc.record({
  startHours: fc.integer({ min: 0, max: 24 * 365 * 2 }),
  kinds: fc.array(kind, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 10, maxLength: 80, size: "max" }),
});

function lengthMs(duration: Duration): number {
  return later(0, duration);
}

function isCalendar({ months: count }: Duration): boolean {
  return count !== undefined;
}

function areApart(left: Duration, right: Duration): boolean {
  const least = isCalendar(left) || isCalendar(right) ? CALENDAR_MS : 1;
  return Math.abs(lengthMs(left) - lengthMs(right)) >= least;
}

/** A choice may be made again, which makes the life of a secret longer than each of them: only what is shorter than all is clear. */
function isClear(threshold: Duration, each: Expiry): boolean {
  return livesOf(each).every(
    (one) =>
      areApart(threshold, one) && (each.type !== "choice" || lengthMs(threshold) < lengthMs(one)),
  );
}

function livesOf(each: Expiry): readonly Duration[] {
  switch (each.type) {
    case "never":
      return [];
    case "fixed":
      return [each.after];
    case "sliding":
      return [each.unusedFor, each.atMost ?? each.unusedFor];
    case "choice":
      return each.options;
  }
}
