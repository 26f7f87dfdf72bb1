import { checkObject } from "../checks.ts";
import type { Actor } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { authorize } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkKind, checkRequest } from "./input.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { followerOf, pendingByCode, pendingOf } from "./pending-rotation.ts";
import { recordEvent } from "./record-event.ts";
import { accountOf } from "./revoke-all.ts";

/** Which rotation not to carry out: whose, or the one of a link. */
export type CancelRotationRequest<Kind extends string = string> =
  | { readonly owner: string; readonly kind: Kind; readonly actor: Actor }
  | ByCode;

/** The rotation of a link; `actor` is who follows it, as in `confirmRotation`. */
interface ByCode {
  readonly code: string;
  readonly actor?: Actor | undefined;
}

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
  const find = isByCode(request) ? byCode(context, request) : byOwner(context, request);
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

function isByCode(request: CancelRotationRequest): request is ByCode {
  return "code" in request;
}

interface Found {
  readonly pending: StoredToken | undefined;
  readonly actor: string;
}

/** Whoever has the link may also turn it down. */
function byCode(context: Context, request: ByCode): () => Promise<Found> {
  checkRequest(request, ["code", "actor"]);
  const follower = request.actor === undefined ? undefined : checkActor(request.actor);
  return async () => {
    const { pending } = await pendingByCode(context, request.code);
    const actor =
      follower === undefined ? pending.owner : await followerOf(context, pending, follower);
    return { pending, actor };
  };
}

function byOwner(
  context: Context,
  request: Exclude<CancelRotationRequest, ByCode>,
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
