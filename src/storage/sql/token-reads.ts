import type { Kysely } from "kysely";
import type { Repository, StoredToken } from "../../ports/repository.ts";
import type { Row } from "./row.ts";
import type { Tables } from "./tables.ts";
import { storedToken, TOKEN_COLUMNS } from "./token-row.ts";
import { unindexed } from "./unindexed.ts";

/** The reads of management operations and jobs. */
export function tokenReads(
  db: Kysely<Tables>,
): Pick<Repository, "findById" | "listByOwner" | "expiredBefore" | "expiringBetween"> {
  const tokens = db.selectFrom("tokenry_tokens").select(TOKEN_COLUMNS);
  return {
    async findById(id) {
      const row = await tokens.where("id", "=", id).executeTakeFirst();
      return row && storedToken(row);
    },
    async listByOwner({ owner, kind, after, limit }) {
      let page = tokens.where("owner", "=", owner).orderBy("id").limit(limit);
      // The index of slots has the kind, too, but not in the order of ids.
      if (kind !== undefined) page = page.where(unindexed<string>("kind"), "=", kind);
      if (after !== undefined) page = page.where("id", ">", after);
      return storedTokens(await page.execute());
    },
    async expiredBefore(now, limit) {
      const page = tokens
        .where("expires_at", "<=", now)
        .orderBy("expires_at")
        .orderBy("id")
        .limit(limit);
      return storedTokens(await page.execute());
    },
    async expiringBetween(from, to, limit, after) {
      const range = tokens
        .where("expires_at", "<=", to)
        .orderBy("expires_at")
        .orderBy("id")
        .limit(limit);
      // One lower bound, the tighter one: a database that has two may choose the other for its index and read over all before.
      const page =
        after === undefined || after.expiresAt <= from
          ? range.where("expires_at", ">", from)
          : range.where(({ eb, refTuple, tuple }) =>
              eb(refTuple("expires_at", "id"), ">", tuple(after.expiresAt, after.id)),
            );
      return storedTokens(await page.execute());
    },
  };
}

function storedTokens(rows: readonly Row[]): readonly StoredToken[] {
  return rows.map(storedToken);
}
