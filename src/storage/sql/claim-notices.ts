import { sql } from "kysely";
import type { ClaimedNotice, NoticeClaim } from "../../ports/repository.ts";
import { adoptOldNotices } from "./adopt-notices.ts";
import { isMysql } from "./capabilities.ts";
import { findDue } from "./due-notices.ts";
import { readableEvents } from "./events.ts";
import { lockingFree } from "./locking.ts";
import { byChannel, compareKeys, type NoticeKey, sequenceOf } from "./notice-keys.ts";
import { PARKED } from "./notice-states.ts";
import { type Row, readInteger, readText, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import { inTransaction } from "./transaction.ts";
import { unindexed } from "./unindexed.ts";

/** A claim, until `until`. */
interface Taking {
  readonly limit: number;
  readonly now: number;
  readonly until: number;
}

/** Notices of one channel. */
interface Choice {
  readonly channel: string;
  readonly sequences: readonly number[];
}

/** A notice that is taken, and may turn out to be unreadable. */
interface Taken extends NoticeKey {
  readonly attempt: number;
  readonly untried: number;
}

const TAKEN_COLUMNS = ["sequence", "channel", "attempts", "untried"] as const;

/** Claims notices. Where all that it gets hold of cannot be read, it looks for others. */
export async function claimNotices(
  context: SqlContext,
  claim: NoticeClaim,
): Promise<readonly ClaimedNotice[]> {
  const { limit, now } = claim;
  const until = whole(whole(now, "now") + whole(claim.leaseMs, "leaseMs"), "leaseMs");
  if (limit < 1) return [];
  await adoptOldNotices(context, claim);
  for (;;) {
    const heads = await findDue(context, claim);
    if (heads.length === 0) return [];
    const { claimed, unreadable } = await inTransaction(context, (db) =>
      take({ ...context, db }, heads, { limit, now, until }),
    );
    if (claimed.length > 0 || unreadable === 0) return claimed;
  }
}

async function take(
  context: SqlContext,
  heads: readonly NoticeKey[],
  taking: Taking,
): Promise<{ readonly claimed: readonly ClaimedNotice[]; readonly unreadable: number }> {
  const taken = await takeFree(context, heads, taking);
  if (taken.length === 0) return { claimed: [], unreadable: 0 };
  const events = await readableEvents(context.db, taken.map(sequenceOf));
  const lost = taken.filter(({ sequence }) => !events.has(sequence));
  await parkUnreadable(context, lost, taking.now);
  const claimed = taken.toSorted(compareKeys).flatMap(({ sequence, ...notice }) => {
    const event = events.get(sequence);
    return event === undefined ? [] : [{ event, ...notice }];
  });
  return { claimed, unreadable: lost.length };
}

/** The oldest; and the next ones only in the place of those that another worker has taken, or is taking. */
async function takeFree(
  context: SqlContext,
  heads: readonly NoticeKey[],
  taking: Taking,
): Promise<readonly Taken[]> {
  const takeSome = isMysql(context.capabilities) ? takeByTwo : takeByOne;
  const taken: Taken[] = [];
  for (let start = 0; start < heads.length && taken.length < taking.limit; ) {
    const part = heads.slice(start, start + taking.limit - taken.length);
    start += part.length;
    for (const [channel, keys] of byChannel(part)) {
      const rows = await takeSome(context, { channel, sequences: keys.map(sequenceOf) }, taking);
      taken.push(...rows.map(takenNotice));
    }
  }
  return taken;
}

/**
 * In one statement. The choice stands in a `with`, because PostgreSQL may run a subquery that locks rows once for each row, and then takes
 * more than it was to.
 */
function takeByOne(context: SqlContext, choice: Choice, taking: Taking): Promise<readonly Row[]> {
  return context.db
    .with("due", () => freeNotices(context, choice, taking).select("sequence"))
    .updateTable("tokenry_notices")
    .set(taken(taking))
    .where("channel", "=", choice.channel)
    .where("sequence", "in", (eb) => eb.selectFrom("due").select("due.sequence"))
    .returning(TAKEN_COLUMNS)
    .execute();
}

/** Chooses and locks, then takes: for MySQL, which returns nothing of what it updates. */
async function takeByTwo(
  context: SqlContext,
  choice: Choice,
  taking: Taking,
): Promise<readonly Row[]> {
  const rows = await freeNotices(context, choice, taking).select(TAKEN_COLUMNS).execute();
  if (rows.length === 0) return rows;
  const sequences = rows.map((row) => readInteger(row, "sequence"));
  await context.db
    .updateTable("tokenry_notices")
    .set(taken(taking))
    .where("channel", "=", choice.channel)
    .where("sequence", "in", sequences)
    .execute();
  return rows.map((row) => ({ ...row, attempts: readInteger(row, "attempts") + 1 }));
}

/** Those that are still due, and that no other worker is at. */
function freeNotices(
  { db, capabilities }: SqlContext,
  { channel, sequences }: Choice,
  { now }: Taking,
) {
  const due = db
    .selectFrom("tokenry_notices")
    .where("channel", "=", channel)
    .where("sequence", "in", sequences)
    .where(unindexed<string | null>("queue"), "is not", null)
    .where("due_at", "<=", now)
    .orderBy("sequence");
  return lockingFree(due, capabilities);
}

function taken({ until }: Taking) {
  return { due_at: until, claimed: 1, attempts: sql<number>`attempts + 1` };
}

function takenNotice(row: Row): Taken {
  return {
    sequence: readInteger(row, "sequence"),
    channel: readText(row, "channel"),
    attempt: readInteger(row, "attempts"),
    untried: readInteger(row, "untried"),
  };
}

/** What cannot be read now cannot be read on the next try, and must hold up nothing. */
async function parkUnreadable(
  { db }: SqlContext,
  notices: readonly NoticeKey[],
  now: number,
): Promise<void> {
  for (const [channel, keys] of byChannel(notices)) {
    await db
      .updateTable("tokenry_notices")
      .set({ ...PARKED, due_at: now, claimed: 0, failure: "the event cannot be read" })
      .where("channel", "=", channel)
      .where("sequence", "in", keys.map(sequenceOf))
      .execute();
  }
}
