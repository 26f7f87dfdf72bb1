import { TokenryError } from "../errors.ts";
import { type Actor, type EventType, SYSTEM, type TokenEvent } from "../model.ts";
import type { EventPage, StoredEvent } from "../ports/repository.ts";
import { instant } from "../state/public-token.ts";
import { actorFacts, authorizeAccount } from "./authorize.ts";
import type { Context } from "./context.ts";
import {
  checkActor,
  checkEventTypes,
  checkId,
  checkInstant,
  checkLimit,
  checkRequest,
  checkTokenId,
} from "./input.ts";

/** Which part of the audit trail is asked for. */
export interface EventsFilter {
  readonly account: string;
  readonly owner?: string | undefined;
  readonly tokenId?: string | undefined;
  /** Only events of these types. Default: all. */
  readonly types?: readonly EventType[] | undefined;
  /** Only events at this instant or later. */
  readonly since?: Date | undefined;
  /** Only events before this instant. */
  readonly until?: Date | undefined;
  readonly actor: Actor;
}

/** Which page of which part of the audit trail to show. */
export interface EventsRequest extends EventsFilter {
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

/** The keys of {@link EventsFilter}. */
export const FILTER_KEYS = [
  "account",
  "owner",
  "tokenId",
  "types",
  "since",
  "until",
  "actor",
] as const;

/** Shows the audit trail. See `Tokenry.events`. */
export async function listEvents(context: Context, request: EventsRequest): Promise<EventsPage> {
  checkRequest(request, [...FILTER_KEYS, "cursor", "limit"]);
  const limit = checkLimit(request.limit);
  const before = checkCursor(request.cursor);
  const filter = await visiblePart(context, request);
  const events = await context.repository.events({
    ...filter,
    limit: limit + 1,
    ...(before === undefined ? {} : { before }),
  });
  const last = events[limit - 1];
  const page = { events: events.slice(0, limit).map(publicEvent) };
  return events.length > limit && last !== undefined
    ? { ...page, cursor: String(last.sequence) }
    : page;
}

/** The part of the trail that was asked for, as far as the actor may see it. */
export async function visiblePart(
  context: Context,
  request: EventsFilter,
): Promise<Omit<EventPage, "limit" | "before">> {
  const account = checkId(request.account, "account");
  const wanted = request.owner === undefined ? undefined : checkId(request.owner, "owner");
  const types = checkEventTypes(request.types);
  const since = checkInstant(request.since, "since");
  const until = checkInstant(request.until, "until");
  const tokenId = request.tokenId === undefined ? undefined : checkTokenId(request.tokenId);
  const owner = await visibleOwner(context, checkActor(request.actor), account, wanted);
  return {
    account,
    ...(owner === undefined ? {} : { owner }),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(types === undefined ? {} : { types }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
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
