import { type Kysely, sql } from "kysely";
import { readInteger, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

/** Events that one transaction deletes. */
const AT_ONCE = 500;

/** Less than every sequence number. */
const NONE = -1;

/** Deletes old events, some after others: none of which a notice is left, as that may only go, and never come again. */
export async function pruneEvents(
  context: SqlContext,
  before: number,
  limit: number,
): Promise<number> {
  whole(before, "before");
  let count = 0;
  for (let left = limit; left > 0; left -= AT_ONCE) {
    const size = Math.min(left, AT_ONCE);
    const sequences = await findOld(context.db, before, size);
    if (sequences.length > 0) count += await remove(context, sequences);
    if (sequences.length < size) break;
  }
  return count;
}

async function findOld(
  db: Kysely<Tables>,
  before: number,
  limit: number,
): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("tokenry_events as event")
    .select("event.sequence")
    .where("event.at", "<", before)
    // By an older version, and not yet in the outbox.
    .where(sql<string>`coalesce(event.state, '')`, "not in", ["pending", "parked"])
    // Not by `not exists`: of that a planner may make a join that reads all events and all notices. And not by a comparison that it takes
    // to be true of few: it would rather read all events than go through them in their order.
    .where(
      ({ fn, selectFrom }) =>
        fn.coalesce(
          selectFrom("tokenry_notices as notice")
            .select("notice.sequence")
            .whereRef("notice.sequence", "=", "event.sequence")
            .limit(1),
          sql.lit(NONE),
        ),
      "<=",
      NONE,
    )
    .orderBy("event.at")
    .orderBy("event.sequence")
    .limit(sql.lit(limit))
    .execute();
  return rows.map((row) => readInteger(row, "sequence"));
}

function remove(context: SqlContext, sequences: readonly number[]): Promise<number> {
  return inTransaction(context, async (db) => {
    const { numDeletedRows } = await db
      .deleteFrom("tokenry_events")
      .where("sequence", "in", sequences)
      .executeTakeFirst();
    return Number(numDeletedRows);
  });
}
