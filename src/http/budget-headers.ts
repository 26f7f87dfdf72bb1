import { serializeItem } from "structured-headers";
import { untilNextMs } from "../budget/decide.ts";
import type { BudgetHolder, BudgetState } from "../model.ts";
import type { HeaderField } from "./answer.ts";

/**
 * The family of header fields that tells of budgets: `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10, in seconds from
 * now; or `X-Rate-Limit-Limit`, `-Remaining` and `-Reset`, the last in seconds since 1970 (OKT-69). Never both (CORE-66, DEC-15).
 */
export type BudgetProfile = "draft-10" | "x-rate-limit";

/** A budget after a call, as a verdict has it. */
export interface SpentBudget {
  readonly budget: BudgetState;
  readonly budgetOf: BudgetHolder;
  /** Refused only: milliseconds until the call would fit. */
  readonly retryAfterMs?: number | undefined;
}

/** Writes the header fields of a budget, into a list of their own. */
export type WriteBudget = (spent: SpentBudget, now: () => number) => HeaderField[];

/** The largest Integer of a structured field (RFC 9651 section 3.3.1). */
const LARGEST_INTEGER = 999_999_999_999_999;
/** Policies kept: there are as many as there are APIs, windows and shares in use. */
const MAX_POLICIES = 1000;
const NAMES: Readonly<Record<BudgetHolder, string>> = {
  token: serializeItem("token"),
  account: serializeItem("account"),
};

/** Chooses how budgets are written. */
export function createWriteBudget(profile: BudgetProfile | false): WriteBudget {
  if (profile === false) return () => [];
  return profile === "draft-10" ? createStructured() : xRateLimit;
}

/** RLH-02, RLH-03: `"token";q=300;w=60` and `"token";r=299;t=12`. */
function createStructured(): WriteBudget {
  const policies = { token: createPolicies("token"), account: createPolicies("account") };
  return (spent) => {
    const { budget, budgetOf } = spent;
    const remaining = Math.min(budget.remaining, LARGEST_INTEGER);
    const state = `${NAMES[budgetOf]};r=${remaining};t=${secondsToWait(spent)}`;
    return [policies[budgetOf](budget), ["ratelimit", state]];
  };
}

/** Writes each policy once: on the path of every accepted call only numbers change. */
function createPolicies(holder: BudgetHolder): (budget: BudgetState) => HeaderField {
  const byLimit = new Map<number, { readonly windowMs: number; readonly field: HeaderField }>();
  return ({ limit, windowMs }) => {
    const known = byLimit.get(limit);
    if (known?.windowMs === windowMs) return known.field;
    const parameters = new Map([
      ["q", Math.min(limit, LARGEST_INTEGER)],
      ["w", Math.ceil(windowMs / 1000)],
    ]);
    const field = ["ratelimit-policy", serializeItem([holder, parameters])] as const;
    if (byLimit.size >= MAX_POLICIES) byLimit.clear();
    byLimit.set(limit, { windowMs, field });
    return field;
  };
}

function xRateLimit(spent: SpentBudget, now: () => number): HeaderField[] {
  const { limit, remaining } = spent.budget;
  const reset = Math.ceil(now() / 1000) + secondsToWait(spent);
  return [
    ["x-rate-limit-limit", `${limit}`],
    ["x-rate-limit-remaining", `${remaining}`],
    ["x-rate-limit-reset", `${reset}`],
  ];
}

/**
 * Whole seconds, rounded up: to the time at which a refused call would fit, and no later than `Retry-After` says (RLH-05); to the next call
 * when none is left; else until the budget is full.
 */
function secondsToWait({ budget, retryAfterMs }: SpentBudget): number {
  if (retryAfterMs !== undefined) return seconds(retryAfterMs);
  return seconds(budget.remaining > 0 ? budget.resetMs : untilNextMs(budget));
}

/** What a header says of a wait: whole seconds, never too few (CORE-66). */
export function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
