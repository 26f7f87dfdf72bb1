import { sql } from "kysely";
import type { ClaimedNotice, NoticeOutcome, Repository } from "../../ports/repository.ts";
import { isMysql } from "./capabilities.ts";
import { EVENT_COLUMNS, storedEvent } from "./events.ts";
import { type Row, readInteger, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { DeliveryState } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

/** A claim of up to `limit` notices that are due at `now`, until `until`. */
interface Claim {
  readonly limit: number;
  readonly now: number;
  readonly until: number;
}

/** Claims and settles what is to be delivered. */
export function outbox(context: SqlContext): Pick<Repository, "claimNotices" | "settleNotice"> {
  const claimRows = isMysql(context.capabilities) ? claimByTwo : claimByOne;
  return {
    async claimNotices(limit, leaseMs, now) {
      const rows = await claimRows(context, {
        limit,
        now,
        until: whole(now + leaseMs, "leaseMs"),
      });
      return rows
        .toSorted((a, b) => readInteger(a, "sequence") - readInteger(b, "sequence"))
        .map(claimedNotice);
    },
    settleNotice: (id, outcome) =>
      inTransaction(context, async (db) => {
        const { numUpdatedRows } = await db
          .updateTable("tokenry_events")
          .set({ ...settled(outcome), claimed: 0 })
          .where("id", "=", id)
          .where("attempts", "=", outcome.attempt)
          .where("claimed", "=", 1)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),
  };
}

/**
 * In one statement: what is chosen is taken before another worker can choose it. The choice stands in a `with`, because PostgreSQL may
 * run a subquery that locks rows once for each row, and then takes more than the limit.
 */
function claimByOne(context: SqlContext, claim: Claim): Promise<readonly Row[]> {
  return inTransaction(context, (db) =>
    db
      .with("due", () => dueNotices({ ...context, db }, claim).select("sequence"))
      .updateTable("tokenry_events")
      .set(taken(claim))
      .where("sequence", "in", (eb) => eb.selectFrom("due").select("due.sequence"))
      .returning([...EVENT_COLUMNS, "attempts"])
      .execute(),
  );
}

/** Chooses and locks, then takes: for MySQL, which returns nothing of what it updates. */
function claimByTwo(context: SqlContext, claim: Claim): Promise<readonly Row[]> {
  return inTransaction(context, async (db) => {
    const rows = await dueNotices({ ...context, db }, claim)
      .select([...EVENT_COLUMNS, "attempts"])
      .execute();
    if (rows.length === 0) return rows;
    const sequences = rows.map(({ sequence }) => sequence);
    await db
      .updateTable("tokenry_events")
      .set(taken(claim))
      .where("sequence", "in", sequences)
      .execute();
    return rows.map((row) => ({ ...row, attempts: attemptOf(row) + 1 }));
  });
}

/** The notices that have been due for longest, and that no other worker is taking. SQLite has one writer at a time. */
function dueNotices({ db, capabilities }: SqlContext, { now, limit }: Claim) {
  const due = db
    .selectFrom("tokenry_events")
    .where("state", "=", sql.lit("pending"))
    .where("due_at", "<=", now)
    .orderBy("due_at")
    .orderBy("sequence")
    .limit(limit);
  if (capabilities.dialect === "sqlite") return due;
  return capabilities.skipLocked ? due.forUpdate().skipLocked() : due.forUpdate();
}

function taken({ until }: Claim) {
  return { due_at: until, claimed: 1, attempts: sql<number>`attempts + 1` };
}

function attemptOf(row: Row): number {
  return readInteger(row, "attempts");
}

function claimedNotice(row: Row): ClaimedNotice {
  return { event: storedEvent(row), attempt: attemptOf(row) };
}

function settled(outcome: NoticeOutcome): {
  readonly state: DeliveryState;
  readonly due_at: number | null;
} {
  if (outcome.status === "retry") return { state: "pending", due_at: whole(outcome.at, "at") };
  return { state: outcome.status, due_at: null };
}
