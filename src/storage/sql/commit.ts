import type { Change, Committed, Repository, StoredEvent } from "../../ports/repository.ts";
import { eventRow } from "./events.ts";
import { insertNotices } from "./insert-notices.ts";
import { Refusal } from "./refusal.ts";
import type { SqlContext } from "./sql-context.ts";
import { lockTokens, removeLocked } from "./token-locks.ts";
import { insertToken, removeToken, updateToken } from "./token-steps.ts";
import { inTransaction } from "./transaction.ts";
import { stepZones } from "./zone-steps.ts";

const DONE: Committed = Object.freeze({ ok: true });

/** Events of one statement: with 15 values each well below what any database takes. */
const EVENTS_AT_ONCE = 500;

/**
 * The one write. Every step is a write with its guard as a condition, looked at by what it changed: no step trusts an earlier read, and
 * on SQLite no transaction begins by reading (it could not be sure to get the write lock). Rows are locked in one order: tokens that are
 * there, by their ids, then slots, then the zones of the account.
 */
export function commit(context: SqlContext): Repository["commit"] {
  return async (change) => {
    try {
      await inTransaction(context, (db) => perform({ ...context, db }, change));
      return DONE;
    } catch (error) {
      if (error instanceof Refusal) return error.committed;
      throw error;
    }
  };
}

async function perform(context: SqlContext, change: Change): Promise<void> {
  const { remove = [], update = [], insert = [], zones, events } = change;
  const locked = await lockTokens(context, change);
  if (locked !== undefined) await removeLocked(context, remove, locked);
  else for (const guard of remove) await removeToken(context, guard);
  for (const step of update) await updateToken(context, step);
  for (const token of insert) await insertToken(context, token);
  if (zones !== undefined) await stepZones(context, zones);
  for (let start = 0; start < events.length; start += EVENTS_AT_ONCE) {
    const part = events.slice(start, start + EVENTS_AT_ONCE);
    await insertEvents(context, part);
    await insertNotices(context, part, change.channels);
  }
}

async function insertEvents({ db }: SqlContext, events: readonly StoredEvent[]): Promise<void> {
  await db.insertInto("tokenry_events").values(events.map(eventRow)).execute();
}
