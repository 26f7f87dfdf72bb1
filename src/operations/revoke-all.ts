import { TokenryError } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import { PENDING } from "../lifecycle/slots.ts";
import { type Actor, SYSTEM } from "../model.ts";
import type { StoredEvent, StoredToken } from "../ports/repository.ts";
import { authorize } from "./authorize.ts";
import { type Attempt, commit, ownedKey, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkKind, checkRequest } from "./input.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { recordEvent } from "./record-event.ts";

/** Whose tokens to end. */
export interface RevokeAllRequest<Kind extends string = string> {
  readonly owner: string;
  /** Default: every kind. */
  readonly kind?: Kind | undefined;
  readonly actor: Actor;
}

/** How many tokens were ended. */
export interface RevokedCount {
  readonly revoked: number;
}

/** Ends all tokens of an owner. See `Tokenry.revokeAll`. */
export async function revokeAll(
  context: Context,
  request: RevokeAllRequest,
): Promise<RevokedCount> {
  checkRequest(request, ["owner", "kind", "actor"]);
  const kind = request.kind === undefined ? undefined : checkKind(context, request.kind).name;
  return endAll(context, {
    owner: checkId(request.owner, "owner"),
    actor: checkActor(request.actor),
    kind,
    reason: "all revoked",
  });
}

/** What to end, and what else to record in the same commit. */
interface Ending {
  readonly owner: string;
  readonly actor: Actor;
  readonly kind: string | undefined;
  readonly reason: string;
  readonly alsoRecord?: (
    account: string,
    revoked: number,
    actor: string,
    now: number,
  ) => StoredEvent;
}

/** Ends an owner's tokens in one commit, so that none is ended without the others (CORE-37). */
export async function endAll(context: Context, ending: Ending): Promise<RevokedCount> {
  const { owner, actor, kind, reason, alsoRecord } = ending;
  await context.uses.flushSoon();
  return untilCommitted(async (): Promise<Attempt<RevokedCount>> => {
    const stored = await ownedTokens(context, owner, kind);
    const account = await accountOf(context, owner, stored);
    const authority = await authorize(context, { deed: "revoke", actor, owner, account });
    const now = context.now();
    // Tokens of an account that the owner has left are the host's to end, and nobody else's.
    const ended = stored.filter((token) => actor === SYSTEM || token.account === account);
    const living = ended.filter((token) => !isExpired(token, now) && token.slot !== PENDING);
    const data = (token: StoredToken) => ({ name: token.name, reason });
    const revoked = living.map((token) =>
      recordEvent(context, "token.revoked", token, {
        actor: authority.actor,
        now,
        data: data(token),
      }),
    );
    const also =
      alsoRecord === undefined ? [] : [alsoRecord(account, living.length, authority.actor, now)];
    const result = { revoked: living.length };
    if (ended.length === 0) {
      // An earlier try may have ended them without an answer, and no other node been told.
      await context.announce([ownedKey(owner)]);
      if (also.length === 0) return { committed: { ok: true }, result };
    }
    // The version guards against a rotation meanwhile: what it made of a token must end too.
    const remove = ended.map(({ id, version }) => ({ id, version }));
    return { committed: await commit(context, { remove, events: [...revoked, ...also] }), result };
  });
}

/** The account of an owner, also of one whom the directory no longer knows. */
export async function accountOf(
  context: Context,
  owner: string,
  stored: readonly StoredToken[],
): Promise<string> {
  const facts = await context.owners.fresh(owner, context.now());
  const account = facts?.account ?? stored[0]?.account;
  if (account === undefined) throw new TokenryError("not_found");
  return account;
}
