import { type RawBuilder, sql } from "kysely";
import type { SqlContext } from "./sql-context.ts";

/** A value for each sequence number, as an expression over the rows that have these numbers: one statement then changes them all. */
export function bySequence<Value extends number | string | null>(
  { capabilities }: Pick<SqlContext, "capabilities">,
  values: readonly (readonly [sequence: number, value: Value])[],
): RawBuilder<Value> {
  const cases = values.map(
    ([sequence, value]) => sql`when ${sequence} then ${typed(value, capabilities.dialect)}`,
  );
  return sql<Value>`case sequence ${sql.join(cases, sql` `)} end`;
}

/** PostgreSQL takes a value of which it is not told more for a text. */
function typed(value: number | string | null, dialect: string): RawBuilder<unknown> {
  return dialect === "postgres" && typeof value === "number"
    ? sql`cast(${value} as bigint)`
    : sql`${value}`;
}
