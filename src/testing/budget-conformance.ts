import type { BudgetStore } from "../ports/budget-store.ts";
import { clockCases, refillCases } from "./budget/refill-cases.ts";
import {
  changedLimitCases,
  raceCases,
  severalBucketCases,
  spendCases,
} from "./budget/spend-cases.ts";
import { type ConformanceOptions, registerCases } from "./cases.ts";
import type { Runner, Skips } from "./runner.ts";

/** What {@link budgetConformance} needs of an implementation. */
export interface BudgetConformanceOptions extends ConformanceOptions<BudgetStore> {
  /**
   * Whose clock the store goes by. Default `"caller"`: the `now` that is given. With `"store"` the cases that move the time are
   * registered as not provided, because nobody can move it.
   */
  readonly clock?: "caller" | "store";
}

const timed = { ...refillCases, ...clockCases };

/**
 * Registers the cases that a {@link BudgetStore} passes when it keeps the guarantees of the port.
 *
 * Each case has a store of its own from `create`, empty, and its own times. Where `create` gives a `peer` (another connection or process
 * over the same data), the races run over both.
 *
 * @throws TypeError when `skip` names no case.
 *
 * @example
 * import { describe, test } from "vitest";
 * budgetConformance({ describe, test }, { create: () => ({ subject: myBudgets() }) });
 */
export function budgetConformance(runner: Runner, options: BudgetConformanceOptions): void {
  const { clock = "caller", skip } = options;
  registerCases(
    runner,
    "budget store",
    {
      spending: spendCases,
      "several buckets": severalBucketCases,
      races: raceCases,
      "changed limits": changedLimitCases,
      refill: refillCases,
      clock: clockCases,
    },
    { ...options, skip: clock === "store" ? { ...timedSkips(), ...skip } : (skip ?? {}) },
  );
}

function timedSkips(): Skips {
  const reason = "the store goes by its own clock, which cannot be moved";
  return Object.fromEntries(Object.keys(timed).map((name) => [name, reason]));
}
