import type { WireKind, WireOwner } from "../manage/client/index.ts";

/** What an actor may do to an owner's tokens of a kind, and why not more. */
export interface Rights {
  readonly issue: boolean;
  /** To regenerate or rotate. */
  readonly replace: boolean;
  readonly update: boolean;
  readonly revoke: boolean;
  /** All of an owner at once. */
  readonly revokeAll: boolean;
  readonly reason?: Reason;
}

/** The name of the text that says why an actor may not do more. */
export type Reason =
  | "own_inactive"
  | "own_api_off"
  | "made_by_managers"
  | "owner_inactive"
  | "api_access_disabled";

/**
 * Tells what to offer. The server decides; this is what it would say, so that no button is there only to be refused.
 *
 * @example
 * rightsOf({ actor: context.actor, owner: context.actor, kind: context.kinds.personal });
 */
export function rightsOf({
  actor,
  owner,
  kind,
}: {
  readonly actor: WireOwner;
  readonly owner: WireOwner;
  readonly kind: Pick<WireKind, "issuedBy">;
}): Rights {
  const own = actor.id === owner.id;
  const manages = actor.active && actor.managesTokens;
  if (!actor.active || !(own || manages)) return { ...NONE, reason: "own_inactive" };
  if (own && kind.issuedBy === "manager" && !manages)
    return { ...NONE, revoke: true, reason: "made_by_managers" };
  const standing = { ...NONE, update: true, revoke: true, revokeAll: manages };
  if (!owner.active) return { ...standing, reason: "owner_inactive" };
  if (!owner.apiAccess) return { ...standing, reason: own ? "own_api_off" : "api_access_disabled" };
  return { ...standing, issue: true, replace: true };
}

/** Who is signed out is offered nothing. */
export function withoutDeeds({ reason }: Rights): Rights {
  return reason === undefined ? NONE : { ...NONE, reason };
}

/** Whether no method is left to an owner who may use APIs otherwise: every call is refused. */
export function opensNothing({ active, apiAccess, methods }: WireOwner): boolean {
  return active && apiAccess && methods?.length === 0;
}

const NONE: Rights = {
  issue: false,
  replace: false,
  update: false,
  revoke: false,
  revokeAll: false,
};
