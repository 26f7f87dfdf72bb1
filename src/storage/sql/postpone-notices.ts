import type { Kysely } from "kysely";
import { bySequence } from "./by-sequence.ts";
import { lockingFree, locksRows } from "./locking.ts";
import { readInteger } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";
import { unindexed } from "./unindexed.ts";

/** A notice that cannot be claimed until then. */
export interface Waiting {
  readonly sequence: number;
  readonly until: number;
}

/** Notices of one channel to be made due later. */
export interface Postponement {
  readonly channel: string;
  readonly now: number;
  readonly waiting: readonly Waiting[];
}

/** Makes notices that are due at `now` due later. Those that a worker is at are left alone. */
export async function postpone(
  context: SqlContext,
  { waiting, ...due }: Postponement,
): Promise<void> {
  if (waiting.length === 0) return;
  await inTransaction(context, async (db) => {
    const free = locksRows(context.capabilities)
      ? await lockDue({ ...context, db }, { ...due, waiting })
      : waiting;
    if (free.length > 0) await makeLater({ ...context, db }, { ...due, waiting: free });
  });
}

async function lockDue(
  { db, capabilities }: SqlContext,
  postponement: Postponement,
): Promise<readonly Waiting[]> {
  const due = stillDue(db, postponement).select("sequence").orderBy("sequence");
  const rows = await lockingFree(due, capabilities).execute();
  const locked = new Set(rows.map((row) => readInteger(row, "sequence")));
  return postponement.waiting.filter(({ sequence }) => locked.has(sequence));
}

async function makeLater(context: SqlContext, postponement: Postponement): Promise<void> {
  const { channel, now, waiting } = postponement;
  const until = waiting.map((notice) => [notice.sequence, notice.until] as const);
  await context.db
    .updateTable("tokenry_notices")
    .set({ due_at: bySequence(context, until) })
    .where("channel", "=", channel)
    .where(
      "sequence",
      "in",
      waiting.map(({ sequence }) => sequence),
    )
    .where(unindexed<string | null>("queue"), "is not", null)
    .where("due_at", "<=", now)
    .execute();
}

function stillDue(db: Kysely<Tables>, { channel, now, waiting }: Postponement) {
  return db
    .selectFrom("tokenry_notices")
    .where("channel", "=", channel)
    .where(
      "sequence",
      "in",
      waiting.map(({ sequence }) => sequence),
    )
    .where(unindexed<string | null>("queue"), "is not", null)
    .where("due_at", "<=", now);
}
