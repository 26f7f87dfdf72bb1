import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Owner, Refused } from "../model.ts";
import type { FoundToken } from "../ports/repository.ts";
import type { PreparedToken } from "../state/prepared.ts";
import type { Asked } from "./check-call.ts";
import type { Context } from "./context.ts";
import { findByCredential, type ReadCredential } from "./find-reference.ts";
import { refuse } from "./refusals.ts";
import { denied, type FoundCall, hasExpired, refuseOwner } from "./verify.ts";

/** A living token whose owner is in order. */
export interface StandingToken extends FoundCall {
  readonly context: Context;
  readonly found: FoundToken;
  readonly prepared: PreparedToken;
  readonly kind: ResolvedKind;
  readonly owner: Owner;
}

/** The checks of verify up to the owner, for a call that is of no single API. */
export async function standingOf(
  context: Context,
  credential: ReadCredential,
  address: string | undefined,
): Promise<StandingToken | Refused> {
  const now = context.now();
  const found = await findByCredential(context, credential);
  if (found === undefined) return refuse("unknown_token");
  const prepared = context.preparation.token(found);
  const { kind } = prepared;
  if (kind === undefined) return refuse("unknown_token");
  if (hasExpired(context, found.token, now)) return denied("expired_token", prepared);
  const answer = await context.owners.get(found.token.owner, now);
  context.preparation.meet(prepared, answer);
  const call = { context, asked: { ...NO_CALL, address }, now };
  const known = { call, found, prepared, kind };
  if (prepared.standing !== "ok") return refuseOwner(known, prepared.standing);
  // With this standing there is an owner.
  return { ...known, context, owner: answer.owner as Owner };
}

const NO_CALL: Asked = { api: "", method: "", address: undefined, cost: 1, requires: undefined };
