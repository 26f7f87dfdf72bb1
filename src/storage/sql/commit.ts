import type { Kysely } from "kysely";
import type { Change, Committed, Repository, StoredEvent } from "../../ports/repository.ts";
import { eventRow } from "./events.ts";
import { Refusal } from "./refusal.ts";
import { retrying } from "./retry.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { insertToken, removeToken, updateToken } from "./token-steps.ts";
import { stepZones } from "./zone-steps.ts";

const DONE: Committed = Object.freeze({ ok: true });

/** Events of one statement: with 15 values each well below what any database takes. */
const EVENTS_AT_ONCE = 500;

/**
 * The one write. Every step is a write with its guard as a condition, looked at by what it changed: no step trusts an earlier read, and
 * on SQLite no transaction begins by reading (it could not be sure to get the write lock).
 */
export function commit(context: SqlContext): Repository["commit"] {
  return (change) => retrying(() => commitOnce(context, change), context.capabilities.isLostRace);
}

async function commitOnce({ db, capabilities }: SqlContext, change: Change): Promise<Committed> {
  try {
    await db
      .transaction()
      .execute((transaction) => perform({ db: transaction, capabilities }, change));
    return DONE;
  } catch (error) {
    if (error instanceof Refusal) return error.committed;
    throw error;
  }
}

async function perform(context: SqlContext, change: Change): Promise<void> {
  const { db } = context;
  for (const guard of change.remove ?? []) await removeToken(db, guard);
  for (const step of change.update ?? []) await updateToken(db, step);
  for (const token of change.insert ?? []) await insertToken(context, token);
  if (change.zones !== undefined) await stepZones(db, change.zones);
  await insertEvents(db, change.events);
}

async function insertEvents(db: Kysely<Tables>, events: readonly StoredEvent[]): Promise<void> {
  for (let start = 0; start < events.length; start += EVENTS_AT_ONCE) {
    const rows = events.slice(start, start + EVENTS_AT_ONCE).map(eventRow);
    await db.insertInto("tokenry_events").values(rows).execute();
  }
}
