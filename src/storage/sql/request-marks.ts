import type { Kysely } from "kysely";
import { checkRequest, checkRequestKey, checkResult } from "../../lifecycle/request-mark.ts";
import type { BegunRequest, IdempotencyStore } from "../../ports/idempotency-store.ts";
import { isMysql } from "./capabilities.ts";
import { isTakenKey } from "./lost-race.ts";
import { retrying } from "./retry.ts";
import { readText, readTextOrNull } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { RequestMarkRow, Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

/** Marks deleted for each new one, at most: more than one, so that no rest stays, and few, so that nobody waits for it. */
const DELETED_PER_NEW = 20;

/** How often a mark may be neither there nor to be made, as others make and forget it, before that is an outage. */
const MOST_TRIES = 20;

const BEGUN: BegunRequest = Object.freeze({ state: "begun" });

/** Does work of which each statement may take as long as the host allows. */
type Bounded = <Value>(work: (context: SqlContext) => Promise<Value>) => Promise<Value>;

/** The marks of requests that may be sent again. */
export function requestMarks(bounded: Bounded): IdempotencyStore {
  return {
    async beginRequest(key, mark, now) {
      const row: RequestMarkRow = { key, ...checkRequest(key, mark, now), result: null };
      const begun = await bounded((context) => begin(context, row, now));
      // Whatever comes of it, the request is begun; what stays is deleted after the next.
      if (begun === BEGUN) await bounded((context) => deleteOver(context, now)).catch(() => {});
      return begun;
    },
    async finishRequest(key, result) {
      const [id, text] = [checkRequestKey(key), checkResult(result)];
      await bounded((context) => finish(context, id, text));
    },
    async forgetRequest(key) {
      const id = checkRequestKey(key);
      await bounded((context) => forget(context, id));
    },
  };
}

function begin(context: SqlContext, row: RequestMarkRow, now: number): Promise<BegunRequest> {
  const write = isMysql(context.capabilities) ? insertOrReplace : upsert;
  const attempt = async (): Promise<BegunRequest> => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      if (await write(context.db, row, now)) return BEGUN;
      const known = await findMark(context.db, row.key, now);
      if (known !== undefined) return known;
    }
    throw new Error("A request is begun and forgotten over and over.");
  };
  return retrying(attempt, context.capabilities.isLostRace);
}

/** Inserts a mark, or puts it in the place of one that is over, in one statement. */
async function upsert(db: Kysely<Tables>, row: RequestMarkRow, now: number): Promise<boolean> {
  const { key, ...mark } = row;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("tokenry_request_marks")
    .values(row)
    .onConflict((there) =>
      there.column("key").doUpdateSet(mark).where("tokenry_request_marks.until", "<=", now),
    )
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** The same in two: MySQL's `on duplicate key` knows no condition, and counts a row as written that it left as it was. */
async function insertOrReplace(
  db: Kysely<Tables>,
  row: RequestMarkRow,
  now: number,
): Promise<boolean> {
  try {
    await db.insertInto("tokenry_request_marks").values(row).execute();
    return true;
  } catch (error) {
    if (!isTakenKey(error)) throw error;
  }
  const { key, ...mark } = row;
  const { numUpdatedRows } = await db
    .updateTable("tokenry_request_marks")
    .set(mark)
    .where("key", "=", key)
    .where("until", "<=", now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function findMark(
  db: Kysely<Tables>,
  key: string,
  now: number,
): Promise<BegunRequest | undefined> {
  const row = await db
    .selectFrom("tokenry_request_marks")
    .select(["fingerprint", "result"])
    .where("key", "=", key)
    .where("until", ">", now)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    state: "known",
    fingerprint: readText({ ...row }, "fingerprint"),
    result: readTextOrNull({ ...row }, "result"),
  };
}

function finish({ db, capabilities }: SqlContext, key: string, result: string): Promise<unknown> {
  const update = db
    .updateTable("tokenry_request_marks")
    .set({ result })
    .where("key", "=", key)
    .where("result", "is", null);
  return retrying(() => update.execute(), capabilities.isLostRace);
}

function forget({ db, capabilities }: SqlContext, key: string): Promise<unknown> {
  const unfinished = db
    .deleteFrom("tokenry_request_marks")
    .where("key", "=", key)
    .where("result", "is", null);
  return retrying(() => unfinished.execute(), capabilities.isLostRace);
}

/** The delete looks at the time again: what was begun anew since it was found stays. */
async function deleteOver(context: SqlContext, now: number): Promise<void> {
  const rows = await context.db
    .selectFrom("tokenry_request_marks")
    .select("key")
    .where("until", "<=", now)
    .orderBy("until")
    .limit(DELETED_PER_NEW)
    .execute();
  const keys = rows.map((row) => readText(row, "key"));
  if (keys.length === 0) return;
  await inTransaction(context, (transaction) =>
    transaction
      .deleteFrom("tokenry_request_marks")
      .where("key", "in", keys)
      .where("until", "<=", now)
      .execute(),
  );
}
