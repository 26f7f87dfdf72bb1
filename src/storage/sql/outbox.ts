import type { Kysely } from "kysely";
import type { ClaimedNotice, NoticeOutcome, Repository } from "../../ports/repository.ts";
import { EVENT_COLUMNS, storedEvent } from "./events.ts";
import { retrying } from "./retry.ts";
import { type Row, readInteger, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { DeliveryState, Tables } from "./tables.ts";

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
      const claim = { limit, now, until: now + leaseMs };
      const rows = await retrying(() => claimRows(context, claim), capabilities.isLostRace);
      return rows
        .toSorted((a, b) => readInteger(a, "sequence") - readInteger(b, "sequence"))
        .map(claimedNotice);
    },
    settleNotice(id, outcome) {
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

/** In one statement: that which is chosen is taken before another worker can choose it. */
async function claimTogether(
  { db, capabilities }: SqlContext,
  claim: Claim,
): Promise<readonly Row[]> {
  const due = dueNotices(db, claim.now).select("sequence").limit(claim.limit);
  return claiming(db, claim)
    .where("sequence", "in", capabilities.skipLocked ? due.forUpdate().skipLocked() : due)
    .returning([...EVENT_COLUMNS, "attempts"])
    .execute();
}

/** Chooses first, then takes each that no other worker took meanwhile: `attempts` tells. */
async function claimOneByOne({ db }: SqlContext, claim: Claim): Promise<readonly Row[]> {
  const chosen = await dueNotices(db, claim.now)
    .select([...EVENT_COLUMNS, "attempts"])
    .limit(claim.limit)
    .execute();
  return db.transaction().execute(async (transaction) => {
    const claimed: Row[] = [];
    for (const notice of chosen) {
      const { numUpdatedRows } = await claiming(transaction, claim)
        .where("sequence", "=", notice.sequence)
        .where("attempts", "=", notice.attempts)
        .executeTakeFirst();
      if (numUpdatedRows > 0n)
        claimed.push({ ...notice, attempts: readInteger(notice, "attempts") + 1 });
    }
    return claimed;
  });
}

/** What is due, oldest first. */
function dueNotices(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom("tokenry_events")
    .where("state", "=", "pending")
    .where("due_at", "<=", now)
    .orderBy("due_at")
    .orderBy("sequence");
}

/** Repeats that a notice is due: one that was taken while this statement waited for it is let go. */
function claiming(db: Kysely<Tables>, { now, until }: Claim) {
  return db
    .updateTable("tokenry_events")
    .set(({ eb }) => ({ due_at: until, claimed: 1, attempts: eb("attempts", "+", 1) }))
    .where("state", "=", "pending")
    .where("due_at", "<=", now);
}

function claimedNotice(row: Row): ClaimedNotice {
  return { event: storedEvent(row), attempt: readInteger(row, "attempts") };
}

function settled(outcome: NoticeOutcome): {
  readonly state: DeliveryState;
  readonly due_at: number | null;
} {
  if (outcome.status === "retry") return { state: "pending", due_at: whole(outcome.at, "at") };
  return { state: outcome.status, due_at: null };
}
