import { TokenryError } from "../errors.ts";
import { expiryFromNow, isExpired } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type {
  Access,
  Actor,
  BudgetPercents,
  Duration,
  EventData,
  JsonValue,
  Network,
  Token,
} from "../model.ts";
import type { StoredToken, TokenChanges, ZoneStep } from "../ports/repository.ts";
import { publicToken } from "../state/public-token.ts";
import { type Authority, openToken } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import {
  changedAt,
  checkAccess,
  checkActor,
  checkBudgets,
  checkExpiresIn,
  checkInstant,
  checkName,
  checkNetwork,
  checkRequest,
  checkTokenId,
  requireUnchanged,
} from "./input.ts";
import { recordEvent } from "./record-event.ts";
import { zoneGuard } from "./zone-guard.ts";

/** What to change on a token; what is absent stays. The secret stays in any case. */
export interface UpdateRequest<Api extends string = string> {
  readonly tokenId: string;
  readonly actor: Actor;
  readonly name?: string | undefined;
  /** Kinds with granted access only. Takes the place of all levels. */
  readonly access?: Access<Api> | undefined;
  /** Takes the place of the whole rule; `null` takes it off. */
  readonly network?: Network | null | undefined;
  /** Takes the place of all percentages. */
  readonly budgets?: BudgetPercents<Api> | undefined;
  /** Kinds with a choice of expiry only: counted from now (DEC-11). */
  readonly expiresIn?: Duration | undefined;
  /** The token's `updatedAt` as it was seen: `conflict` if it was changed since. Default: whatever it is. */
  readonly unchangedSince?: Date | undefined;
}

const KEYS = [
  "tokenId",
  "actor",
  "name",
  "access",
  "network",
  "budgets",
  "expiresIn",
  "unchangedSince",
] as const;

/** Changes a token. See `Tokenry.update`. */
export async function update(context: Context, request: UpdateRequest): Promise<Token> {
  checkRequest(request, KEYS);
  const tokenId = checkTokenId(request.tokenId);
  const actor = checkActor(request.actor);
  const since = checkInstant(request.unchangedSince, "unchangedSince");
  await context.uses.flushSoon();
  return untilCommitted(async (): Promise<Attempt<Token>> => {
    const { token, authority } = await openToken(context, { tokenId, actor, deed: "update" });
    requireUnchanged(token, since);
    const kind = context.kinds.get(token.kind);
    const now = context.now();
    if (kind === undefined) throw new TokenryError("not_found");
    if (isExpired(token, now)) throw new TokenryError("expired");
    const changes = checkChanges(context, request, { token, kind, authority, now });
    const changed = Object.keys(changes);
    if (changed.length === 0) return { committed: { ok: true }, result: publicToken(token) };
    // A new life is announced anew.
    const marks = changes.expiresAt === undefined ? {} : { remindedFrom: null };
    const set = { ...changes, ...marks, updatedAt: changedAt(token, now) };
    const data: EventData = { name: token.name, changed, set: changes as JsonValue };
    const committed = await commit(context, {
      update: [{ id: token.id, version: token.version, set }],
      ...(await zonesOf(context, token, changes)),
      events: [recordEvent(context, "token.updated", token, { actor: authority.actor, now, data })],
    });
    return { committed, result: publicToken({ ...token, ...set }) };
  });
}

/** The guard for the zones of a new rule. A token that ended meanwhile is not found, whatever became of the zones after it. */
async function zonesOf(
  context: Context,
  { id, account }: StoredToken,
  { network = null }: TokenChanges,
): Promise<{ zones?: ZoneStep }> {
  try {
    return await zoneGuard(context, account, network);
  } catch (error) {
    const isGone = (await context.repository.findById(id)) === undefined;
    throw isGone ? new TokenryError("not_found", { cause: error }) : error;
  }
}

interface Target {
  readonly token: StoredToken;
  readonly kind: ResolvedKind;
  readonly authority: Authority;
  readonly now: number;
}

/** The columns that the request changes, checked. */
function checkChanges(
  context: Context,
  request: UpdateRequest,
  { token, kind, authority, now }: Target,
): TokenChanges {
  const { name, access, network, budgets } = request;
  const chosen = checkExpiresIn(request.expiresIn, kind);
  const { manages } = authority;
  return {
    ...(name === undefined ? {} : { name: checkName(name) }),
    ...(access === undefined ? {} : { access: checkAccess(access, kind, context.apis) }),
    ...(network === undefined ? {} : { network: checkNetwork(network) }),
    ...(budgets === undefined
      ? {}
      : {
          budgets: checkBudgets(budgets, { kind, manages, present: token.budgets }, context.apis),
        }),
    ...(chosen === undefined ? {} : { expiresAt: expiryFromNow(kind.expiry, now, chosen) }),
  };
}
