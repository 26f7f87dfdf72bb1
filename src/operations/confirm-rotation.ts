import { decideReceiver } from "../access/actor.ts";
import { TokenryError } from "../errors.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { pairOf } from "../lifecycle/rotation.ts";
import { PRIMARY } from "../lifecycle/slots.ts";
import type { Actor } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { publicToken } from "../state/public-token.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkRequest } from "./input.ts";
import { type Issued, newSecret } from "./new-secret.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { followerOf, pendingByCode } from "./pending-rotation.ts";
import { recordEvent } from "./record-event.ts";
import { demotion, demotionEvents } from "./rotate.ts";

/** The code that the confirmation link carried. */
export interface ConfirmRotationRequest {
  readonly code: string;
  /** Who follows the link, where that is known: the owner, or who manages tokens of the account. Default: whoever has the code. */
  readonly actor?: Actor | undefined;
}

/** Carries out a rotation whose link was followed. See `Tokenry.confirmRotation`. */
export async function confirmRotation(
  context: Context,
  request: ConfirmRotationRequest,
): Promise<Issued> {
  checkRequest(request, ["code", "actor"]);
  const follower = request.actor === undefined ? undefined : checkActor(request.actor);
  await context.uses.flushSoon();
  return untilCommitted(async () => {
    const found = await openPending(context, request.code, follower);
    return confirmOnce(context, found);
  });
}

interface Found {
  readonly pending: StoredToken;
  readonly kind: ResolvedKind;
  /** Who confirms, as records name them. */
  readonly actor: string;
}

/** The request that a code opens, of an owner who can be given a secret now. */
async function openPending(
  context: Context,
  code: string,
  follower: Actor | undefined,
): Promise<Found> {
  const { pending, kind } = await pendingByCode(context, code);
  const { owner: id, account, createdBy } = pending;
  const actor = follower === undefined ? createdBy : await followerOf(context, pending, follower);
  const owner = await context.owners.fresh(id, context.now());
  const state = decideReceiver(owner?.account === account ? owner : undefined);
  if (state !== "ok") throw new TokenryError(state === "not_found" ? "owner_inactive" : state);
  return { pending, kind, actor };
}

/** Swaps all three in one commit. Name and restrictions are the primary's as they are now (CORE-32, EDG-09). */
async function confirmOnce(
  context: Context,
  { pending, kind, actor }: Found,
): Promise<Attempt<Issued>> {
  const now = context.now();
  const tokens = await ownedTokens(context, pending.owner, pending.kind);
  const rotation = { kind, actor, now, pair: pairOf(tokens, now) };
  const { name, access, network, budgets } = rotation.pair.primary ?? pending;
  const { secret, columns } = newSecret(context, kind, now);
  const set = { ...columns, slot: PRIMARY, name, access, network, budgets };
  const { remove = [], update = [] } = demotion(rotation);
  const data = { name, backup: rotation.pair.primary?.id ?? null };
  const committed = await commit(context, {
    remove,
    update: [...update, { id: pending.id, version: pending.version, set }],
    events: [
      ...demotionEvents(context, rotation),
      recordEvent(context, "rotation.confirmed", pending, { actor, now, data }),
    ],
  });
  return { committed, result: { secret, token: publicToken({ ...pending, ...set }) } };
}
