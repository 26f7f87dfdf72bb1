import { decideReceiver } from "../access/actor.ts";
import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { pairOf } from "../lifecycle/rotation.ts";
import { PENDING, PRIMARY } from "../lifecycle/slots.ts";
import type { StoredToken } from "../ports/repository.ts";
import { isRotationCode, rotationCodeId } from "../secret/rotation-code.ts";
import { publicToken } from "../state/public-token.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkRequest } from "./input.ts";
import { type Issued, newSecret } from "./new-secret.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { recordEvent } from "./record-event.ts";
import { demotion, demotionEvents } from "./rotate.ts";

/** The code that the confirmation link carried. */
export interface ConfirmRotationRequest {
  readonly code: string;
}

/** Carries out a rotation whose link was followed. See `Tokenry.confirmRotation`. */
export async function confirmRotation(
  context: Context,
  request: ConfirmRotationRequest,
): Promise<Issued> {
  checkRequest(request, ["code"]);
  if (typeof request.code !== "string") throw new TypeError("code must be a string");
  await context.uses.flushSoon();
  return untilCommitted(async () => {
    const { pending, kind } = await openPending(context, request.code);
    return confirmOnce(context, pending, kind);
  });
}

/** The living request that a code belongs to. Every other code gets one answer: wrong, used, replaced or too late (CORE-32). */
async function openPending(
  context: Context,
  code: string,
): Promise<{ pending: StoredToken; kind: ResolvedKind }> {
  const id = rotationCodeId(code);
  const pending = id === undefined ? undefined : await context.repository.findById(id);
  const kind = context.kinds.get(pending?.kind ?? "");
  if (
    pending?.slot !== PENDING ||
    kind === undefined ||
    !isRotationCode(context.keyring, pending, code)
  ) {
    throw new TokenryError("rotation_code_invalid");
  }
  if (isExpired(pending, context.now())) throw new TokenryError("rotation_code_invalid");
  const owner = await context.owners.fresh(pending.owner, context.now());
  const state = decideReceiver(owner?.account === pending.account ? owner : undefined);
  if (state !== "ok") throw new TokenryError(state === "not_found" ? "owner_inactive" : state);
  return { pending, kind };
}

/** Swaps all three in one commit. Name and restrictions are the primary's as they are now (CORE-32, EDG-09). */
async function confirmOnce(
  context: Context,
  pending: StoredToken,
  kind: ResolvedKind,
): Promise<Attempt<Issued>> {
  const now = context.now();
  const actor = pending.createdBy;
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
