import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Budgets in SQL, for those who have no Redis. */
export const budgets: Migration = {
  name: "0002_budgets",
  statements(db, types) {
    const [id, integer] = [sql.raw(types.id), sql.raw(types.integer)];
    const table = db.schema
      .createTable("tokenry_budgets")
      .addColumn("key", id, (column) => column.primaryKey().notNull())
      .addColumn("level", "double precision", (column) => column.notNull())
      .addColumn("at", integer, (column) => column.notNull())
      .addColumn("empty_from", integer, (column) => column.notNull());
    const index = db.schema
      .createIndex("tokenry_budgets_empty")
      .on("tokenry_budgets")
      .column("empty_from");
    return [table, index];
  },
};
