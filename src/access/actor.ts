import type { Owner } from "../model.ts";

/** What an actor wants to do to an owner's tokens. `replace` is to regenerate or rotate. */
export type Deed = "issue" | "replace" | "update" | "revoke" | "read";

/** Who wants to do what to whom. */
export interface ActorQuestion {
  readonly deed: Deed;
  /** The actor's facts now; `"system"` for the host's own code; `undefined` when the directory does not know the actor. */
  readonly actor: Owner | "system" | undefined;
  readonly owner: string;
  /** The account of the owner or of the token in question. */
  readonly account: string;
  /** Whether only those who manage tokens may issue and change tokens of the kind. */
  readonly managersOnly: boolean;
}

/** `manages`: may also raise budgets. A refusal's code is one of the management errors. */
export type ActorDecision =
  | { readonly allowed: true; readonly manages: boolean }
  | {
      readonly allowed: false;
      readonly code: "forbidden" | "not_found" | "owner_inactive" | "api_access_disabled";
    };

/**
 * Decides who may do what. The host's own code may do everything; an active owner acts on its own tokens; an active owner who manages
 * tokens acts on those of its account; what belongs to another account does not exist. Source: design, CORE-09, CORE-75, CRT-01, AP-1.
 */
export function decideActor({
  deed,
  actor,
  owner,
  account,
  managersOnly,
}: ActorQuestion): ActorDecision {
  if (actor === "system") return { allowed: true, manages: true };
  if (actor === undefined) return { allowed: false, code: "forbidden" };
  if (actor.account !== account) return { allowed: false, code: "not_found" };
  const manages = actor.active === true && actor.managesTokens === true;
  if (actor.id !== owner)
    return manages ? { allowed: true, manages } : { allowed: false, code: "forbidden" };
  if (actor.active !== true) return { allowed: false, code: "owner_inactive" };
  const makes = deed === "issue" || deed === "replace";
  if (makes && !hasApiAccess(actor)) return { allowed: false, code: "api_access_disabled" };
  if (managersOnly && !manages && (makes || deed === "update"))
    return { allowed: false, code: "forbidden" };
  return { allowed: true, manages };
}

/** Whether an actor may see to an account's zones and whole audit trail. */
export function decideAccountActor(actor: Owner | "system" | undefined, account: string): boolean {
  if (actor === "system") return true;
  return (
    actor !== undefined &&
    actor.active === true &&
    actor.managesTokens === true &&
    actor.account === account
  );
}

/** Whether an owner can be given a secret now, by whomever: what stops a secret from working stops it from being made. */
export function decideReceiver(
  owner: Owner | undefined,
): "ok" | "not_found" | "owner_inactive" | "api_access_disabled" {
  if (owner === undefined) return "not_found";
  if (owner.active !== true) return "owner_inactive";
  return hasApiAccess(owner) ? "ok" : "api_access_disabled";
}

/** Whether the API token option is on: absent or `true`. The `0` or `null` of a database's row is no `true` (OWN-12, ASVS 16.5.3). */
export function hasApiAccess({ apiAccess }: Pick<Owner, "apiAccess">): boolean {
  return apiAccess === undefined || apiAccess === true;
}
