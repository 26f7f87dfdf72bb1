import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Actor, Duration } from "../model.ts";
import type { StoredToken } from "../ports/repository.ts";
import { publicToken } from "../state/public-token.ts";
import { openToken } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import {
  changedAt,
  checkActor,
  checkExpiresIn,
  checkInstant,
  checkRequest,
  checkTokenId,
  requireUnchanged,
} from "./input.ts";
import { type Issued, newSecret } from "./new-secret.ts";
import { recordEvent } from "./record-event.ts";

/** Which token to give a new secret. */
export interface RegenerateRequest {
  readonly tokenId: string;
  readonly actor: Actor;
  /** Kinds with a choice of expiry only: one of its options. Default: the kind's. */
  readonly expiresIn?: Duration | undefined;
  /** The token's `updatedAt` as it was seen: `conflict` if it was changed since. Default: whatever it is. */
  readonly unchangedSince?: Date | undefined;
}

/** Gives a token a new secret in place. See `Tokenry.regenerate`. */
export async function regenerate(context: Context, request: RegenerateRequest): Promise<Issued> {
  checkRequest(request, ["tokenId", "actor", "expiresIn", "unchangedSince"]);
  const tokenId = checkTokenId(request.tokenId);
  const actor = checkActor(request.actor);
  const since = checkInstant(request.unchangedSince, "unchangedSince");
  await context.uses.flushSoon();
  return untilCommitted(async () => {
    const { token, authority } = await openToken(context, { tokenId, actor, deed: "replace" });
    requireUnchanged(token, since);
    const kind = replaceableKind(context, token, "regenerate");
    const chosen = checkExpiresIn(request.expiresIn, kind);
    return replaceSecret(context, token, { kind, chosen, actor: authority.actor });
  });
}

/** The kind of a token, if its tokens are replaced in this way. */
function replaceableKind(
  context: Context,
  token: StoredToken,
  way: ResolvedKind["replacement"],
): ResolvedKind {
  const kind = context.kinds.get(token.kind);
  if (kind?.replacement !== way) throw new TokenryError("replacement_not_allowed");
  return kind;
}

/** Same id, name and restrictions; the old secret is dead at the commit (CRT-08, DEC-18). */
async function replaceSecret(
  context: Context,
  token: StoredToken,
  { kind, chosen, actor }: { kind: ResolvedKind; chosen: Duration | undefined; actor: string },
): Promise<Attempt<Issued>> {
  const now = context.now();
  if (isExpired(token, now)) throw new TokenryError("expired");
  const { secret, columns } = newSecret(context, kind, now, chosen);
  const set = { ...columns, updatedAt: changedAt(token, now) };
  const event = recordEvent(context, "token.regenerated", token, {
    actor,
    now,
    data: { name: token.name, expiresAt: columns.expiresAt },
  });
  const committed = await commit(context, {
    update: [{ id: token.id, version: token.version, set }],
    events: [event],
  });
  return { committed, result: { secret, token: publicToken({ ...token, ...set }) } };
}
