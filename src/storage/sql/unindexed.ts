import { type RawBuilder, sql } from "kysely";

/**
 * A column for a condition that must not choose the index: to a database without statistics every index with an equality looks as good
 * as another. The same value, but an expression, and no index is on it.
 */
export function unindexed<Value>(column: string): RawBuilder<Value> {
  return sql<Value>`coalesce(${sql.ref(column)}, ${sql.ref(column)})`;
}
