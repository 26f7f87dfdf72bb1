import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { ClaimedNotice, NoticeOutcome, Repository } from "../../ports/repository.ts";
import { EVENT_COLUMNS, storedEvent } from "./events.ts";
import { retrying } from "./retry.ts";
import { type Row, readInteger, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { DeliveryState, Tables } from "./tables.ts";
import { unindexed } from "./unindexed.ts";

/** A claim of up to `limit` notices that are due at `now`, until `until`. */
interface Claim {
  readonly limit: number;
  readonly now: number;
  readonly until: number;
}

/** Claims and settles what is to be delivered. */
export function outbox(context: SqlContext): Pick<Repository, "claimNotices" | "settleNotice"> {
  const { db, capabilities } = context;
  const claimRows = capabilities.returning ? claimTogether : claimOneByOne;
  return {
    async claimNotices(limit, leaseMs, now) {
      const claim = { limit, now, until: whole(now + leaseMs, "leaseMs") };
      const rows = await retrying(() => claimRows(context, claim), capabilities.isLostRace);
      return rows
        .toSorted((a, b) => readInteger(a, "sequence") - readInteger(b, "sequence"))
        .map(claimedNotice);
    },
    async settleNotice(id, outcome) {
      const settle = db
        .updateTable("tokenry_events")
        .set({ ...settled(outcome), claimed: 0 })
        .where("id", "=", id)
        .where("attempts", "=", outcome.attempt)
        .where("claimed", "=", 1);
      return retrying(async () => {
        const { numUpdatedRows } = await settle.executeTakeFirst();
        return numUpdatedRows > 0n;
      }, capabilities.isLostRace);
    },
  };
}

/**
 * In one statement: what is chosen is taken before another worker can choose it. The choice stands in a `with`, because PostgreSQL may
 * run a subquery that locks rows once for each row, and then takes more than the limit.
 */
function claimTogether({ db, capabilities }: SqlContext, claim: Claim): Promise<readonly Row[]> {
  const due = dueNotices(db, claim).select("sequence");
  return db
    .with("due", () => (capabilities.skipLocked ? due.forUpdate().skipLocked() : due))
    .updateTable("tokenry_events")
    .set(taken(claim))
    .where("sequence", "in", (eb) => eb.selectFrom("due").select("due.sequence"))
    .where(isStillDue(claim))
    .returning([...EVENT_COLUMNS, "attempts"])
    .execute();
}

/** Chooses first, then takes each that no other worker took meanwhile: `attempts` tells. */
async function claimOneByOne({ db }: SqlContext, claim: Claim): Promise<readonly Row[]> {
  const chosen = await dueNotices(db, claim)
    .select([...EVENT_COLUMNS, "attempts"])
    .execute();
  return db.transaction().execute(async (transaction) => {
    const claimed: Row[] = [];
    for (const notice of chosen) {
      const { numUpdatedRows } = await transaction
        .updateTable("tokenry_events")
        .set(taken(claim))
        .where("sequence", "=", notice.sequence)
        .where("attempts", "=", notice.attempts)
        .where(isStillDue(claim))
        .executeTakeFirst();
      if (numUpdatedRows > 0n) claimed.push({ ...notice, attempts: attemptOf(notice) + 1 });
    }
    return claimed;
  });
}

/** The notices that have been due for longest. */
function dueNotices(db: Kysely<Tables>, claim: Claim) {
  return db
    .selectFrom("tokenry_events")
    .where(isDue(claim))
    .orderBy("due_at")
    .orderBy("sequence")
    .limit(claim.limit);
}

function isDue({ now }: Claim): Expression<SqlBool> {
  return sql<SqlBool>`state = 'pending' and due_at <= ${now}`;
}

/** For the update of a row that was chosen: one that another worker took while the update waited for it is let go. */
function isStillDue({ now }: Claim): Expression<SqlBool> {
  return sql<SqlBool>`${unindexed("state")} = 'pending' and ${unindexed("due_at")} <= ${now}`;
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
