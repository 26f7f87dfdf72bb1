import fc from "fast-check";
import { ADA, BOB, MANAGER, STRANGER } from "../support/directory.ts";
import type { Call } from "./calls.ts";
import { stepsOn } from "./each-step.ts";
import { type KindName, RULES, rulesOf } from "./model/rules.ts";
import { stepsToWaiting } from "./rotation-steps.ts";
import type { Step, Theme } from "./targets.ts";
import { oneIn } from "./values.ts";

// A cast, as the keys of an object are texts to the compiler.
const KINDS = Object.keys(RULES) as KindName[];

type Weights = Partial<Readonly<Record<Call["name"], number>>>;

/** Any of the steps by their weights; seldom such as no kind of the theme has, often what the theme is about. */
function anyOf(theme: Theme, weights: Weights): fc.Arbitrary<Step> {
  const steps = stepsOn(theme);
  const ways = theme.kinds.map((kind) => rulesOf(kind).replacement);
  const factors: Weights = {
    regenerate: ways.includes("regenerate") ? 10 : 1,
    rotate: ways.includes("rotate") ? 10 : 1,
    confirm: theme.kinds.includes("pair") ? 10 : 1,
    resend: theme.kinds.includes("pair") ? 10 : 1,
    cancel: theme.kinds.includes("pair") ? 10 : 1,
    putZone: theme.isZoned ? 50 : 10,
    removeZone: theme.isZoned ? 80 : 10,
  };
  // A cast, as the keys of an object are texts to the compiler.
  const names = Object.keys(weights) as Call["name"][];
  return fc.oneof(
    ...names.map((each) => ({
      weight: (weights[each] ?? 0) * (factors[each] ?? 10),
      arbitrary: steps[each],
    })),
  );
}

const BEGINNING: Weights = { issue: 6, putZone: 2 };

/** Mostly such as make tokens and use them. */
const ALL: Weights = {
  ...{ issue: 28, verify: 34, regenerate: 10, rotate: 16, confirm: 36, update: 14, revoke: 6 },
  ...{ revokeCurrent: 2, revokeAll: 1, deprovision: 1, changeOwner: 8, pass: 12, sweep: 5 },
  ...{ remind: 5, deliver: 4, list: 5, get: 3, putZone: 7, removeZone: 4, listZones: 1 },
  ...{
    resend: 6,
    pending: 3,
    cancel: 6,
    reportLeak: 6,
    parked: 2,
    retry: 2,
    prune: 3,
    exportEvents: 3,
  },
  ...{ grant: 20, recheck: 8 },
};

/** Nothing but use, and time that passes: uses wait to be written all along. */
const USAGE: Weights = {
  ...{ verify: 12, grant: 6, recheck: 2, pass: 8, revokeCurrent: 1, reportLeak: 1 },
};

/** What changes the same tokens at the same time, or looks at them. */
const RACERS: Weights = {
  ...{ issue: 7, rotate: 6, regenerate: 4, confirm: 5, update: 5, revoke: 5, revokeCurrent: 2 },
  ...{ revokeAll: 4, deprovision: 2, verify: 4, sweep: 2, putZone: 2, removeZone: 3, get: 1 },
  ...{ resend: 3, pending: 1, cancel: 6, reportLeak: 4, deliver: 1, grant: 3, recheck: 1 },
};

const OWNERS = [ADA, ADA, ADA, ADA, BOB, BOB, MANAGER, STRANGER, "nobody"];

/** A sequence of 1 to 60 steps, about 30 mostly. */
export const sequence: fc.Arbitrary<readonly Step[]> = fc
  .subarray(KINDS, { minLength: 1, maxLength: 3 })
  .map((kinds): Theme => ({ owners: OWNERS, kinds, isZoned: false, isNamed: true }))
  .chain((theme) =>
    fc.tuple(
      fc.array(anyOf(theme, BEGINNING), { minLength: 1, maxLength: 4, size: "max" }),
      fc.array(anyOf(theme, ALL), { maxLength: 26, size: "max" }),
      fc.array(anyOf(theme, USAGE), { maxLength: 12, size: "max" }),
      fc.array(anyOf(theme, ALL), { maxLength: 18, size: "max" }),
    ),
  )
  .map((parts) => asSequence(parts.flat()));

/** Of what races are: often of nothing but rotations that are confirmed. */
const raced: fc.Arbitrary<Theme> = fc
  .tuple(fc.subarray(KINDS, { minLength: 1, maxLength: 2 }), oneIn(4), oneIn(4))
  .map(([kinds, isPair, isZoned]) => {
    return { owners: [ADA], kinds: isPair ? ["pair"] : kinds, isZoned, isNamed: false };
  });

/** What is there before calls are made at once, and two or three of these. */
export const race: fc.Arbitrary<{
  readonly prelude: readonly Step[];
  readonly race: readonly Step[];
}> = raced.chain((theme) =>
  fc.record({
    prelude: fc
      .tuple(
        fc.array(anyOf(theme, BEGINNING), { minLength: 1, maxLength: 3, size: "max" }),
        fc.array(anyOf(theme, ALL), { maxLength: 10, size: "max" }),
        oneIn(2).map((waits) =>
          waits && theme.kinds.includes("pair") ? stepsToWaiting(theme) : [],
        ),
      )
      .map((parts) => asSequence(parts.flat())),
    race: fc
      .array(anyOf(theme, RACERS), { minLength: 2, maxLength: 3, size: "max" })
      .map(asSequence),
  }),
);

/** Steps are functions: what they became is told by the error that a sequence ends with. */
function asSequence(steps: Step[]): Step[] {
  const text = `${steps.length} steps, listed below as the calls that they became`;
  return Object.defineProperty(steps, fc.toStringMethod, { value: () => text });
}
