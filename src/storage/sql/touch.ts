import { type Kysely, sql } from "kysely";
import type { Repository, Use } from "../../ports/repository.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { retrying } from "./retry.ts";
import { whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";

/** Notes a batch of uses in one transaction, forward only, each column for itself. */
export function touch(context: SqlContext): Repository["touch"] {
  const { db, capabilities } = context;
  const noteUses = capabilities.updateFrom ? noteTogether(context) : noteOneByOne(db);
  return async (uses) => {
    if (uses.length === 0) return;
    const checked = uses.map(checkedUse);
    await retrying(
      () => db.transaction().execute((transaction) => noteUses(transaction, checked)),
      capabilities.isLostRace,
    );
  };
}

function checkedUse(use: Use): Use {
  whole(use.usedAt, "usedAt");
  whole(use.expiresAt, "expiresAt");
  return use;
}
