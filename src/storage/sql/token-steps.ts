import type { Expression, ExpressionBuilder, Kysely, SqlBool } from "kysely";
import type { Change, StoredToken, TokenGuard } from "../../ports/repository.ts";
import { Refusal } from "./refusal.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { changedColumns, tokenRow } from "./token-row.ts";

type UpdateStep = NonNullable<Change["update"]>[number];

/** Removes a token that is in the state that the guard needs. */
export async function removeToken(db: Kysely<Tables>, guard: TokenGuard): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("tokenry_tokens")
    .where((eb) => holds(eb, guard))
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw await refusal(db, guard.id);
}

/** Changes a token that is in the state that the guard needs. */
export async function updateToken(
  db: Kysely<Tables>,
  { set, ...guard }: UpdateStep,
): Promise<void> {
  const { slot, ...columns } = changedColumns(set);
  const { numUpdatedRows } = await db
    .updateTable("tokenry_tokens")
    .set(columns)
    .set(({ eb }) => ({ version: eb("version", "+", 1) }))
    .$if(slot === null, (update) => update.set({ slot: null }))
    .where((eb) => holds(eb, guard))
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw await refusal(db, guard.id);
  if (typeof slot === "string") await takeSlot(db, guard.id, slot);
}

/** Inserts a token, into a slot that is free. */
export async function insertToken(context: SqlContext, token: StoredToken): Promise<void> {
  const { db, capabilities } = context;
  const row = tokenRow(token);
  const insert = db.insertInto("tokenry_tokens");
  if (capabilities.onConflict) {
    const { numInsertedOrUpdatedRows } = await insert
      .values(row)
      .onConflict((conflict) => conflict.columns(["owner", "kind", "slot"]).doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw new Refusal("slot", token.id);
    return;
  }
  await insert.values({ ...row, slot: null }).execute();
  if (row.slot !== null) await takeSlot(db, row.id, row.slot);
}

/**
 * Puts a token into a slot that no other has. Looks first, because a statement that fails ends a transaction in PostgreSQL; comes after
 * a write of the same row, because on SQLite a transaction that begins by reading may not be let write.
 */
async function takeSlot(db: Kysely<Tables>, id: string, slot: string): Promise<void> {
  const holder = await db
    .selectFrom("tokenry_tokens as token")
    .innerJoin("tokenry_tokens as holder", (join) =>
      join.onRef("holder.owner", "=", "token.owner").onRef("holder.kind", "=", "token.kind"),
    )
    .select("holder.id")
    .where("token.id", "=", id)
    .where("holder.slot", "=", slot)
    .where("holder.id", "<>", id)
    .executeTakeFirst();
  if (holder !== undefined) throw new Refusal("slot", id);
  await db.updateTable("tokenry_tokens").set({ slot }).where("id", "=", id).execute();
}

function holds(
  eb: ExpressionBuilder<Tables, "tokenry_tokens">,
  { id, version, expiresAt }: TokenGuard,
): Expression<SqlBool> {
  const conditions = [eb("id", "=", id)];
  if (version !== undefined) conditions.push(eb("version", "=", version));
  if (expiresAt === null) conditions.push(eb("expires_at", "is", null));
  else if (expiresAt !== undefined) conditions.push(eb("expires_at", "=", expiresAt));
  return eb.and(conditions);
}

/** Why a guard did not hold. */
async function refusal(db: Kysely<Tables>, id: string): Promise<Refusal> {
  const token = await db
    .selectFrom("tokenry_tokens")
    .select("id")
    .where("id", "=", id)
    .executeTakeFirst();
  return new Refusal(token === undefined ? "missing" : "version", id);
}
