import { DENIALS, type DenialCode } from "../../errors.ts";
import type { BudgetHolder, BudgetState, Refused } from "../../model.ts";
import type { Taken } from "../../ports/budget-store.ts";
import type { KnownToken } from "./known-token.ts";

/** Why an access token is refused. Of its owner and network nothing is known here. */
export type AccessTokenDenial = Exclude<
  DenialCode,
  "owner_inactive" | "api_access_disabled" | "network_denied" | "budget_exceeded"
>;

/** A refusal; of a token whose signature was good, with the id of its API token. */
export function refuse(code: AccessTokenDenial, known?: Pick<KnownToken, "token">): Refused {
  const { status, message } = DENIALS[code];
  const facts = known === undefined ? {} : { tokenId: known.token.id };
  return { ok: false, code, status, message, ...facts };
}

/** A refusal for a budget that is spent. */
export function overBudget({ token }: KnownToken, { states, retryAfterMs }: Taken): Refused {
  const { status, message } = DENIALS.budget_exceeded;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  const facts = { tokenId: token.id, ...tighter(states), ...wait };
  return { ok: false, code: "budget_exceeded", status, message, ...facts };
}

/** The budget with less left; the token's own where they are equal. */
export function tighter([own, account]: readonly BudgetState[]): {
  readonly budget: BudgetState;
  readonly budgetOf: BudgetHolder;
} {
  if (own === undefined || account === undefined)
    throw new TypeError("a budget store must answer with a state for each bucket");
  return account.remaining < own.remaining
    ? { budget: account, budgetOf: "account" }
    : { budget: own, budgetOf: "token" };
}
