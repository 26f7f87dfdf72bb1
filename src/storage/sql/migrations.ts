import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "./capabilities.ts";
import type { Tables } from "./tables.ts";

/** A step of the schema. */
export interface Migration {
  readonly up: (db: Kysely<Tables>) => Promise<void>;
}

/** Every step by its name, in order of names. A step that was released is never changed: a change is a new step. */
export function migrations(types: ColumnTypes): Readonly<Record<string, Migration>> {
  return {
    "0001_tokens_zones_events": {
      async up(db) {
        await createTokens(db, types);
        await createZoneSets(db, types);
        await createEvents(db, types);
      },
    },
  };
}

async function createTokens(db: Kysely<Tables>, types: ColumnTypes): Promise<void> {
  const [id, text, integer] = [sql.raw(types.id), sql.raw(types.text), sql.raw(types.integer)];
  await db.schema
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
    .addColumn("version", integer, (column) => column.notNull())
    .execute();
  const index = (name: string) =>
    db.schema.createIndex(`tokenry_tokens_${name}`).on("tokenry_tokens");
  await index("hash").unique().column("hash").execute();
  await index("slot").unique().columns(["owner", "kind", "slot"]).execute();
  await index("owner").columns(["owner", "id"]).execute();
  await index("expiry").columns(["expires_at", "id"]).execute();
  await index("zones").columns(["account", "names_zones"]).execute();
}

async function createZoneSets(db: Kysely<Tables>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("tokenry_zone_sets")
    .addColumn("account", sql.raw(types.id), (column) => column.primaryKey().notNull())
    .addColumn("revision", sql.raw(types.integer), (column) => column.notNull())
    .addColumn("document", sql.raw(types.text), (column) => column.notNull())
    .execute();
}

async function createEvents(db: Kysely<Tables>, types: ColumnTypes): Promise<void> {
  const [id, integer] = [sql.raw(types.id), sql.raw(types.integer)];
  await db.schema
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
    .addColumn("claimed", integer, (column) => column.notNull())
    .execute();
  const index = (name: string) =>
    db.schema.createIndex(`tokenry_events_${name}`).on("tokenry_events");
  await index("id").unique().column("id").execute();
  await index("account").columns(["account", "sequence"]).execute();
  await index("owner").columns(["account", "owner", "sequence"]).execute();
  await index("token").columns(["token_id", "sequence"]).execute();
  await index("outbox").columns(["state", "due_at", "sequence"]).execute();
}
