import type { Kysely } from "kysely";
import { checkKeys, checkOneOf } from "../../checks.ts";
import type { ListFunction } from "./lists.ts";
import { isLostRace } from "./lost-race.ts";
import type { Tables } from "./tables.ts";

/** The databases that tokenry knows. PGlite is PostgreSQL. */
export type SqlDialect = "postgres" | "mysql" | "mariadb" | "sqlite";

/** The type of each sort of column, as the database spells it. */
export interface ColumnTypes {
  /** Text of up to 255 characters, compared and ordered exactly, by code point or byte. */
  readonly id: string;
  /** Text of any length. */
  readonly text: string;
  /** Bytes, at least 32. */
  readonly hash: string;
  /** Whole numbers to 2^53. */
  readonly integer: string;
  /** A primary key that the database gives, rising. */
  readonly sequence: string;
}

/** What a database can do that not every database can. */
export interface SqlCapabilities {
  /** Whose ways it has where each has its own: to lock a migration, to isolate a transaction, to insert what may be there. */
  readonly dialect: SqlDialect;
  /** The function that reads a list out of one JSON text. `"none"`: uses are noted one statement each. */
  readonly lists: ListFunction | "none";
  /**
   * `for update skip locked`, which MySQL has since version 8.0 and MariaDB since 10.6. If false, workers that claim at once wait for each
   * other.
   */
  readonly skipLocked: boolean;
  readonly columnTypes: ColumnTypes;
  /** Whether an error says that nothing happened because another transaction was in the way: then the write is tried again. */
  readonly isLostRace: (error: unknown) => boolean;
}

const SQLITE: SqlCapabilities = Object.freeze({
  dialect: "sqlite",
  lists: "json_each",
  skipLocked: false,
  columnTypes: Object.freeze({
    id: "varchar(255)",
    text: "text",
    hash: "blob",
    integer: "bigint",
    sequence: "integer primary key autoincrement",
  }),
  isLostRace,
});

const POSTGRES: SqlCapabilities = Object.freeze({
  dialect: "postgres",
  lists: "json_to_recordset",
  skipLocked: true,
  columnTypes: Object.freeze({
    id: 'varchar(255) collate "C"',
    text: "text",
    hash: "bytea",
    integer: "bigint",
    sequence: "bigserial primary key",
  }),
  isLostRace,
});

const MYSQL: SqlCapabilities = Object.freeze({
  dialect: "mysql",
  lists: "json_table",
  skipLocked: true,
  columnTypes: mysqlColumnTypes("utf8mb4_0900_bin"),
  isLostRace,
});

const MARIADB: SqlCapabilities = Object.freeze({
  ...MYSQL,
  dialect: "mariadb",
  columnTypes: mysqlColumnTypes("utf8mb4_nopad_bin"),
});

const KNOWN: Readonly<Record<SqlDialect, SqlCapabilities>> = {
  postgres: POSTGRES,
  mysql: MYSQL,
  mariadb: MARIADB,
  sqlite: SQLITE,
};

const KEYS: ReadonlySet<string> = new Set(Object.keys(SQLITE));

/** The names of the dialects. */
export const DIALECTS: readonly SqlDialect[] = ["postgres", "mysql", "mariadb", "sqlite"];

/**
 * The capabilities of a database: those that are given, over those known of its dialect. Throws TypeError where the dialect is neither
 * given nor known. MariaDB and MySQL cannot be told apart without asking the server; to the repository they are the same.
 */
export function capabilitiesOf(
  db: Kysely<Tables>,
  given: Partial<SqlCapabilities> = {},
): SqlCapabilities {
  checkKeys(given, KEYS, "options.capabilities");
  const dialect = given.dialect ?? dialectOf(db);
  if (dialect === undefined)
    throw new TypeError("options.capabilities.dialect must be given: this database's is not known");
  return { ...KNOWN[checkOneOf(dialect, DIALECTS, "options.capabilities.dialect")], ...given };
}

/** What is known of a dialect. */
export function knownCapabilities(dialect: SqlDialect): SqlCapabilities {
  return KNOWN[dialect];
}

/** Whether a database is MySQL or MariaDB. */
export function isMysql({ dialect }: Pick<SqlCapabilities, "dialect">): boolean {
  return dialect === "mysql" || dialect === "mariadb";
}

/** The dialect, by what Kysely's adapter for it, or another's for the same database, says of itself. */
function dialectOf(db: Kysely<Tables>): SqlDialect | undefined {
  const { supportsReturning, supportsTransactionalDdl } = db.getExecutor().adapter;
  if (supportsReturning === true) return supportsTransactionalDdl ? "postgres" : "sqlite";
  return supportsTransactionalDdl ? undefined : "mysql";
}

/** Collations without padding, by which text that differs in its trailing space differs, have different names. */
function mysqlColumnTypes(collation: string): ColumnTypes {
  const collated = `character set utf8mb4 collate ${collation}`;
  return Object.freeze({
    id: `varchar(255) ${collated}`,
    text: `longtext ${collated}`,
    hash: "binary(32)",
    integer: "bigint",
    sequence: "bigint auto_increment primary key",
  });
}
