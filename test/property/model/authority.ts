import { type Actor, type Owner, SYSTEM, type TokenryErrorCode } from "../../../src/index.ts";
import { type KindName, rulesOf } from "./rules.ts";
import type { Model } from "./state.ts";

/** What an actor wants: to give a secret, to change a token, to end one, or to look. */
export type Deed = "give" | "update" | "revoke" | "read";

/** Whose tokens, in which account. */
export interface Target {
  readonly owner: string;
  readonly account: string;
  readonly kind?: KindName;
}

export function actorName(actor: Actor): string {
  return actor === SYSTEM ? "SYSTEM" : actor;
}

function isManager(person: Owner | undefined): boolean {
  return person?.active === true && person.managesTokens === true;
}

/** May also raise budgets over the kind's default. */
export function manages(model: Model, actor: Actor): boolean {
  return actor === SYSTEM || isManager(model.people.get(actor));
}

/** Why an actor may not, if so. */
export function refusalOf(
  model: Model,
  actor: Actor,
  deed: Deed,
  { owner, account, kind }: Target,
): TokenryErrorCode | undefined {
  if (actor === SYSTEM) return undefined;
  const person = model.people.get(actor);
  if (person === undefined) return "forbidden";
  if (person.account !== account) return "not_found";
  if (actor !== owner) return isManager(person) ? undefined : "forbidden";
  if (!person.active) return "owner_inactive";
  if (deed === "give" && person.apiAccess === false) return "api_access_disabled";
  const needsManager = kind !== undefined && rulesOf(kind).managersOnly;
  const changes = deed === "give" || deed === "update";
  return needsManager && changes && !isManager(person) ? "forbidden" : undefined;
}

/** Why a secret cannot be given to this owner by this actor, if so. `account` is that of the token to be replaced. */
export function refusalToGive(
  model: Model,
  actor: Actor,
  { owner, kind }: { readonly owner: string; readonly kind: KindName },
  account: string | undefined = model.people.get(owner)?.account,
): TokenryErrorCode | undefined {
  if (account === undefined) return isKnown(model, actor) ? "not_found" : "forbidden";
  return (
    refusalOf(model, actor, "give", { owner, account, kind }) ??
    refusalToReceive(model, owner, account)
  );
}

function isKnown(model: Model, actor: Actor): boolean {
  return actor === SYSTEM || model.people.has(actor);
}

/** Why an owner can be given no secret now. */
export function refusalToReceive(
  model: Model,
  owner: string,
  account: string,
): TokenryErrorCode | undefined {
  const receiver = model.people.get(owner);
  if (receiver?.account !== account) return "not_found";
  if (!receiver.active) return "owner_inactive";
  return receiver.apiAccess === false ? "api_access_disabled" : undefined;
}

/** Zones and the whole audit trail are for managers of the account. */
export function refusalOfAccount(
  model: Model,
  actor: Actor,
  account: string,
): TokenryErrorCode | undefined {
  if (actor === SYSTEM) return undefined;
  const person = model.people.get(actor);
  return isManager(person) && person?.account === account ? undefined : "forbidden";
}
