import {
  type Dialect,
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import { checkKeys, checkOneOf } from "../../checks.ts";
import { DIALECTS, type SqlDialect } from "./capabilities.ts";
import type { Statement } from "./migrations/migration.ts";
import { createMigrationTable, MIGRATIONS } from "./migrations.ts";
import type { TableNames } from "./names.ts";
import { contextOf } from "./sql-context.ts";

const OPTIONS: ReadonlySet<string> = new Set(["schema", "prefix"]);

/** When a step was done that this text does: nobody can tell. */
const SOME_TIME = "1970-01-01T00:00:00.000Z";

/**
 * The tables of this version as plain SQL, for those who change their database with a tool of their own: what `migrate` would do to a
 * database that has none, and the marks by which `migrate` knows that it is done. The same call gives the same text.
 *
 * To follow a later version, run its `migrate`, or add to your tool what its text has more. Throws TypeError or RangeError for a dialect
 * that is none and for names that cannot be.
 *
 * @example
 * writeFileSync("migrations/0007_tokenry.sql", schema("postgres", { prefix: "acme_" }));
 */
export function schema(dialect: SqlDialect, options: TableNames = {}): string {
  checkOneOf(dialect, DIALECTS, "dialect");
  checkKeys(options, OPTIONS, "options");
  const database = new Kysely<object>({ dialect: printing(dialect) });
  const { db, capabilities } = contextOf({ db: database, ...options, capabilities: { dialect } });
  const { schema: name } = options;
  const beginnings = [
    ...(name === undefined ? [] : [db.schema.createSchema(name).ifNotExists()]),
    createMigrationTable(db),
  ];
  const steps = MIGRATIONS.flatMap((migration) => [
    ...migration.statements(db, capabilities.columnTypes),
    db
      .insertInto("tokenry_migration")
      .values({ name: sql.lit(migration.name), timestamp: sql.lit(SOME_TIME) }),
  ]);
  return [...beginnings, ...steps].map((statement) => `${textOf(statement)};\n`).join("");
}

/** A statement that creates a table has a line for each column. */
function textOf(statement: Pick<Statement, "compile">): string {
  const { sql: text } = statement.compile();
  if (!text.startsWith("create table")) return text;
  return text
    .replace(" (", " (\n  ")
    .replace(/, (?=["`]|constraint )(?!(?:["`]\w+["`](?:, )?)+\))/g, ",\n  ")
    .replace(/\)$/, "\n)");
}

/** A dialect that compiles and runs nothing. */
function printing(dialect: SqlDialect): Dialect {
  const createDriver = () => new DummyDriver();
  switch (dialect) {
    case "postgres":
      return {
        createDriver,
        createAdapter: () => new PostgresAdapter(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      };
    case "sqlite":
      return {
        createDriver,
        createAdapter: () => new SqliteAdapter(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      };
    case "mysql":
    case "mariadb":
      return {
        createDriver,
        createAdapter: () => new MysqlAdapter(),
        createIntrospector: (db) => new MysqlIntrospector(db),
        createQueryCompiler: () => new MysqlQueryCompiler(),
      };
  }
}
