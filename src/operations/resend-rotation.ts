import { TokenryError } from "../errors.ts";
import { isWithin } from "../state/clock-span.ts";
import { instant } from "../state/public-token.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { pendingOf } from "./pending-rotation.ts";
import { recordEvent } from "./record-event.ts";
import { authorizeRotation, type RotateRequest, type RotationPending } from "./rotate.ts";

const MINUTE_MS = 60_000;

/** Sends the link of a rotation that waits once more. See `Tokenry.resendRotation`. */
export async function resendRotation(
  context: Context,
  request: RotateRequest,
): Promise<RotationPending> {
  const { kind, owner, actor, account } = await authorizeRotation(context, request);
  return untilCommitted(async (): Promise<Attempt<RotationPending>> => {
    const pending = await pendingOf(context, { owner, kind: kind.name, account });
    if (pending === undefined || pending.expiresAt === null)
      throw new TokenryError("not_found", {
        message: "There is no rotation to confirm. Ask for one first.",
      });
    const now = context.now();
    const { id, name, version, expiresAt } = pending;
    const result: RotationPending = { pending: true, expiresAt: instant(expiresAt) };
    // Who clicks twice gets one more mail, not two, on whichever nodes: a version above the first is a link that was sent again.
    if (version > 1 && isWithin(pending.updatedAt, MINUTE_MS, now))
      return { committed: { ok: true }, result };
    const data = { name, expiresAt, resent: true };
    const event = recordEvent(context, "rotation.requested", pending, { actor, now, data });
    // The version guards against a confirmation meanwhile.
    const set = { updatedAt: now };
    const committed = await commit(context, { update: [{ id, version, set }], events: [event] });
    return { committed, result };
  });
}
