import { decideActor } from "../access/actor.ts";
import { TokenryError } from "../errors.ts";
import { PENDING } from "../lifecycle/slots.ts";
import { type Actor, SYSTEM } from "../model.ts";
import { actorFacts, authorize } from "./authorize.ts";
import { type Attempt, commit, tokenKey, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkReason, checkRequest, checkTokenId } from "./input.ts";
import { recordEvent } from "./record-event.ts";

/** Which token to end. */
export interface RevokeRequest {
  readonly tokenId: string;
  readonly actor: Actor;
  /** For the audit trail and the owner's notice; 1 to 255 characters. */
  readonly reason?: string | undefined;
}

/** Ends a token for good. See `Tokenry.revoke`. */
export async function revoke(context: Context, request: RevokeRequest): Promise<void> {
  checkRequest(request, ["tokenId", "actor", "reason"]);
  const tokenId = checkTokenId(request.tokenId);
  const actor = checkActor(request.actor);
  const reason = checkReason(request.reason);
  await untilCommitted(async (): Promise<Attempt<void>> => {
    const done = { committed: { ok: true }, result: undefined } as const;
    const token = await context.repository.findById(tokenId);
    if (token === undefined) {
      await checkEnded(context, tokenId, actor);
      // Who repeats a revocation may not have been answered the first time, and no other node told.
      await context.announce([tokenKey(tokenId)]);
      return done;
    }
    const { owner, account } = token;
    const authority = await authorize(context, { deed: "revoke", actor, owner, account });
    // What waits for its link is no token yet: `cancelRotation` takes it back.
    if (token.slot === PENDING) throw new TokenryError("not_found");
    const now = context.now();
    const data = { name: token.name, ...(reason === undefined ? {} : { reason }) };
    const event = recordEvent(context, "token.revoked", token, {
      actor: authority.actor,
      now,
      data,
    });
    return {
      committed: await commit(context, { remove: [{ id: tokenId }], events: [event] }),
      result: undefined,
    };
  });
}

/**
 * A token that is gone was revoked or swept before, and revoking it again does nothing (CORE-36). Only its audit trail tells it from an id
 * that never was, and only to an actor who could have revoked it.
 */
async function checkEnded(context: Context, tokenId: string, actor: Actor): Promise<void> {
  const [last] = await context.repository.events({ tokenId, limit: 1 });
  if (last === undefined) throw new TokenryError("not_found");
  if (actor === SYSTEM) return;
  const { account, owner } = last;
  const facts = await actorFacts(context, actor);
  const decision = decideActor({
    deed: "revoke",
    actor: facts,
    owner: owner ?? "",
    account,
    managersOnly: false,
  });
  if (!decision.allowed) throw new TokenryError(decision.code);
}
