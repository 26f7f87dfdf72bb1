import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Digests of long zone documents, so that look-ups need not bring the documents. */
export const zoneDigests: Migration = {
  name: "0003_zone_digests",
  statements: (db, types) => [
    db.schema.alterTable("tokenry_zone_sets").addColumn("digest", sql.raw(types.id)),
  ],
};
