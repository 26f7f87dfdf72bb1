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
export const EVENT_COLUMNS = [
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

/** An event as a row. One that is to be delivered is due at once, for workers whose clock is behind too. */
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
    state: event.deliver ? "pending" : null,
    due_at: event.deliver ? 0 : null,
    attempts: 0,
    claimed: 0,
  };
}

/** Reads a row of {@link EVENT_COLUMNS}. Throws when any part of it cannot be read. */
export function storedEvent(row: Row): StoredEvent {
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

/** The trail, newest first. */
export function eventReads(db: Kysely<Tables>): Pick<Repository, "events"> {
  return {
    async events(page) {
      const rows = await eventPage(db, page).execute();
      return rows.map((row) => ({ ...storedEvent(row), sequence: readInteger(row, "sequence") }));
    },
  };
}

/** With a token, the trail is that of the token, which is short: its index is used, and account and owner only leave out. */
function eventPage(db: Kysely<Tables>, { account, owner, tokenId, before, limit }: EventPage) {
  if (account === undefined && tokenId === undefined) {
    throw new TypeError("a page of events must name an account or a token");
  }
  const column = tokenId === undefined ? sql.ref<string> : unindexed<string>;
  let page = db.selectFrom("tokenry_events").select(EVENT_COLUMNS);
  if (tokenId !== undefined) page = page.where("token_id", "=", tokenId);
  if (account !== undefined) page = page.where(column("account"), "=", account);
  if (owner !== undefined) page = page.where(column("owner"), "=", owner);
  if (before !== undefined) page = page.where("sequence", "<", before);
  return page.orderBy("sequence", "desc").limit(limit);
}

function readOutcome(row: Row): StoredEvent["outcome"] {
  const outcome = readText(row, "outcome");
  if (outcome !== "done" && outcome !== "refused") throw unreadable("outcome");
  return outcome;
}
