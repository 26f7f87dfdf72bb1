/** What asks the database. It brings Kysely: commands that need it import it when they do. */
import { hasTable, withServerTypes } from "../storage/sql/catalog.ts";
import { migrate } from "../storage/sql/migrate.ts";
import { isDone } from "../storage/sql/migration-step.ts";
import { MIGRATIONS } from "../storage/sql/migrations.ts";
import { contextOf, type SqlContext } from "../storage/sql/sql-context.ts";
import type { ConfigDatabase, ConfigTables } from "./config.ts";

type Database = Parameters<typeof migrate>[0];

/** A step that is not done. */
export interface Step {
  readonly name: string;
  /** What it will run, or run the rest of. */
  readonly statements: readonly string[];
}

/** What there is to migrate. */
export interface MigrationPlan {
  readonly done: readonly string[];
  readonly pending: readonly Step[];
  /** Steps of a version that is newer than this one. */
  readonly unknown: readonly string[];
}

/** Throws TypeError that names the path in the configuration. */
function sqlContext(database: ConfigDatabase, tables: ConfigTables): SqlContext {
  const { dialect, ...names } = tables;
  const capabilities = dialect === undefined ? {} : { capabilities: { dialect } };
  try {
    return contextOf({ db: asKysely(database), ...names, ...capabilities });
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    const message = cause.message.replace(/^options\.(capabilities\.)?/, "config.tables.");
    throw new TypeError(message, { cause });
  }
}

/** A cast, as the configuration knows Kysely by its shape only, so that it can be written where there is none; `contextOf` checks it. */
function asKysely(database: ConfigDatabase): Database {
  return database as unknown as Database;
}

/** Compares the steps that this version has with those that the database has done. Changes nothing. */
export async function planMigration(
  database: ConfigDatabase,
  tables: ConfigTables,
): Promise<MigrationPlan> {
  const known = sqlContext(database, tables);
  const rows = (await hasTable(known, "migration"))
    ? await known.db.selectFrom("tokenry_migration").select(["name", "timestamp"]).execute()
    : [];
  const done = rows.filter(isDone).map(({ name }) => name);
  const left = MIGRATIONS.filter(({ name }) => !done.includes(name));
  const context = left.length > 0 ? await withServerTypes(known) : known;
  const pending = left.map(({ name, statements }) => ({
    name,
    statements: statements(context.db, context.capabilities.columnTypes).map(
      (statement) => statement.compile().sql,
    ),
  }));
  const unknown = rows
    .map(({ name }) => name)
    .filter((name) => MIGRATIONS.every((migration) => migration.name !== name));
  return { done, pending, unknown };
}

/** Does what the plan says, or what of it is still to be done. */
export async function carryOutMigration(
  database: ConfigDatabase,
  { dialect, ...names }: ConfigTables,
): Promise<void> {
  const capabilities = dialect === undefined ? {} : { capabilities: { dialect } };
  await migrate(asKysely(database), { ...names, ...capabilities });
}

/** The database's time in milliseconds since 1970; `undefined` for SQLite, which has none of its own. */
export async function databaseTime(
  database: ConfigDatabase,
  tables: ConfigTables,
): Promise<number | undefined> {
  const { db, capabilities } = sqlContext(database, tables);
  switch (capabilities.dialect) {
    case "sqlite":
      return undefined;
    case "postgres": {
      const row = await db
        .selectNoFrom(({ fn, val }) =>
          fn<unknown>("date_part", [val("epoch"), fn("clock_timestamp")]).as("seconds"),
        )
        .executeTakeFirstOrThrow();
      return Number(row.seconds) * 1000;
    }
    case "mysql":
    case "mariadb": {
      const row = await db
        .selectNoFrom(({ fn, lit }) =>
          fn<unknown>("unix_timestamp", [fn("now", [lit(3)])]).as("seconds"),
        )
        .executeTakeFirstOrThrow();
      return Number(row.seconds) * 1000;
    }
  }
}
