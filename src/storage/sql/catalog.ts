import { type RawBuilder, sql } from "kysely";
import { knownCapabilities } from "./capabilities.ts";
import { nameOf } from "./names.ts";
import type { SqlContext } from "./sql-context.ts";

// What the database is asked before it is changed. `if not exists` would do, but a user who may not create anything is refused that also
// where there is nothing to create.

/** Whether there is a table, by its name after the prefix, where statements will look for it. */
export function hasTable(context: SqlContext, table: string): Promise<boolean> {
  const { schema, prefix } = context.names;
  const name = nameOf({ prefix }, table);
  switch (context.capabilities.dialect) {
    case "postgres": {
      const path = schema === undefined ? `"${name}"` : `"${schema}"."${name}"`;
      // To read pg_class lets the session learn of what others have made since it last looked; to_regclass alone does not.
      return isSome(
        context,
        sql`select 1 from pg_catalog.pg_class where oid = to_regclass(${path})`,
      );
    }
    case "sqlite":
      return isSome(context, sql`select 1 from sqlite_master where name = ${name}`);
    case "mysql":
    case "mariadb": {
      const place = sql`table_schema = coalesce(${schema ?? null}, database())`;
      const tables = sql`select 1 from information_schema.tables`;
      return isSome(context, sql`${tables} where ${place} and table_name = ${name}`);
    }
  }
}

/** Whether there is a schema, in MySQL and MariaDB a database, of this name. */
export function hasSchema(context: SqlContext, schema: string): Promise<boolean> {
  return isSome(
    context,
    context.capabilities.dialect === "postgres"
      ? sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`
      : sql`select 1 from information_schema.schemata where schema_name = ${schema}`,
  );
}

/** Asks the server what it is, where the dialect does not tell: MariaDB and MySQL have different names for the collation needed. */
export async function withServerTypes(context: SqlContext): Promise<SqlContext> {
  const { db, capabilities } = context;
  if (capabilities.dialect !== "mysql") return context;
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db);
  if (!/mariadb/i.test(rows[0]?.version ?? "")) return context;
  const { columnTypes } = knownCapabilities("mariadb");
  return { ...context, capabilities: { ...capabilities, columnTypes } };
}

async function isSome({ db }: SqlContext, query: RawBuilder<unknown>): Promise<boolean> {
  return (await query.execute(db)).rows.length > 0;
}
