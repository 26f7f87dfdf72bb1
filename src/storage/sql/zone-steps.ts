import type { Kysely } from "kysely";
import type { Repository, ZoneStep } from "../../ports/repository.ts";
import { Refusal } from "./refusal.ts";
import { whole } from "./row.ts";
import type { Tables } from "./tables.ts";
import { zoneReference } from "./token-row.ts";
import type { ZoneReader } from "./zone-documents.ts";

/** The read of an account's zones. */
export function zoneReads(db: Kysely<Tables>, readZones: ZoneReader): Pick<Repository, "zones"> {
  const sets = db.selectFrom("tokenry_zone_sets").select(["account", "revision", "document"]);
  return {
    async zones(account) {
      const row = await sets.where("account", "=", account).executeTakeFirst();
      return readZones(row ?? { account, revision: null, document: null });
    },
  };
}

/** Guards an account's zones, and stores the new set if there is one. */
export async function stepZones(db: Kysely<Tables>, step: ZoneStep): Promise<void> {
  const { account, unused = [] } = step;
  if (!(await holdRevision(db, step))) throw new Refusal("zones", account);
  if (unused.length > 0 && (await areNamed(db, step, unused)))
    throw new Refusal("zone_in_use", account);
}

/**
 * Writes the revision that the step needs, or the next one, over the one that it needs: the row stays locked until the commit ends, so
 * that no zone goes while a token that names it comes. An account without a row is at revision 0, and gets one to be locked.
 */
async function holdRevision(
  db: Kysely<Tables>,
  { account, revision, zones }: ZoneStep,
): Promise<boolean> {
  const set =
    zones === undefined
      ? { revision }
      : { revision: revision + 1, document: JSON.stringify(zones) };
  const { numUpdatedRows } = await db
    .updateTable("tokenry_zone_sets")
    .set(set)
    .where("account", "=", account)
    .where("revision", "=", revision)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return true;
  if (revision !== 0) return false;
  const sets = db.selectFrom("tokenry_zone_sets").select("account").where("account", "=", account);
  if ((await sets.executeTakeFirst()) !== undefined) return false;
  await db
    .insertInto("tokenry_zone_sets")
    .values({ account, document: "[]", ...set })
    .execute();
  return true;
}

/** Whether a living token of the account names one of these zones: by `replace`, which knows no wildcards and is exact about case. */
async function areNamed(
  db: Kysely<Tables>,
  { account, now = Number.MIN_SAFE_INTEGER }: ZoneStep,
  names: readonly string[],
): Promise<boolean> {
  const named = await db
    .selectFrom("tokenry_tokens")
    .select("id")
    .where("account", "=", account)
    .where("names_zones", "=", 1)
    .where((eb) =>
      eb.or([eb("expires_at", "is", null), eb("expires_at", ">", whole(now, "zones.now"))]),
    )
    .where(({ eb, fn, or, val }) =>
      or(
        names.map((name) =>
          eb(
            fn<string>("replace", ["network", val(zoneReference(name)), val("")]),
            "<>",
            eb.ref("network"),
          ),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst();
  return named !== undefined;
}
