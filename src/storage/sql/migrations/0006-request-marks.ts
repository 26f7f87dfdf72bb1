import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Requests that may be sent again, what they came to, and an index by which those that are over are found. */
export const requestMarks: Migration = {
  name: "0006_request_marks",
  statements: (db, types) => [
    db.schema
      .createTable("tokenry_request_marks")
      .addColumn("key", sql.raw(types.id), (column) => column.primaryKey().notNull())
      .addColumn("fingerprint", sql.raw(types.id), (column) => column.notNull())
      .addColumn("until", sql.raw(types.integer), (column) => column.notNull())
      .addColumn("result", sql.raw(types.text)),
    db.schema
      .createIndex("tokenry_request_marks_until")
      .on("tokenry_request_marks")
      .column("until"),
  ],
};
