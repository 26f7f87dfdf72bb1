import type { Kysely } from "kysely";
import { checkKeys } from "../../checks.ts";
import { isLostRace } from "./lost-race.ts";
import type { Tables } from "./tables.ts";

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
  /** `insert … on conflict (…) do nothing`. If false, a slot is looked up before it is taken: two statements more. */
  readonly onConflict: boolean;
  /** `update … from` a list of values. If false, uses are noted one statement each. */
  readonly updateFrom: boolean;
  /** `update … returning`. If false, notices are claimed one statement each. */
  readonly returning: boolean;
  /** `for update skip locked` in a subquery. If false, workers that claim at once may wait for each other. */
  readonly skipLocked: boolean;
  /** The dialect keeps other processes from migrating at once. If false, the migration runs in `begin immediate`. */
  readonly locksMigrations: boolean;
  readonly columnTypes: ColumnTypes;
  /** Whether an error says that nothing happened because another transaction was in the way: then the write is tried again. */
  readonly isLostRace: (error: unknown) => boolean;
}

const SQLITE: SqlCapabilities = Object.freeze({
  onConflict: true,
  updateFrom: true,
  returning: true,
  skipLocked: false,
  locksMigrations: false,
  columnTypes: Object.freeze({
    id: "varchar(255)",
    text: "text",
    hash: "blob",
    integer: "bigint",
    sequence: "integer primary key autoincrement",
  }),
  isLostRace,
});

const KEYS: ReadonlySet<string> = new Set(Object.keys(SQLITE));

/**
 * The capabilities of a database: those that are given, over those known of its dialect. SQLite's dialects, whatever their driver, are
 * those with `returning` and without transactional DDL. Throws TypeError where a dialect is not known and not all are given.
 */
export function capabilitiesOf(
  db: Kysely<Tables>,
  given: Partial<SqlCapabilities> = {},
): SqlCapabilities {
  checkKeys(given, KEYS, "capabilities");
  const { supportsReturning, supportsTransactionalDdl } = db.getExecutor().adapter;
  if (supportsReturning === true && supportsTransactionalDdl !== true)
    return { ...SQLITE, ...given };
  const missing = [...KEYS].filter((key) => !(key in given));
  if (missing.length === 0) return { ...SQLITE, ...given };
  throw new TypeError(`capabilities must be given for this dialect: ${missing.join(", ")}`);
}
