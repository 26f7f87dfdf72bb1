import { sql } from "kysely";
import type { NoticeOutcome } from "../../ports/repository.ts";
import { bySequence } from "./by-sequence.ts";
import { locksRows } from "./locking.ts";
import { byChannel, type NoticeKey, sequenceOf } from "./notice-keys.ts";
import { PARKED } from "./notice-states.ts";
import { readInteger, readText, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import { inTransaction } from "./transaction.ts";

/** An outcome, and of which notice. */
type Settlement = NoticeOutcome & NoticeKey;
type DueAgain = Extract<Settlement, { readonly status: "retry" | "released" }>;
type Parked = Extract<Settlement, { readonly status: "parked" }>;

/** Settles claims in one transaction, with a few statements however many they are, and tells of each whether it was settled. */
export async function settleNotices(
  context: SqlContext,
  outcomes: readonly NoticeOutcome[],
): Promise<readonly boolean[]> {
  for (const outcome of outcomes) if ("at" in outcome) whole(outcome.at, "at");
  if (outcomes.length === 0) return [];
  const sequences = await sequencesOf(context, outcomes);
  const settlements = outcomes.map((outcome): Settlement | undefined => {
    const sequence = sequences.get(outcome.id);
    return sequence === undefined ? undefined : { ...outcome, sequence };
  });
  const known = settlements.filter((settlement) => settlement !== undefined);
  if (known.length === 0) return outcomes.map(() => false);
  const settled = await inTransaction(context, (db) => settle({ ...context, db }, known));
  return settlements.map((settlement) => settlement !== undefined && settled.has(settlement));
}

/** The numbers of events never change. */
async function sequencesOf(
  { db }: SqlContext,
  outcomes: readonly NoticeOutcome[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("tokenry_events")
    .select(["id", "sequence"])
    .where("id", "in", [...new Set(outcomes.map(({ id }) => id))])
    .execute();
  return new Map(rows.map((row) => [readText(row, "id"), readInteger(row, "sequence")]));
}

async function settle(
  context: SqlContext,
  settlements: readonly Settlement[],
): Promise<ReadonlySet<Settlement>> {
  const claims = await lockClaims(context, settlements);
  const settled = new Set<Settlement>();
  for (const settlement of settlements) {
    const place = placeOf(settlement);
    // Of two that settle one claim the first does.
    if (claims.get(place) === settlement.attempt && claims.delete(place)) settled.add(settlement);
  }
  for (const [channel, some] of byChannel([...settled])) await write(context, channel, some);
  return settled;
}

/** Locks those of the notices that are claimed, and tells which claim each has. */
async function lockClaims(
  { db, capabilities }: SqlContext,
  notices: readonly NoticeKey[],
): Promise<Map<string, number>> {
  // SQLite would not let a transaction write that began by reading while another wrote: it begins by writing, nothing.
  if (!locksRows(capabilities)) {
    const nothing = db.updateTable("tokenry_notices").set({ claimed: 1 });
    await nothing.where(sql<boolean>`false`).execute();
  }
  const claims = new Map<string, number>();
  for (const [channel, keys] of byChannel(notices)) {
    const claimed = db
      .selectFrom("tokenry_notices")
      .select(["sequence", "attempts"])
      .where("channel", "=", channel)
      .where("sequence", "in", [...new Set(keys.map(sequenceOf))])
      .where("claimed", "=", 1)
      .orderBy("sequence");
    const rows = await (locksRows(capabilities) ? claimed.forUpdate() : claimed).execute();
    for (const row of rows) {
      const place = placeOf({ sequence: readInteger(row, "sequence"), channel });
      claims.set(place, readInteger(row, "attempts"));
    }
  }
  return claims;
}

function placeOf({ sequence, channel }: NoticeKey): string {
  return `${sequence} ${channel}`;
}

/** What became of notices of one channel. */
async function write(
  context: SqlContext,
  channel: string,
  settlements: readonly Settlement[],
): Promise<void> {
  const { db } = context;
  const delivered = settlements.filter(({ status }) => status === "delivered");
  if (delivered.length > 0) {
    await db
      .deleteFrom("tokenry_notices")
      .where("channel", "=", channel)
      .where("sequence", "in", delivered.map(sequenceOf))
      .execute();
  }
  const dueAgain = settlements.filter(isDueAgain);
  const parked = settlements.filter((each): each is Parked => each.status === "parked");
  for (const [notices, set] of [
    [dueAgain, () => dueAgainColumns(context, dueAgain)],
    [parked, () => parkedColumns(context, parked)],
  ] as const) {
    if (notices.length === 0) continue;
    await db
      .updateTable("tokenry_notices")
      .set({ ...set(), claimed: 0 })
      .where("channel", "=", channel)
      .where("sequence", "in", notices.map(sequenceOf))
      .execute();
  }
}

function dueAgainColumns(context: SqlContext, notices: readonly DueAgain[]) {
  const tried = notices.filter((notice) => notice.status === "retry");
  const counts = notices.map(
    ({ sequence, status }) => [sequence, status === "released" ? 1 : 0] as const,
  );
  const due = {
    due_at: bySequence(context, notices.map(timeOf)),
    untried: sql<number>`untried + ${bySequence(context, counts)}`,
  };
  if (tried.length === 0) return due;
  const failures = bySequence(context, tried.map(failureOf));
  return { ...due, failure: sql<string>`coalesce(${failures}, failure)` };
}

function parkedColumns(context: SqlContext, notices: readonly Parked[]) {
  return {
    ...PARKED,
    due_at: bySequence(context, notices.map(timeOf)),
    failure: bySequence(context, notices.map(failureOf)),
  };
}

function timeOf({ sequence, at }: DueAgain | Parked): readonly [number, number] {
  return [sequence, at];
}

function failureOf({
  sequence,
  failure,
}: {
  readonly sequence: number;
  readonly failure: string;
}): readonly [number, string] {
  return [sequence, failure];
}

function isDueAgain(settlement: Settlement): settlement is DueAgain {
  return settlement.status === "retry" || settlement.status === "released";
}
