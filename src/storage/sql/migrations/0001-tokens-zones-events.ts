import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "../capabilities.ts";
import type { Tables } from "../tables.ts";
import type { Migration, Statement } from "./migration.ts";

/** What version 0.1.0 made. */
export const tokensZonesEvents: Migration = {
  name: "0001_tokens_zones_events",
  statements: (db, types) => [
    ...createTokens(db, types),
    createZoneSets(db, types),
    ...createEvents(db, types),
  ],
};

function createTokens(db: Kysely<Tables>, types: ColumnTypes): readonly Statement[] {
  const [id, text, integer] = [sql.raw(types.id), sql.raw(types.text), sql.raw(types.integer)];
  const table = db.schema
    .createTable("tokenry_tokens")
    .addColumn("id", id, (column) => column.primaryKey().notNull())
    .addColumn("hash", sql.raw(types.hash))
    .addColumn("pepper", id)
    .addColumn("kind", id, (column) => column.notNull())
    .addColumn("owner", id, (column) => column.notNull())
    .addColumn("account", id, (column) => column.notNull())
    .addColumn("name", text, (column) => column.notNull())
    .addColumn("slot", id)
    .addColumn("hint", id, (column) => column.notNull())
    .addColumn("access", text)
    .addColumn("network", text)
    .addColumn("names_zones", integer, (column) => column.notNull())
    .addColumn("budgets", text, (column) => column.notNull())
    .addColumn("created_at", integer, (column) => column.notNull())
    .addColumn("created_by", id, (column) => column.notNull())
    .addColumn("updated_at", integer, (column) => column.notNull())
    .addColumn("secret_created_at", integer, (column) => column.notNull())
    .addColumn("expires_at", integer)
    .addColumn("last_used_at", integer)
    .addColumn("reminded_from", integer)
    .addColumn("version", integer, (column) => column.notNull());
  const index = (name: string) =>
    db.schema.createIndex(`tokenry_tokens_${name}`).on("tokenry_tokens");
  return [
    table,
    index("hash").unique().column("hash"),
    index("slot").unique().columns(["owner", "kind", "slot"]),
    index("owner").columns(["owner", "id"]),
    index("expiry").columns(["expires_at", "id"]),
    index("zones").columns(["account", "names_zones"]),
  ];
}

function createZoneSets(db: Kysely<Tables>, types: ColumnTypes): Statement {
  return db.schema
    .createTable("tokenry_zone_sets")
    .addColumn("account", sql.raw(types.id), (column) => column.primaryKey().notNull())
    .addColumn("revision", sql.raw(types.integer), (column) => column.notNull())
    .addColumn("document", sql.raw(types.text), (column) => column.notNull());
}

function createEvents(db: Kysely<Tables>, types: ColumnTypes): readonly Statement[] {
  const [id, integer] = [sql.raw(types.id), sql.raw(types.integer)];
  const table = db.schema
    .createTable("tokenry_events")
    .addColumn("sequence", sql.raw(types.sequence))
    .addColumn("id", id, (column) => column.notNull())
    .addColumn("type", id, (column) => column.notNull())
    .addColumn("at", integer, (column) => column.notNull())
    .addColumn("account", id, (column) => column.notNull())
    .addColumn("owner", id)
    .addColumn("token_id", id)
    .addColumn("kind", id)
    .addColumn("actor", id, (column) => column.notNull())
    .addColumn("outcome", id, (column) => column.notNull())
    .addColumn("data", sql.raw(types.text), (column) => column.notNull())
    .addColumn("state", id)
    .addColumn("due_at", integer)
    .addColumn("attempts", integer, (column) => column.notNull())
    .addColumn("claimed", integer, (column) => column.notNull());
  const index = (name: string) =>
    db.schema.createIndex(`tokenry_events_${name}`).on("tokenry_events");
  return [
    table,
    index("id").unique().column("id"),
    index("account").columns(["account", "sequence"]),
    index("owner").columns(["account", "owner", "sequence"]),
    index("token").columns(["token_id", "sequence"]),
    index("outbox").columns(["state", "due_at", "sequence"]),
  ];
}
