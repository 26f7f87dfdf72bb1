import { type Expression, type ExpressionBuilder, type Kysely, sql } from "kysely";
import { DEFAULT_CHANNEL } from "../../model.ts";
import type { NoticeClaim } from "../../ports/repository.ts";
import { laneOf, NEW_NOTICE_COLUMNS } from "./insert-notices.ts";
import { lockingFree, locksRows } from "./locking.ts";
import { readInteger } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

/** Notices of one state that one transaction moves. */
const AT_ONCE = 500;

/** Where versions before 0.4.0 left what was not delivered. */
const OLD_STATES = ["pending", "parked"] as const;

type OldState = (typeof OLD_STATES)[number];

/**
 * Moves what versions before 0.4.0 have left in the columns of events, or still leave there, running beside, into the outbox of its own.
 * All of it before anything is claimed, as it is older. What an old node has in hand stays its own until its lease runs out: it would not
 * know how to settle it elsewhere.
 */
export async function adoptOldNotices(
  context: SqlContext,
  { channels, now }: Pick<NoticeClaim, "channels" | "now">,
): Promise<void> {
  if (!channels.includes(DEFAULT_CHANNEL)) return;
  for (;;) {
    const found = await findOld(context.db, now);
    if (found.length === 0) return;
    const moved = await inTransaction(context, (db) => move({ ...context, db }, found, now));
    if (moved === 0) return;
  }
}

/** In the order of the index, state by state: whatever the planner believes of a table in which nearly nothing is pending, it reads no more. */
async function findOld(db: Kysely<Tables>, now: number): Promise<readonly number[]> {
  const [pending, parked] = OLD_STATES.map((state) => {
    const some = db
      .selectFrom("tokenry_events")
      .select("sequence")
      .where((eb) => isLeft(eb, state, now))
      .orderBy("due_at")
      .orderBy("sequence")
      .limit(AT_ONCE);
    return db.selectFrom(some.as(state)).select("sequence");
  });
  if (pending === undefined || parked === undefined) return [];
  const rows = await pending.unionAll(parked).execute();
  return rows.map((row) => readInteger(row, "sequence"));
}

/** That an event's notice is in its own columns, and in no worker's hand. */
function isLeft(eb: ExpressionBuilder<Tables, "tokenry_events">, state: OldState, now: number) {
  const hasState = eb("state", "=", sql.lit(state));
  if (state === "parked") return hasState;
  return eb.and([hasState, eb.or([eb("claimed", "=", 0), eb("due_at", "<=", now)])]);
}

async function move(context: SqlContext, found: readonly number[], now: number): Promise<number> {
  const { db, capabilities } = context;
  const isOld = (eb: ExpressionBuilder<Tables, "tokenry_events">) =>
    eb.or(OLD_STATES.map((state) => isLeft(eb, state, now)));
  const sequences = locksRows(capabilities) ? await lock(context, found, isOld) : found;
  if (sequences.length === 0) return 0;
  const old = db
    .selectFrom("tokenry_events")
    .select((eb) => [
      "sequence",
      sql<string>`${DEFAULT_CHANNEL}`.as("channel"),
      "state",
      whilePending(eb, sql<string>`${DEFAULT_CHANNEL}`).as("queue"),
      whilePending(eb, laneOf(eb)).as("lane"),
      // When it was parked nobody has noted.
      eb.fn.coalesce("due_at", "at").as("due_at"),
      "attempts",
      sql.lit(0).as("untried"),
      sql.lit(0).as("claimed"),
    ])
    .where("sequence", "in", sequences)
    .where(isOld);
  await db
    .insertInto("tokenry_notices")
    .columns([...NEW_NOTICE_COLUMNS])
    .expression(old)
    .execute();
  const { numUpdatedRows } = await db
    .updateTable("tokenry_events")
    .set({ state: "noticed", due_at: null, claimed: 0 })
    .where("sequence", "in", sequences)
    .where(isOld)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

function whilePending(
  eb: ExpressionBuilder<Tables, "tokenry_events">,
  value: Expression<string | null>,
) {
  return eb.case().when("state", "=", sql.lit("pending")).then(value).end();
}

async function lock(
  { db, capabilities }: SqlContext,
  found: readonly number[],
  isOld: (eb: ExpressionBuilder<Tables, "tokenry_events">) => ReturnType<typeof isLeft>,
): Promise<readonly number[]> {
  const rows = await lockingFree(
    db
      .selectFrom("tokenry_events")
      .select("sequence")
      .where("sequence", "in", found)
      .where(isOld)
      .orderBy("sequence"),
    capabilities,
  ).execute();
  return rows.map((row) => readInteger(row, "sequence"));
}
