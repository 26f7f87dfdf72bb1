import type { BudgetState } from "../model.ts";

/**
 * What a budget remembers: `level` = units spent and not yet refilled as of `at`, the milliseconds of the last change.
 *
 * The generic cell rate algorithm as a meter: the level rises by what is spent and sinks evenly (ITU-T I.371, annex A).
 */
export interface Meter {
  readonly at: number;
  readonly level: number;
}

/** At most `limit` at once, refilled evenly over `windowMs`. */
export type Rate = Pick<BudgetState, "limit" | "windowMs">;

/** Whether a cost fits into every budget; the states are those after the call, in the order of the budgets. */
export type TakeDecision =
  | { readonly allowed: true; readonly states: readonly BudgetState[] }
  | {
      readonly allowed: false;
      readonly states: readonly BudgetState[];
      /** Milliseconds until the cost fits into every budget; absent when it never will (cost over limit). */
      readonly retryAfterMs?: number;
    };

/**
 * By how many units the sums of fractions may be off, in favour of the caller: thousands of refills of 1/7 must not add up to a
 * refusal of a client that keeps to its rate.
 */
const tolerance = 1e-6;

/**
 * The units spent and not yet refilled at `now`, of a meter or of none. A `now` before the last change refills nothing.
 *
 * What was spent under a higher limit counts as the whole of a lower one and no more: nothing is left at once (CORE-64), and all is
 * there again after one window, however far the limit fell.
 *
 * @example
 * levelAt({ at: 0, level: 10 }, { limit: 60, windowMs: 60_000 }, 4000) === 6;
 */
export function levelAt(meter: Meter | undefined, rate: Rate, now: number): number {
  if (meter === undefined) return 0;
  const level = Math.min(meter.level, rate.limit);
  return now <= meter.at
    ? level
    : Math.max(0, level - ((now - meter.at) * rate.limit) / rate.windowMs);
}

/**
 * From when a meter counts at `now`, whether the call is allowed or not: its last change, unless that lies a window or more ahead.
 *
 * Less than a window ahead is skew between callers: the meter waits for the time that it has seen, so that nothing refills twice. More
 * is a clock that was set back: the meter counts on from `now` with what is spent, else it would stand still until the old time.
 *
 * @example
 * meteredFrom({ at: 90_000, level: 10 }, { limit: 60, windowMs: 60_000 }, 0) === 0;
 */
export function meteredFrom(meter: Meter, rate: Rate, now: number): number {
  return meter.at - now >= rate.windowMs ? now : meter.at;
}

/**
 * Milliseconds until a level has sunk by so many units, rounded up.
 *
 * Half of the tolerance stays as a margin: at the instant that is named, no rounding may still refuse.
 */
function refillMs(units: number, rate: Rate): number {
  return Math.max(0, Math.ceil(((units - tolerance / 2) * rate.windowMs) / rate.limit));
}

/** Milliseconds until a cost fits on top of a level: 0 = it fits, infinite = it never will, not a number = undecidable. */
function waitMs(level: number, cost: number, rate: Rate): number {
  if (level + cost <= rate.limit + tolerance) return 0;
  return cost <= rate.limit ? refillMs(level + cost - rate.limit, rate) : Number.POSITIVE_INFINITY;
}

/** What a caller may know of a budget at a level. */
function stateAt(level: number, rate: Rate): BudgetState {
  return {
    limit: rate.limit,
    remaining: Math.max(0, Math.floor(rate.limit - level + tolerance)),
    windowMs: rate.windowMs,
    resetMs: refillMs(level, rate),
  };
}

/**
 * Milliseconds until a budget of which nothing is left has one more unit.
 *
 * @example
 * untilNextMs({ limit: 60, remaining: 0, windowMs: 60_000, resetMs: 60_000 }) === 1000;
 */
export function untilNextMs({ limit, windowMs, resetMs }: BudgetState): number {
  return Math.max(0, resetMs - ((limit - 1) * windowMs) / limit);
}

function statesAfter(
  levels: readonly number[],
  rates: readonly Rate[],
  spent: number,
): BudgetState[] {
  // Made at its length: an array that is pushed to is given room for 17 elements, on every call of every client.
  const states = new Array<BudgetState>(rates.length);
  for (let index = 0; index < rates.length; index++) {
    states[index] = stateAt((levels[index] ?? 0) + spent, rates[index] as Rate);
  }
  return states;
}

/**
 * Decides whether a cost fits into all of several budgets, and says how each stands after that.
 *
 * `levels` ({@link levelAt} of each meter, now) and `rates` go together by position. Changes nothing: who keeps the meters adds the cost
 * to each level when allowed, and to none when not. What cannot be decided (a level that is no number) is refused.
 * Source: CORE-61, CORE-64.
 *
 * @example
 * const { allowed } = decideTake([59], [{ limit: 60, windowMs: 60_000 }], 1); // true: it is the last one
 */
export function decideTake(
  levels: readonly number[],
  rates: readonly Rate[],
  cost: number,
): TakeDecision {
  let longestWaitMs = 0;
  for (let index = 0; index < rates.length; index++) {
    const wait = waitMs(levels[index] ?? 0, cost, rates[index] as Rate);
    longestWaitMs = Math.max(longestWaitMs, wait);
  }
  const allowed = longestWaitMs === 0;
  const states = statesAfter(levels, rates, allowed ? cost : 0);
  if (allowed) return { allowed, states };
  return Number.isFinite(longestWaitMs)
    ? { allowed, states, retryAfterMs: longestWaitMs }
    : { allowed, states };
}
