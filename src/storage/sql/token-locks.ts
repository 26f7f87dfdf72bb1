import type { Change, TokenGuard } from "../../ports/repository.ts";
import { conflictOf, GUARDED_COLUMNS } from "./guards.ts";
import { Refusal } from "./refusal.ts";
import { type Row, readText } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";

/** Tokens that a change has to itself until it ends, by their ids. */
export type LockedTokens = ReadonlyMap<string, Row>;

/** Ids of one statement: well below the number of values that any database takes. */
const IDS_AT_ONCE = 1000;

/**
 * Locks the tokens that a change removes or updates, where they are several: in the order of their ids, so that two changes never wait for
 * each other, which PostgreSQL would notice a second later. One token needs no order, and SQLite has one writer at a time: `undefined`.
 */
export async function lockTokens(
  { db, capabilities }: SqlContext,
  { remove = [], update = [] }: Change,
): Promise<LockedTokens | undefined> {
  const ids = [...new Set([...remove, ...update].map(({ id }) => id))].toSorted();
  if (ids.length < 2 || capabilities.dialect === "sqlite") return undefined;
  const locked = new Map<string, Row>();
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const rows = await db
      .selectFrom("tokenry_tokens")
      .select(GUARDED_COLUMNS)
      .where("id", "in", ids.slice(start, start + IDS_AT_ONCE))
      .orderBy("id")
      .forUpdate()
      .execute();
    for (const row of rows) locked.set(readText(row, "id"), row);
  }
  return locked;
}

/** Removes tokens that are locked, if all of them are in the state that their guards need. */
export async function removeLocked(
  { db }: SqlContext,
  guards: readonly TokenGuard[],
  locked: LockedTokens,
): Promise<void> {
  const left = new Map(locked);
  for (const guard of guards) {
    const conflict = conflictOf(left.get(guard.id), guard);
    if (conflict !== undefined) throw new Refusal(conflict, guard.id);
    left.delete(guard.id);
  }
  const ids = guards.map(({ id }) => id);
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const part = ids.slice(start, start + IDS_AT_ONCE);
    await db.deleteFrom("tokenry_tokens").where("id", "in", part).execute();
  }
}
