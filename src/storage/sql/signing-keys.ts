import type { Kysely } from "kysely";
import type { KeyStore, StoredKeySet } from "../../ports/key-store.ts";
import { isMysql } from "./capabilities.ts";
import { isTakenKey } from "./lost-race.ts";
import { retrying } from "./retry.ts";
import { readInteger, readText, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";

/** The one row. */
const ID = "oauth";

const NO_KEYS: StoredKeySet = Object.freeze({ revision: 0, document: "" });

/** Reads the signing keys. */
export async function signingKeys(db: Kysely<Tables>): Promise<StoredKeySet> {
  const row = await db
    .selectFrom("tokenry_signing_keys")
    .select(["revision", "document"])
    .where("id", "=", ID)
    .executeTakeFirst();
  if (row === undefined) return NO_KEYS;
  return {
    revision: readInteger({ ...row }, "revision"),
    document: readText({ ...row }, "document"),
  };
}

/** Replaces the signing keys in one statement: the first by the key of the row that only one can insert, others by their revision. */
export function replaceSigningKeys(
  context: SqlContext,
  { revision, document }: Parameters<KeyStore["replaceSigningKeys"]>[0],
): Promise<boolean> {
  const row = { revision: whole(revision, "revision") + 1, document };
  const replace = revision === 0 ? insertFirst : updateFrom;
  return retrying(() => replace(context, row), context.capabilities.isLostRace);
}

async function insertFirst({ db, capabilities }: SqlContext, row: StoredKeySet): Promise<boolean> {
  const insert = db.insertInto("tokenry_signing_keys").values({ id: ID, ...row });
  if (!isMysql(capabilities)) {
    const { numInsertedOrUpdatedRows } = await insert
      .onConflict((there) => there.doNothing())
      .executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
  // MySQL's `on duplicate key` counts a row as written that it left as it was, and its `ignore` ignores more than that.
  try {
    await insert.execute();
    return true;
  } catch (error) {
    if (isTakenKey(error)) return false;
    throw error;
  }
}

async function updateFrom({ db }: SqlContext, row: StoredKeySet): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("tokenry_signing_keys")
    .set(row)
    .where("id", "=", ID)
    .where("revision", "=", row.revision - 1)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
