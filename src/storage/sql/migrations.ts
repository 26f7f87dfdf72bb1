import type { Kysely } from "kysely";
import { tokensZonesEvents } from "./migrations/0001-tokens-zones-events.ts";
import { budgets } from "./migrations/0002-budgets.ts";
import { zoneDigests } from "./migrations/0003-zone-digests.ts";
import { notices } from "./migrations/0004-notices.ts";
import { signingKeys } from "./migrations/0005-signing-keys.ts";
import { requestMarks } from "./migrations/0006-request-marks.ts";
import type { Migration, Statement } from "./migrations/migration.ts";
import type { Tables } from "./tables.ts";

/** Every step, in order. A step that was released is never changed: a change is a new step. */
export const MIGRATIONS: readonly Migration[] = [
  tokensZonesEvents,
  budgets,
  zoneDigests,
  notices,
  signingKeys,
  requestMarks,
];

/** The table of the steps that were done. */
export function createMigrationTable(db: Kysely<Tables>): Statement {
  return db.schema
    .createTable("tokenry_migration")
    .addColumn("name", "varchar(255)", (column) => column.notNull().primaryKey())
    .addColumn("timestamp", "varchar(255)", (column) => column.notNull());
}
