import { CompiledQuery, type Kysely } from "kysely";
import { capabilitiesOf, type SqlCapabilities } from "./capabilities.ts";
import { migrations } from "./migrations.ts";
import { retrying } from "./retry.ts";
import { type Tables, tablesOf } from "./tables.ts";

type Migrator = typeof import("kysely/migration").Migrator;

/**
 * Makes and changes tokenry's tables (`tokenry_…`), up to what this version needs; does nothing when they are there.
 *
 * Safe when several processes start at once. All of it happens or nothing, where the database can do that (SQLite and PostgreSQL can).
 * Throws an Error with the reason as its `cause`, also where a newer version of tokenry has migrated the database.
 *
 * @example
 * await migrate(db);
 * const tokens = createTokenry({ repository: sqlRepository({ db }), … });
 */
export async function migrate<Database>(
  db: Kysely<Database>,
  capabilities?: Partial<SqlCapabilities>,
): Promise<void> {
  const tables = tablesOf(db);
  const { columnTypes, locksMigrations, isLostRace } = capabilitiesOf(tables, capabilities);
  const Migrator = await loadMigrator();
  const provider = { getMigrations: async () => migrations(columnTypes) };
  const migrateOn = async (connection: Kysely<Tables>): Promise<void> => {
    const { error } = await new Migrator({
      db: connection,
      provider,
      migrationTableName: "tokenry_migration",
      migrationLockTableName: "tokenry_migration_lock",
    }).migrateToLatest();
    if (error !== undefined) throw new Error("tokenry's tables cannot be made.", { cause: error });
  };
  if (locksMigrations) return migrateOn(tables);
  const migrateAlone = (connection: Kysely<Tables>) => writingAlone(connection, migrateOn);
  return retrying(() => tables.connection().execute(migrateAlone), isLostRace);
}

/** Holds SQLite's write lock over the whole of a work: Kysely locks nothing there, and SQLite undoes changes of a schema too. */
async function writingAlone(
  connection: Kysely<Tables>,
  work: (connection: Kysely<Tables>) => Promise<void>,
): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  try {
    await work(connection);
    await connection.executeQuery(CompiledQuery.raw("commit"));
  } catch (error) {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
    throw error;
  }
}

async function loadMigrator(): Promise<Migrator> {
  try {
    return (await import("kysely/migration")).Migrator;
  } catch {
    // Kysely 0.28 has it in its root, where 0.29's types say that it has moved.
    return (await import("kysely")).Migrator as unknown as Migrator;
  }
}
