import { type Kysely, sql } from "kysely";
import type { ColumnTypes } from "../capabilities.ts";
import type { Tables } from "../tables.ts";
import type { Migration, Statement } from "./migration.ts";

/** An outbox of its own, by channel, in which the notices of a token keep their order; and an index by which old events are pruned. */
export const notices: Migration = {
  name: "0004_notices",
  statements: (db, types) => [
    createNotices(db, types),
    ...indexNotices(db),
    db.schema.createIndex("tokenry_events_at").on("tokenry_events").columns(["at", "sequence"]),
  ],
};

function createNotices(db: Kysely<Tables>, types: ColumnTypes): Statement {
  const [id, integer] = [sql.raw(types.id), sql.raw(types.integer)];
  return db.schema
    .createTable("tokenry_notices")
    .addColumn("sequence", integer, (column) => column.notNull())
    .addColumn("channel", id, (column) => column.notNull())
    .addColumn("state", id, (column) => column.notNull())
    .addColumn("queue", id)
    .addColumn("lane", id)
    .addColumn("due_at", integer, (column) => column.notNull())
    .addColumn("attempts", integer, (column) => column.notNull())
    .addColumn("untried", integer, (column) => column.notNull())
    .addColumn("claimed", integer, (column) => column.notNull())
    .addColumn("failure", sql.raw(types.text))
    .addPrimaryKeyConstraint("tokenry_notices_key", ["sequence", "channel"]);
}

function indexNotices(db: Kysely<Tables>): readonly Statement[] {
  const index = (name: string) =>
    db.schema.createIndex(`tokenry_notices_${name}`).on("tokenry_notices");
  return [
    index("queue").columns(["queue", "due_at", "sequence"]),
    index("lane").columns(["lane", "channel", "sequence"]),
    index("parked").columns(["state", "sequence", "channel"]),
  ];
}
