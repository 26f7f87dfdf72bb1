import {
  decideTake,
  levelAt,
  type Meter,
  type Rate,
  type TakeDecision,
} from "../../src/budget/decide.ts";

/** Decides on meters as they stand at `now`, as a store does. */
export function decideMeters(
  meters: readonly (Meter | undefined)[],
  rates: readonly Rate[],
  cost: number,
  now: number,
): TakeDecision {
  const levels = rates.map((rate, index) => levelAt(meters[index], rate, now));
  return decideTake(levels, rates, cost);
}
