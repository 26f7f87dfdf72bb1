import { checkObject } from "../checks.ts";
import type { Actor } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { authorize } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkKind, checkRequest } from "./input.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { pendingByCode, pendingOf } from "./pending-rotation.ts";
import { recordEvent } from "./record-event.ts";
import { accountOf } from "./revoke-all.ts";

/** Which rotation not to carry out: whose, or the one of a link. */
export type CancelRotationRequest<Kind extends string = string> =
  | { readonly owner: string; readonly kind: Kind; readonly actor: Actor }
  | { readonly code: string };

/** Whether there was a rotation to cancel. */
export interface Cancelled {
  readonly cancelled: boolean;
}

/** Takes back a rotation that waits for its confirmation. See `Tokenry.cancelRotation`. */
export async function cancelRotation(
  context: Context,
  request: CancelRotationRequest,
): Promise<Cancelled> {
  checkObject(request, "request");
  const find = "code" in request ? byCode(context, request) : byOwner(context, request);
  return untilCommitted(async (): Promise<Attempt<Cancelled>> => {
    const { pending, actor } = await find();
    if (pending === undefined) return { committed: { ok: true }, result: { cancelled: false } };
    const { id, version, name } = pending;
    const event = recordEvent(context, "rotation.cancelled", pending, {
      actor,
      now: context.now(),
      data: { name },
    });
    // The version guards against a confirmation meanwhile: what was waiting is the primary then.
    const committed = await commit(context, { remove: [{ id, version }], events: [event] });
    return { committed, result: { cancelled: true } };
  });
}

interface Found {
  readonly pending: StoredToken | undefined;
  readonly actor: string;
}

/** Whoever has the link may also turn it down. */
function byCode(context: Context, request: { readonly code: string }): () => Promise<Found> {
  checkRequest(request, ["code"]);
  return async () => {
    const { pending } = await pendingByCode(context, request.code);
    return { pending, actor: pending.owner };
  };
}

function byOwner(
  context: Context,
  request: Exclude<CancelRotationRequest, { readonly code: string }>,
): () => Promise<Found> {
  checkRequest(request, ["owner", "kind", "actor"]);
  const kind = checkKind(context, request.kind).name;
  const owner = checkId(request.owner, "owner");
  const actor = checkActor(request.actor);
  return async () => {
    const account = await accountOf(context, owner, await ownedTokens(context, owner, kind));
    const authority = await authorize(context, { deed: "revoke", actor, owner, account });
    return {
      pending: await pendingOf(context, { owner, kind, account }),
      actor: authority.actor,
    };
  };
}
