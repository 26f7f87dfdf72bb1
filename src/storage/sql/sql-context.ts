import type { Kysely } from "kysely";
import type { SqlCapabilities } from "./capabilities.ts";
import type { Tables } from "./tables.ts";

/** What every part of the repository works with. */
export interface SqlContext {
  readonly db: Kysely<Tables>;
  readonly capabilities: SqlCapabilities;
}
