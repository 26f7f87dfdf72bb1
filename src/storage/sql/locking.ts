import type { SelectQueryBuilder } from "kysely";
import type { SqlCapabilities } from "./capabilities.ts";

/** Whether rows are locked one by one. SQLite has one writer at a time, and a transaction that begins by reading may not become it. */
export function locksRows({ dialect }: Pick<SqlCapabilities, "dialect">): boolean {
  return dialect !== "sqlite";
}

/** The choice of rows that nobody else is at, locked until the transaction ends. */
export function lockingFree<Database, Table extends keyof Database, Output>(
  choice: SelectQueryBuilder<Database, Table, Output>,
  capabilities: Pick<SqlCapabilities, "dialect" | "skipLocked">,
): SelectQueryBuilder<Database, Table, Output> {
  if (!locksRows(capabilities)) return choice;
  return capabilities.skipLocked ? choice.forUpdate().skipLocked() : choice.forUpdate();
}
