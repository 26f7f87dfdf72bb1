import { type RawBuilder, sql } from "kysely";

/** The function by which a database reads a list of rows out of one JSON text. */
export type ListFunction = "json_to_recordset" | "json_each" | "json_table";

/** The type of a column of a list. */
type ColumnType = "text" | "integer";

/**
 * A list of objects, given as one JSON text, as rows named `alias`: a statement over any number of rows is then always the same text, with
 * one value. A key that an object does not have is null. Rows come in the order of the list.
 *
 * @example
 * sql`select * from ${listed("json_each", "uses", { id: "text", used_at: "integer" }, json)}`
 */
export function listed(
  list: ListFunction,
  alias: string,
  columns: Readonly<Record<string, ColumnType>>,
  json: unknown,
): RawBuilder<unknown> {
  const [name, entries] = [sql.id(alias), Object.entries(columns)];
  if (list === "json_to_recordset") {
    const types = { text: sql`varchar`, integer: sql`bigint` };
    const defined = entries.map(([column, type]) => sql`${sql.id(column)} ${types[type]}`);
    return sql`json_to_recordset(cast(${json} as json)) as ${name} (${sql.join(defined)})`;
  }
  if (list === "json_table") {
    const types = { text: sql`varchar(255) character set utf8mb4`, integer: sql`bigint` };
    const defined = entries.map(
      ([column, type]) => sql`${sql.id(column)} ${types[type]} path ${sql.lit(`$.${column}`)}`,
    );
    return sql`json_table(${json}, '$[*]' columns (${sql.join(defined)})) as ${name}`;
  }
  const read = entries.map(
    ([column]) => sql`json_extract(value, ${sql.lit(`$.${column}`)}) as ${sql.id(column)}`,
  );
  return sql`(select ${sql.join(read)} from json_each(${json})) as ${name}`;
}
