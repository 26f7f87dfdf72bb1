import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** The signing keys of an authorization server: one row. */
export const signingKeys: Migration = {
  name: "0005_signing_keys",
  statements: (db, types) => [
    db.schema
      .createTable("tokenry_signing_keys")
      .addColumn("id", sql.raw(types.id), (column) => column.primaryKey().notNull())
      .addColumn("revision", sql.raw(types.integer), (column) => column.notNull())
      .addColumn("document", sql.raw(types.text), (column) => column.notNull()),
  ],
};
