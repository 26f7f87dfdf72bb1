import { instant } from "../state/public-token.ts";
import { authorize } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkKind, checkRequest } from "./input.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { pendingOf } from "./pending-rotation.ts";
import { accountOf } from "./revoke-all.ts";
import type { RotateRequest, RotationPending } from "./rotate.ts";

/** Tells of the rotation that waits for its link. See `Tokenry.pendingRotation`. */
export async function findRotation(
  context: Context,
  request: RotateRequest,
): Promise<RotationPending | undefined> {
  checkRequest(request, ["owner", "kind", "actor"]);
  const kind = checkKind(context, request.kind).name;
  const owner = checkId(request.owner, "owner");
  const actor = checkActor(request.actor);
  const account = await accountOf(context, owner, await ownedTokens(context, owner, kind));
  await authorize(context, { deed: "read", actor, owner, account });
  const pending = await pendingOf(context, { owner, kind, account });
  return pending?.expiresAt == null
    ? undefined
    : { pending: true, expiresAt: instant(pending.expiresAt) };
}
