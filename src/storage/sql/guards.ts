import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { TokenGuard } from "../../ports/repository.ts";
import type { Conflict } from "./refusal.ts";
import { type Row, readInteger, readIntegerOrNull } from "./row.ts";
import type { Tables } from "./tables.ts";

/** The columns that guards look at. */
export const GUARDED_COLUMNS = ["id", "version", "expires_at"] as const;

/** A guard as the condition of a write. */
export function holds(
  eb: ExpressionBuilder<Tables, "tokenry_tokens">,
  { id, version, expiresAt }: TokenGuard,
): Expression<SqlBool> {
  const conditions = [eb("id", "=", id)];
  if (version !== undefined) conditions.push(eb("version", "=", version));
  if (expiresAt === null) conditions.push(eb("expires_at", "is", null));
  else if (expiresAt !== undefined) conditions.push(eb("expires_at", "=", expiresAt));
  return eb.and(conditions);
}

/** Why a guard does not hold for a row of {@link GUARDED_COLUMNS}; `undefined` where it holds. */
export function conflictOf(
  row: Row | undefined,
  { version, expiresAt }: TokenGuard,
): Conflict["conflict"] | undefined {
  if (row === undefined) return "missing";
  const isSame =
    (version === undefined || version === readInteger(row, "version")) &&
    (expiresAt === undefined || expiresAt === readIntegerOrNull(row, "expires_at"));
  return isSame ? undefined : "version";
}
