import type { Kysely } from "kysely";
import type { Repository, StoredToken } from "../../ports/repository.ts";
import { type Prepared, prepare } from "./prepared.ts";
import type { Row } from "./row.ts";
import type { Tables } from "./tables.ts";
import { hashBytes, isHash, storedToken, TOKEN_COLUMNS } from "./token-row.ts";
import type { ZoneReader } from "./zone-documents.ts";

/** The read of every call that no cache answers: one statement, compiled once for each number of hashes (one a pepper). */
export function findByHash(db: Kysely<Tables>, readZones: ZoneReader): Repository["findByHash"] {
  const statements = new Map<number, ReturnType<typeof prepareFind>>();
  const statementFor = (count: number) => {
    const statement = statements.get(count) ?? prepareFind(db, count);
    statements.set(count, statement);
    return statement;
  };
  return async (given) => {
    const hashes = given.filter(isHash).map(hashBytes);
    if (hashes.length === 0) return;
    const { rows } = await statementFor(hashes.length)(db, hashes);
    const [row] = rows;
    return row && { token: storedToken(row), zones: readZones(row) };
  };
}

function prepareFind(db: Kysely<Tables>, count: number): Prepared<readonly Uint8Array[], Row> {
  return prepare((parameter) =>
    db
      .selectFrom("tokenry_tokens")
      .leftJoin("tokenry_zone_sets", "tokenry_zone_sets.account", "tokenry_tokens.account")
      .select([...TOKEN_COLUMNS, "tokenry_zone_sets.revision", "tokenry_zone_sets.document"])
      .where(
        "tokenry_tokens.hash",
        "in",
        Array.from({ length: count }, (_, index) => parameter(index)),
      )
      .compile(),
  );
}

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
      if (kind !== undefined) page = page.where("kind", "=", kind);
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
