import { sql } from "kysely";
import type { ParkedChoice, ParkedPage, StoredParkedNotice } from "../../ports/repository.ts";
import { readableEvents } from "./events.ts";
import { laneOf } from "./insert-notices.ts";
import { byChannel, type NoticeKey, sequenceOf } from "./notice-keys.ts";
import { type Row, readInteger, readText, readTextOrNull } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import { inTransaction } from "./transaction.ts";

/** Notices that one statement reads, where only some may be wanted, or takes out of the parked ones. */
const AT_ONCE = 500;

/** A page of parked notices. Those whose event cannot be read are left out, and others come in their place. */
export async function parkedNotices(
  context: SqlContext,
  { limit, after, ...choice }: ParkedPage,
): Promise<readonly StoredParkedNotice[]> {
  const page: StoredParkedNotice[] = [];
  for await (const rows of parkedParts(context, choice, { after, limit })) {
    const events = await readableEvents(context.db, rows.map(keyOf).map(sequenceOf));
    for (const row of rows) {
      if (page.length >= limit) break;
      const event = events.get(keyOf(row).sequence);
      if (event !== undefined) page.push({ event, ...parkedNotice(row) });
    }
    if (page.length >= limit) break;
  }
  return page;
}

/** Makes parked notices due again, some after others. */
export async function retryNotices(context: SqlContext, choice: ParkedChoice): Promise<number> {
  let count = 0;
  for await (const rows of parkedParts(context, choice, { limit: AT_ONCE })) {
    if (rows.length > 0) count += await makeDue(context, rows.map(keyOf));
  }
  return count;
}

/**
 * Those of the parked notices that are chosen, in order, as often as more are asked for. Those of an account or a channel are
 * looked for among all, part by part: parked notices are few beside events, and no part takes a statement for long.
 */
async function* parkedParts(
  context: SqlContext,
  choice: ParkedChoice,
  { after, limit }: { readonly after?: ParkedPage["after"] | undefined; readonly limit: number },
): AsyncGenerator<readonly Row[], void, undefined> {
  const { account, channel, id } = choice;
  const isChosen = (row: Row): boolean =>
    (account === undefined || row.account === account) &&
    (channel === undefined || row.channel === channel);
  const wantsAll = account === undefined && channel === undefined;
  const size = wantsAll ? Math.min(limit, AT_ONCE) : AT_ONCE;
  if (limit < 1) return;
  for (let place = after; ; ) {
    const rows = await readParked(context, { id, after: place, size });
    yield rows.filter(isChosen);
    const last = rows.at(-1);
    if (rows.length < size || last === undefined) return;
    place = keyOf(last);
  }
}

/** Parked notices after one, and of one event if there is an id. */
interface Stretch {
  readonly id: string | undefined;
  readonly after: ParkedPage["after"] | undefined;
  readonly size: number;
}

function readParked({ db }: SqlContext, { id, after, size }: Stretch): Promise<readonly Row[]> {
  let notices = db
    .selectFrom("tokenry_notices as notice")
    .select(["notice.sequence", "notice.channel", "notice.attempts", "notice.untried"])
    .select(["notice.failure", "notice.due_at"])
    // Not by a join: a planner may think that to read all events is as good.
    .select(({ selectFrom }) =>
      selectFrom("tokenry_events as event")
        .select("event.account")
        .whereRef("event.sequence", "=", "notice.sequence")
        .as("account"),
    )
    .where("notice.state", "=", sql.lit("parked"))
    .orderBy("notice.sequence")
    .orderBy("notice.channel")
    .limit(sql.lit(size));
  if (id !== undefined) {
    notices = notices.where("notice.sequence", "=", ({ selectFrom }) =>
      selectFrom("tokenry_events as event").select("event.sequence").where("event.id", "=", id),
    );
  }
  if (after !== undefined) {
    notices = notices.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("notice.sequence", "notice.channel"), ">", tuple(after.sequence, after.channel)),
    );
  }
  return notices.execute();
}

function makeDue(context: SqlContext, notices: readonly NoticeKey[]): Promise<number> {
  return inTransaction(context, async (db) => {
    let count = 0;
    for (const [channel, keys] of byChannel(notices)) {
      const { numUpdatedRows } = await db
        .updateTable("tokenry_notices")
        .set(({ ref, fn, selectFrom }) => ({
          state: "pending" as const,
          queue: ref("channel"),
          // One whose event is gone is in no lane of others: to be claimed, and found to be gone, it needs one.
          lane: fn.coalesce(
            selectFrom("tokenry_events")
              .select((eb) => laneOf(eb).as("lane"))
              .whereRef("tokenry_events.sequence", "=", "tokenry_notices.sequence"),
            "channel",
          ),
          due_at: 0,
          untried: ref("attempts"),
        }))
        .where("channel", "=", channel)
        .where("sequence", "in", keys.map(sequenceOf))
        .where("queue", "is", null)
        .executeTakeFirst();
      count += Number(numUpdatedRows);
    }
    return count;
  });
}

function keyOf(row: Row): NoticeKey {
  return { sequence: readInteger(row, "sequence"), channel: readText(row, "channel") };
}

function parkedNotice(row: Row): Omit<StoredParkedNotice, "event"> {
  return {
    ...keyOf(row),
    tries: readInteger(row, "attempts") - readInteger(row, "untried"),
    failure: readTextOrNull(row, "failure"),
    parkedAt: readInteger(row, "due_at"),
  };
}
