import { TokenryError } from "../errors.ts";
import { type Actor, SYSTEM, type TokenEvent } from "../model.ts";
import type { StoredEvent } from "../ports/repository.ts";
import { instant } from "../state/public-token.ts";
import { actorFacts, authorizeAccount } from "./authorize.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkLimit, checkRequest, checkTokenId } from "./input.ts";

/** Which part of the audit trail to show. */
export interface EventsRequest {
  readonly account: string;
  readonly owner?: string | undefined;
  readonly tokenId?: string | undefined;
  readonly actor: Actor;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 200. Default 20. */
  readonly limit?: number | undefined;
}

/** One page of events, newest first. A `cursor` means that there are more. */
export interface EventsPage {
  readonly events: readonly TokenEvent[];
  readonly cursor?: string;
}

/** Shows the audit trail. See `Tokenry.events`. */
export async function listEvents(context: Context, request: EventsRequest): Promise<EventsPage> {
  checkRequest(request, ["account", "owner", "tokenId", "actor", "cursor", "limit"]);
  const account = checkId(request.account, "account");
  const limit = checkLimit(request.limit);
  const before = checkCursor(request.cursor);
  const wanted = request.owner === undefined ? undefined : checkId(request.owner, "owner");
  const owner = await visibleOwner(context, checkActor(request.actor), account, wanted);
  const events = await context.repository.events({
    account,
    limit: limit + 1,
    ...(owner === undefined ? {} : { owner }),
    ...(request.tokenId === undefined ? {} : { tokenId: checkTokenId(request.tokenId) }),
    ...(before === undefined ? {} : { before }),
  });
  const last = events[limit - 1];
  const page = { events: events.slice(0, limit).map(publicEvent) };
  return events.length > limit && last !== undefined
    ? { ...page, cursor: String(last.sequence) }
    : page;
}

/** An owner sees its own part of the trail; those who manage tokens, and the host, see all of the account's. */
async function visibleOwner(
  context: Context,
  actor: Actor,
  account: string,
  wanted: string | undefined,
): Promise<string | undefined> {
  const facts = await actorFacts(context, actor);
  const isPlainOwner =
    actor !== SYSTEM && facts !== "system" && facts?.active === true && facts.account === account;
  if (isPlainOwner && facts.managesTokens !== true && (wanted === undefined || wanted === actor))
    return actor;
  await authorizeAccount(context, actor, account);
  return wanted;
}

/** An event as a caller sees it. */
export function publicEvent({
  id,
  type,
  at,
  account,
  owner,
  tokenId,
  kind,
  actor,
  outcome,
  data,
}: StoredEvent): TokenEvent {
  return { id, type, at: instant(at), account, owner, tokenId, kind, actor, outcome, data };
}

function checkCursor(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new TypeError("cursor must be a string");
  if (!/^[0-9]{1,15}$/.test(value))
    throw new TokenryError("invalid_input", { message: "cursor is not one of this list" });
  return Number(value);
}
