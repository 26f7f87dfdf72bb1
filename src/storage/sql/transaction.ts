import type { Kysely } from "kysely";
import { retrying } from "./retry.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";

/**
 * Does work in one transaction, again while it loses races against others.
 *
 * Where writers run side by side it is isolated as "read committed", whatever the host's default is: each statement sees what was committed
 * before it began, and a write that waits for another's looks at its condition again afterwards. That is what guards rely on; stricter
 * levels would refuse more, and in MySQL lock the gaps between rows, where inserts then wait for each other in a circle.
 */
export function inTransaction<Result>(
  { db, capabilities }: SqlContext,
  work: (transaction: Kysely<Tables>) => Promise<Result>,
): Promise<Result> {
  const transaction = db.transaction();
  const isolated =
    capabilities.dialect === "sqlite"
      ? transaction
      : transaction.setIsolationLevel("read committed");
  return retrying(() => isolated.execute(work), capabilities.isLostRace);
}
