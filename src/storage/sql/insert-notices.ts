import { type AliasableExpression, type ExpressionBuilder, type Kysely, sql } from "kysely";
import { DEFAULT_CHANNEL } from "../../model.ts";
import type { StoredEvent } from "../../ports/repository.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";

/** The columns of a notice as it is made. */
export const NEW_NOTICE_COLUMNS = [
  "sequence",
  "channel",
  "state",
  "queue",
  "lane",
  "due_at",
  "attempts",
  "untried",
  "claimed",
] as const;

/** Of whom a notice keeps the order. */
export function laneOf({
  fn,
}: ExpressionBuilder<Tables, "tokenry_events">): AliasableExpression<string> {
  return fn.coalesce("token_id", "owner", "account");
}

/** Puts those of some stored events that are to be delivered into the outbox of each channel: due at once, for workers whose clock is behind too. */
export async function insertNotices(
  { db }: SqlContext,
  events: readonly StoredEvent[],
  channels: readonly string[] = [DEFAULT_CHANNEL],
): Promise<void> {
  const ids = events.filter(({ deliver }) => deliver).map(({ id }) => id);
  const [first, ...others] = [...new Set(channels)];
  if (ids.length === 0 || first === undefined) return;
  const notices = others.reduce(
    (all, channel) => all.unionAll(newNotices(db, ids, channel)),
    newNotices(db, ids, first),
  );
  await db
    .insertInto("tokenry_notices")
    .columns([...NEW_NOTICE_COLUMNS])
    .expression(notices)
    .execute();
}

function newNotices(db: Kysely<Tables>, ids: readonly string[], channel: string) {
  return db
    .selectFrom("tokenry_events")
    .select((eb) => [
      "sequence",
      sql<string>`${channel}`.as("channel"),
      sql.lit("pending").as("state"),
      sql<string>`${channel}`.as("queue"),
      laneOf(eb).as("lane"),
      sql.lit(0).as("due_at"),
      sql.lit(0).as("attempts"),
      sql.lit(0).as("untried"),
      sql.lit(0).as("claimed"),
    ])
    .where("id", "in", ids);
}
