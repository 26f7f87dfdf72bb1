import type { Kysely } from "kysely";
import { capabilitiesOf, type SqlCapabilities } from "./capabilities.ts";
import type { TableNames } from "./names.ts";
import { type Tables, tablesOf } from "./tables.ts";

/** Which database, what it can do where that differs from what is known of its dialect, and what its tables are called. */
export interface SqlOptions<Database> extends TableNames {
  /**
   * Stays the host's: it is not destroyed. Its plugins do not apply. What it logs of queries includes hashes of secrets. A pool of
   * `mysql2` keeps its flag `FOUND_ROWS`, which it has unless it is taken away.
   */
  readonly db: Kysely<Database>;
  /** What the database can do, where that differs from what is known of its dialect. */
  readonly capabilities?: Partial<SqlCapabilities> | undefined;
}

/** What every part of the repository works with. */
export interface SqlContext {
  readonly db: Kysely<Tables>;
  readonly capabilities: SqlCapabilities;
  readonly names: TableNames;
}

/** Throws TypeError or RangeError that names the option. */
export function contextOf<Database>(options: SqlOptions<Database>): SqlContext {
  const names = { schema: options.schema, prefix: options.prefix };
  const db = tablesOf(options.db, names);
  const capabilities = capabilitiesOf(db, options.capabilities);
  if (names.schema !== undefined && capabilities.dialect === "sqlite")
    throw new TypeError("options.schema must not be given: SQLite has no schemas");
  return { db, capabilities, names };
}
