import type { Kysely } from "kysely";
import { checkKeys, quoted } from "../../checks.ts";
import type { SqlCapabilities } from "./capabilities.ts";
import { hasSchema, hasTable, withServerTypes } from "./catalog.ts";
import { migratingAlone } from "./migration-lock.ts";
import { isDone, runMigration } from "./migration-step.ts";
import { createMigrationTable, MIGRATIONS } from "./migrations.ts";
import type { TableNames } from "./names.ts";
import { retrying } from "./retry.ts";
import { contextOf, type SqlContext } from "./sql-context.ts";
import type { MigrationRow } from "./tables.ts";

/** Where {@link migrate} makes its tables. */
export interface MigrateOptions extends TableNames {
  /** What the database can do, where that differs from what is known of its dialect. */
  readonly capabilities?: Partial<SqlCapabilities> | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set(["schema", "prefix", "capabilities"]);

/**
 * Makes and changes tokenry's tables (`tokenry_…`), up to what this version needs; does nothing, and needs no right to, when they are
 * there. A schema that is missing is made too.
 *
 * Safe when many processes start at once: one of them does it and the others wait. PostgreSQL and SQLite do all of it or nothing; MySQL
 * and MariaDB cannot undo changes of tables: there the next call goes on where one that was interrupted stopped. Throws TypeError or
 * RangeError for wrong options, an Error with the reason as its `cause`, and an Error that says so where a newer version of tokenry has
 * migrated the database.
 *
 * @example
 * await migrate(db);
 * const tokens = createTokenry({ repository: sqlRepository({ db }), … });
 */
export async function migrate<Database>(
  db: Kysely<Database>,
  options: MigrateOptions = {},
): Promise<void> {
  checkKeys(options, OPTIONS, "options");
  const known = contextOf({ db, ...options });
  const { isLostRace } = known.capabilities;
  if (await retrying(() => isUpToDate(known), isLostRace)) return;
  const hasTypes = options.capabilities?.columnTypes !== undefined;
  const context = hasTypes ? known : await withServerTypes(known);
  try {
    await migratingAlone(context, (connection) => bringUpToDate({ ...context, db: connection }));
  } catch (error) {
    throw isLostRace(error) ? cannotBeMade(error) : error;
  }
}

async function isUpToDate(context: SqlContext): Promise<boolean> {
  const rows = await knownSteps(context);
  return rows !== undefined && rows.length === MIGRATIONS.length && rows.every(isDone);
}

async function bringUpToDate(context: SqlContext): Promise<void> {
  const known = await knownSteps(context);
  try {
    if (known === undefined) await createBeginnings(context);
    for (const migration of MIGRATIONS) {
      const row = known?.find(({ name }) => name === migration.name);
      if (row === undefined || !isDone(row)) await runMigration(context, migration, row);
    }
  } catch (error) {
    // As it is: all of it may be done again.
    throw context.capabilities.isLostRace(error) ? error : cannotBeMade(error);
  }
}

function cannotBeMade(cause: unknown): Error {
  return new Error("tokenry's tables cannot be made.", { cause });
}

/** What is to be there before the first step. */
async function createBeginnings(context: SqlContext): Promise<void> {
  const { db, names } = context;
  if (names.schema !== undefined && !(await hasSchema(context, names.schema)))
    await db.schema.createSchema(names.schema).execute();
  await createMigrationTable(db).execute();
}

/** The steps that were done or begun; `undefined` where there is no table of them. Throws where one is of a newer version. */
async function knownSteps(context: SqlContext): Promise<readonly MigrationRow[] | undefined> {
  if (!(await hasTable(context, "migration"))) return undefined;
  const rows = await context.db
    .selectFrom("tokenry_migration")
    .select(["name", "timestamp"])
    .execute();
  const newer = rows.find(({ name }) => !MIGRATIONS.some((migration) => migration.name === name));
  if (newer === undefined) return rows;
  throw new Error(
    `A newer version of tokenry has changed this database (${quoted(newer.name)}). Use that version or a later one here, too.`,
  );
}
