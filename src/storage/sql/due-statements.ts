import { type ExpressionBuilder, type Kysely, type RawBuilder, sql } from "kysely";
import type { NoticeKey } from "./notice-keys.ts";
import type { Row } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { unindexed } from "./unindexed.ts";

/** Notices of a channel that are due, those that have been for longest first. */
export interface DueNotices {
  readonly channel: string;
  readonly now: number;
  /** At most so many. */
  readonly size: number;
  /** After which of them. */
  readonly after?: (Pick<NoticeKey, "sequence"> & { readonly dueAt: number }) | undefined;
  /** Lanes that are left out. */
  readonly without: readonly string[];
}

/** Notices that are due, each with what is known of the head of its lane. */
export function dueWithHeads({ db }: SqlContext, notices: DueNotices): Promise<readonly Row[]> {
  const { channel } = notices;
  const due = dueOf(db, notices).select((eb) => ["due.lane", headOf(eb, channel).as("head")]);
  return db
    .selectFrom(due.as("due"))
    .innerJoin("tokenry_notices as head", (join) =>
      join.onRef("head.sequence", "=", "due.head").on("head.channel", "=", channel),
    )
    .select([
      "due.sequence",
      "due.lane",
      "due.due_at",
      "due.head",
      "head.due_at as head_due_at",
      "head.claimed as head_claimed",
      othersInHand("head", notices).as("others_in_hand"),
    ])
    .execute();
}

/** Heads of lanes that are due and may be claimed: found by reading over all that is behind one, however much. */
export function dueHeads({ db }: SqlContext, notices: DueNotices): Promise<readonly Row[]> {
  // Not by `not exists`: of that PostgreSQL may make a join, which a long lane makes take its length squared.
  return dueOf(db, notices)
    .where((eb) => eb("due.sequence", "=", headOf(eb, notices.channel)))
    .where(othersInHand("due", notices), "=", 0)
    .execute();
}

/** The oldest of the lane. */
function headOf(
  { selectFrom }: ExpressionBuilder<Tables & { due: Tables["tokenry_notices"] }, "due">,
  channel: string,
) {
  return selectFrom("tokenry_notices as lane")
    .select("lane.sequence")
    .whereRef("lane.lane", "=", "due.lane")
    .where("lane.channel", "=", channel)
    .orderBy("lane.sequence")
    .limit(1);
}

function dueOf(db: Kysely<Tables>, { channel, now, size, after, without }: DueNotices) {
  let due = db
    .selectFrom("tokenry_notices as due")
    .select(["due.sequence", "due.due_at"])
    .where("due.queue", "=", channel)
    .where("due.due_at", "<=", now)
    .orderBy("due.due_at")
    .orderBy("due.sequence")
    // As a part of the text: a planner that does not know how few it will be plans for many.
    .limit(sql.lit(size));
  if (without.length > 0) due = due.where("due.lane", "not in", without);
  if (after === undefined) return due;
  return due.where(({ eb, refTuple, tuple }) =>
    eb(refTuple("due.due_at", "due.sequence"), ">", tuple(after.dueAt, after.sequence)),
  );
}

/**
 * How many later notices of the lane of a head workers have: none, but where the head was parked, and is older than what was claimed since.
 * Two of a token must not be on their way at once.
 */
function othersInHand(
  head: "head" | "due",
  { channel, now }: Pick<DueNotices, "channel" | "now">,
): RawBuilder<number> {
  const ofHead = (column: string) => sql.ref(`${head}.${column}`);
  return sql<number>`case when ${ofHead("untried")} > 0 then (
    select count(*) from ${sql.table("tokenry_notices")} as other
    where other.lane = ${ofHead("lane")} and other.channel = ${channel}
    and other.sequence > ${ofHead("sequence")} and other.claimed = 1 and ${unindexed("other.due_at")} > ${now}
  ) else 0 end`;
}
