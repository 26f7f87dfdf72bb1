import type { Expression, ExpressionBuilder, Kysely, SqlBool } from "kysely";
import type { Change, StoredToken, TokenGuard } from "../../ports/repository.ts";
import { isMysql } from "./capabilities.ts";
import { conflictOf, GUARDED_COLUMNS, holds } from "./guards.ts";
import { isTakenKey } from "./lost-race.ts";
import { type Conflict, Refusal } from "./refusal.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { changedColumns, tokenRow } from "./token-row.ts";

type UpdateStep = NonNullable<Change["update"]>[number];

/** Removes a token that is in the state that the guard needs. */
export async function removeToken({ db }: SqlContext, guard: TokenGuard): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("tokenry_tokens")
    .where((eb) => holds(eb, guard))
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw await refusal(db, guard, "version");
}

/** Changes a token that is in the state that the guard needs; moves it only into a slot that no other token has. */
export async function updateToken(
  { db, capabilities }: SqlContext,
  { set, ...guard }: UpdateStep,
): Promise<void> {
  const slot = set.slot ?? null;
  const update = db
    .updateTable("tokenry_tokens")
    .set(changedColumns(set))
    .set(({ eb }) => ({ version: eb("version", "+", 1) }))
    .where((eb) => holds(eb, guard))
    // MySQL does not let an update look at its own table, and tells by an error that the slot is taken.
    .$if(slot !== null && !isMysql(capabilities), (free) => free.where((eb) => isFree(eb, slot)));
  const isDone = await unlessTaken(
    async () => (await update.executeTakeFirst()).numUpdatedRows > 0n,
  );
  if (!isDone) throw await refusal(db, guard, slot === null ? "version" : "slot");
}

/** Inserts a token, into a slot that is free. */
export async function insertToken(
  { db, capabilities }: SqlContext,
  token: StoredToken,
): Promise<void> {
  const insert = db
    .insertInto("tokenry_tokens")
    .values(tokenRow(token))
    // A statement that fails would end the transaction in PostgreSQL, and does not in MySQL.
    .$if(!isMysql(capabilities), (free) => free.onConflict((taken) => taken.doNothing()));
  const isDone = await unlessTaken(
    async () => (await insert.executeTakeFirst()).numInsertedOrUpdatedRows !== 0n,
  );
  if (!isDone) throw new Refusal("slot", token.id);
}

/** Whether no other token has a slot of the owner and kind of the token that an update is at. */
function isFree(
  eb: ExpressionBuilder<Tables, "tokenry_tokens">,
  slot: string | null,
): Expression<SqlBool> {
  const holders = eb
    .selectFrom("tokenry_tokens as holder")
    .select("holder.id")
    .whereRef("holder.owner", "=", "tokenry_tokens.owner")
    .whereRef("holder.kind", "=", "tokenry_tokens.kind")
    .where("holder.slot", "=", slot)
    .whereRef("holder.id", "<>", "tokenry_tokens.id");
  return eb.not(eb.exists(holders));
}

async function unlessTaken(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (isTakenKey(error)) return false;
    throw error;
  }
}

/** Why a write met no row, or one that it could not change. */
async function refusal(
  db: Kysely<Tables>,
  guard: TokenGuard,
  otherwise: Conflict["conflict"],
): Promise<Refusal> {
  const row = await db
    .selectFrom("tokenry_tokens")
    .select(GUARDED_COLUMNS)
    .where("id", "=", guard.id)
    .executeTakeFirst();
  return new Refusal(conflictOf(row, guard) ?? otherwise, guard.id);
}
