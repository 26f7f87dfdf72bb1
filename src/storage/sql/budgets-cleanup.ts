import type { Kysely } from "kysely";
import { type Row, readText } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

const INTERVAL_MS = 60_000;
/** Rows of one statement: a take waits for it no longer than for another batch of takes. */
const ROWS_AT_ONCE = 500;
const MOST_BATCHES = 200;

/**
 * Deletes the rows of budgets that are full again, in the background and at most once a minute. Call it with the time of each take.
 *
 * The first pass comes at random within a minute, so that processes that start together do not sweep together. What fails is done by the
 * next one, or by another process.
 */
export function cleaner(context: SqlContext): (now: number) => void {
  let lastAt: number | undefined;
  let isCleaning = false;
  return (now) => {
    lastAt ??= now - Math.random() * INTERVAL_MS;
    // Whatever the direction: a clock that was set back must not stop the sweep until the old time.
    if (isCleaning || Math.abs(now - lastAt) < INTERVAL_MS) return;
    lastAt = now;
    isCleaning = true;
    clean(context, now)
      .catch(() => {})
      .finally(() => {
        isCleaning = false;
      });
  };
}

async function clean(context: SqlContext, now: number): Promise<void> {
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const found = await cleanSome(context, now);
    if (found < ROWS_AT_ONCE) return;
  }
}

/** Skips rows that a take has locked: who never waits with locks in hand is in no deadlock. */
function cleanSome(context: SqlContext, now: number): Promise<number> {
  const { db, capabilities } = context;
  if (!capabilities.skipLocked) return deleteSome(db, now, false);
  return inTransaction(context, (transaction) => deleteSome(transaction, now, true));
}

/** The delete looks at `empty_from` again: what was spent from since it was found stays. */
async function deleteSome(db: Kysely<Tables>, now: number, locks: boolean): Promise<number> {
  const found = db
    .selectFrom("tokenry_budgets")
    .select("key")
    .where("empty_from", "<=", now)
    .orderBy("empty_from")
    .limit(ROWS_AT_ONCE);
  const rows: readonly Row[] = await (locks ? found.forUpdate().skipLocked() : found).execute();
  const keys = rows.map((row) => readText(row, "key"));
  if (keys.length === 0) return 0;
  const spent = db.deleteFrom("tokenry_budgets").where("key", "in", keys);
  await spent.where("empty_from", "<=", now).execute();
  return keys.length;
}
