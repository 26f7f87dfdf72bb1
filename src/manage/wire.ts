import type { Tokenry } from "../face.ts";
import type { Token, TokenEvent, Zone } from "../model.ts";
import { versionOf, zoneVersion } from "./entity-tags.ts";
import type {
  WireEvent,
  WireEventPage,
  WireIssued,
  WireParkedNoticePage,
  WireRotation,
  WireToken,
  WireTokenPage,
  WireZone,
} from "./schemas.ts";

/** A value of the wire as it is told: nobody changes it any more. */
type Told<Value> = Value extends readonly (infer Item)[]
  ? readonly Told<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Told<Value[Key]> }
    : Value;

type Answered<Name extends "issue" | "list" | "events" | "pendingRotation"> = Awaited<
  ReturnType<Tokenry[Name]>
>;
type ParkedNotices = Awaited<ReturnType<Tokenry["notices"]["parked"]>>;
type Cursor = { readonly cursor?: string };

/** Times are ISO 8601 in UTC. Every member by its name: what is added to a token is not told before it is in the schema. */
export function wireToken(token: Token): Told<WireToken> {
  const { id, kind, owner, account, name, slot, hint, access, network, budgets } = token;
  const { createdBy, createdAt, updatedAt, expiresAt, lastUsedAt } = token;
  return {
    ...{ id, kind, owner, account, name, slot, hint, access, network, budgets },
    createdAt: createdAt.toISOString(),
    createdBy,
    updatedAt: updatedAt.toISOString(),
    version: versionOf(token),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

/** The one answer that holds a secret. */
export function wireIssued({ token, secret }: Answered<"issue">): Told<WireIssued> {
  return { token: wireToken(token), secret: secret.reveal() };
}

/** What a repeated request is told: the secret was in the first answer. */
export function wireReplayed(token: Token): Told<WireIssued> {
  return { token: wireToken(token), secret: null };
}

export function wireTokens({ tokens, cursor }: Answered<"list">): Told<WireTokenPage> {
  return { tokens: tokens.map(wireToken), ...cursorOf(cursor) };
}

export function wireRotation(pending: Answered<"pendingRotation">): Told<WireRotation> {
  return pending === undefined
    ? { pending: false }
    : { pending: true, expiresAt: pending.expiresAt.toISOString() };
}

export function wireZone(zone: Zone): Told<WireZone> {
  const { name, ranges, blocked } = zone;
  return { name, ranges, blocked, version: zoneVersion(zone) };
}

export function wireEvents({ events, cursor }: Answered<"events">): Told<WireEventPage> {
  return { events: events.map(wireEvent), ...cursorOf(cursor) };
}

export function wireNotices({ notices, cursor }: ParkedNotices): Told<WireParkedNoticePage> {
  return {
    notices: notices.map(({ event, channel, tries, failure, parkedAt }) => ({
      event: wireEvent(event),
      ...{ channel, tries, failure },
      parkedAt: parkedAt.toISOString(),
    })),
    ...cursorOf(cursor),
  };
}

function wireEvent(event: TokenEvent): Told<WireEvent> {
  const { id, type, at, account, owner, tokenId, kind, actor, outcome, data } = event;
  return {
    ...{ id, type, at: at.toISOString(), account, owner, tokenId, kind, actor, outcome },
    data,
  };
}

function cursorOf(cursor: string | undefined): Cursor {
  return cursor === undefined ? {} : { cursor };
}
