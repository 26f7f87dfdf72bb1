import { TokenryError } from "../errors.ts";
import { type Actor, SYSTEM } from "../model.ts";
import { ownerKey } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkRequest } from "./input.ts";
import { recordEvent } from "./record-event.ts";
import { endAll, type RevokedCount } from "./revoke-all.ts";

/** The owner who is gone. */
export interface DeprovisionRequest {
  readonly owner: string;
  readonly actor: Actor;
}

/** Ends all tokens of an owner who is gone, in whatever state they are. See `Tokenry.deprovision`. */
export async function deprovision(
  context: Context,
  request: DeprovisionRequest,
): Promise<RevokedCount> {
  checkRequest(request, ["owner", "actor"]);
  const owner = checkId(request.owner, "owner");
  const actor = checkActor(request.actor);
  try {
    const ended = await endAll(context, {
      owner,
      actor,
      kind: undefined,
      reason: "owner deprovisioned",
      alsoRecord: (account, revoked, by, now) =>
        recordEvent(
          context,
          "owner.deprovisioned",
          { id: null, kind: null, owner, account },
          { actor: by, now, data: { revoked } },
        ),
    });
    await context.announce([ownerKey(owner)]);
    return ended;
  } catch (error) {
    // Nobody and nothing is left of the owner: what the host asked for is so (OKT-30).
    if (actor === SYSTEM && error instanceof TokenryError && error.code === "not_found")
      return { revoked: 0 };
    throw error;
  }
}
