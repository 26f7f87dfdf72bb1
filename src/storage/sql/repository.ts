import type { Kysely } from "kysely";
import { checkKeys } from "../../checks.ts";
import type { Repository } from "../../ports/repository.ts";
import { capabilitiesOf, type SqlCapabilities } from "./capabilities.ts";
import { commit } from "./commit.ts";
import { eventReads } from "./events.ts";
import { findByHash } from "./find-by-hash.ts";
import { outbox } from "./outbox.ts";
import { tablesOf } from "./tables.ts";
import { tokenReads } from "./token-reads.ts";
import { touch } from "./touch.ts";
import { zoneReader } from "./zone-documents.ts";
import { zoneReads } from "./zone-steps.ts";

/** What {@link sqlRepository} works with. */
export interface SqlRepositoryOptions<Database> {
  /** Stays the host's: it is not destroyed. Its plugins do not apply. What it logs of queries includes hashes of secrets. */
  readonly db: Kysely<Database>;
  /** What the database can do, where that differs from what is known of its dialect. */
  readonly capabilities?: Partial<SqlCapabilities>;
}

const OPTIONS: ReadonlySet<string> = new Set(["db", "capabilities"]);

/**
 * Keeps tokens, zones and events in a SQL database through Kysely, beside the host's own tables. Run `migrate(db)` first.
 *
 * Any number of processes may share the database. Throws TypeError for options that are none.
 *
 * @example
 * const repository = sqlRepository({ db });
 */
export function sqlRepository<Database>(options: SqlRepositoryOptions<Database>): Repository {
  checkKeys(options, OPTIONS, "options");
  const db = tablesOf(options.db);
  const context = { db, capabilities: capabilitiesOf(db, options.capabilities) };
  const readZones = zoneReader();
  return {
    commit: commit(context),
    touch: touch(context),
    findByHash: findByHash(db, readZones),
    ...tokenReads(db),
    ...zoneReads(db, readZones),
    ...eventReads(db),
    ...outbox(context),
  };
}
