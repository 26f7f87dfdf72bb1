import type { Kysely } from "kysely";
import type { Repository, ZoneStep } from "../../ports/repository.ts";
import { isMysql } from "./capabilities.ts";
import { Refusal } from "./refusal.ts";
import { unreadable, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { zoneReference } from "./token-row.ts";
import { type ZoneReader, zoneColumns } from "./zone-documents.ts";

/** The read of an account's zones. */
export function zoneReads(db: Kysely<Tables>, readZones: ZoneReader): Pick<Repository, "zones"> {
  const sets = db
    .selectFrom("tokenry_zone_sets")
    .select(["account", "revision", "digest", "document"]);
  return {
    async zones(account) {
      const row = await sets.where("account", "=", account).executeTakeFirst();
      const zones = readZones.read(row ?? { revision: null });
      if (zones === undefined) throw unreadable("document");
      return zones;
    },
  };
}

/** Guards an account's zones, and stores the new set if there is one. */
export async function stepZones(context: SqlContext, step: ZoneStep): Promise<void> {
  const { account, unused = [] } = step;
  if (!(await holdRevision(context, step))) throw new Refusal("zones", account);
  if (unused.length > 0 && (await areNamed(context, step, unused)))
    throw new Refusal("zone_in_use", account);
}

/**
 * Writes the revision that the step needs, or the next one, over the one that it needs: the row stays locked until the commit ends, so
 * that no zone goes while a token that names it comes. An account without a row is at revision 0, and gets one to be locked.
 */
async function holdRevision(context: SqlContext, step: ZoneStep): Promise<boolean> {
  if (await writeRevision(context, step)) return true;
  if (step.revision !== 0) return false;
  await ensureSet(context, step.account);
  return writeRevision(context, step);
}

async function writeRevision(
  { db }: SqlContext,
  { account, revision, zones }: ZoneStep,
): Promise<boolean> {
  const set = zones === undefined ? { revision } : zoneColumns(revision + 1, zones);
  const { numUpdatedRows } = await db
    .updateTable("tokenry_zone_sets")
    .set(set)
    .where("account", "=", account)
    .where("revision", "=", revision)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Makes the row of an account that has none. Nothing fails, and MySQL locks a row that is there as the write that follows does. */
async function ensureSet({ db, capabilities }: SqlContext, account: string): Promise<void> {
  const insert = db.insertInto("tokenry_zone_sets").values({ account, ...zoneColumns(0, []) });
  await (isMysql(capabilities)
    ? insert.onDuplicateKeyUpdate(({ ref }) => ({ account: ref("account") }))
    : insert.onConflict((there) => there.doNothing())
  ).execute();
}

/** Whether a living token of the account names one of these zones: by `replace`, which knows no wildcards and is exact about case. */
async function areNamed(
  { db }: SqlContext,
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
