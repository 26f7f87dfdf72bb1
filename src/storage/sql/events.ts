import { type Kysely, sql } from "kysely";
import type { EventType } from "../../model.ts";
import type { EventPage, Repository, StoredEvent } from "../../ports/repository.ts";
import { isEventData } from "./documents.ts";
import {
  type Row,
  readDocument,
  readInteger,
  readText,
  readTextOrNull,
  unreadable,
  whole,
} from "./row.ts";
import type { EventRow, Tables } from "./tables.ts";
import { unindexed } from "./unindexed.ts";

/** The columns of a stored event. */
const EVENT_COLUMNS = [
  "sequence",
  "id",
  "type",
  "at",
  "account",
  "owner",
  "token_id",
  "kind",
  "actor",
  "outcome",
  "data",
  "state",
] as const;

/** An event as a row. Where it is to be delivered, its notices are rows of their own. */
export function eventRow(event: StoredEvent): EventRow {
  return {
    id: event.id,
    type: event.type,
    at: whole(event.at, "at"),
    account: event.account,
    owner: event.owner,
    token_id: event.tokenId,
    kind: event.kind,
    actor: event.actor,
    outcome: event.outcome,
    data: JSON.stringify(event.data),
    state: event.deliver ? "noticed" : null,
    due_at: null,
    attempts: 0,
    claimed: 0,
  };
}

/** Reads a row of {@link EVENT_COLUMNS}. Throws when any part of it cannot be read. */
function storedEvent(row: Row): StoredEvent {
  return {
    id: readText(row, "id"),
    // A type that a newer version on another node has written passes.
    type: readText(row, "type") as EventType,
    at: readInteger(row, "at"),
    account: readText(row, "account"),
    owner: readTextOrNull(row, "owner"),
    tokenId: readTextOrNull(row, "token_id"),
    kind: readTextOrNull(row, "kind"),
    actor: readText(row, "actor"),
    outcome: readOutcome(row),
    data: readDocument(row, "data", isEventData),
    deliver: row.state !== null,
  };
}

/** Events by their sequence numbers, but for those that are not there or cannot be read. */
export async function readableEvents(
  db: Kysely<Tables>,
  sequences: readonly number[],
): Promise<ReadonlyMap<number, StoredEvent>> {
  const events = new Map<number, StoredEvent>();
  if (sequences.length === 0) return events;
  const rows = await db
    .selectFrom("tokenry_events")
    .select(EVENT_COLUMNS)
    .where("sequence", "in", [...new Set(sequences)])
    .execute();
  for (const row of rows) {
    const event = readableEvent(row);
    if (event !== undefined) events.set(readInteger(row, "sequence"), event);
  }
  return events;
}

function readableEvent(row: Row): StoredEvent | undefined {
  try {
    return storedEvent(row);
  } catch {
    return;
  }
}

/** The trail, newest first. */
export function eventReads(db: Kysely<Tables>): Pick<Repository, "events"> {
  return {
    async events(page) {
      const rows = await eventPage(db, page).execute();
      return rows.map((row) => ({ ...storedEvent(row), sequence: readInteger(row, "sequence") }));
    },
  };
}

/** With a token, the trail is that of the token, which is short: its index is used, and all else only leaves out. */
function eventPage(db: Kysely<Tables>, { account, owner, tokenId, ...page }: EventPage) {
  if (account === undefined && tokenId === undefined) {
    throw new TypeError("a page of events must name an account or a token");
  }
  const column = tokenId === undefined ? sql.ref<string> : unindexed<string>;
  let events = db.selectFrom("tokenry_events").select(EVENT_COLUMNS);
  if (tokenId !== undefined) events = events.where("token_id", "=", tokenId);
  if (account !== undefined) events = events.where(column("account"), "=", account);
  if (owner !== undefined) events = events.where(column("owner"), "=", owner);
  const { types, since, until, before, limit } = page;
  if (types !== undefined) events = events.where("type", "in", types);
  // The index of times serves a page that wants a few moments of an account that has much.
  const at = tokenId === undefined ? sql.ref<number>("at") : unindexed<number>("at");
  if (since !== undefined) events = events.where(at, ">=", since);
  if (until !== undefined) events = events.where(at, "<", until);
  if (before !== undefined) events = events.where("sequence", "<", before);
  return events.orderBy("sequence", "desc").limit(limit);
}

function readOutcome(row: Row): StoredEvent["outcome"] {
  const outcome = readText(row, "outcome");
  if (outcome !== "done" && outcome !== "refused") throw unreadable("outcome");
  return outcome;
}
