import { type CompiledQuery, sql } from "kysely";
import { isMysql } from "./capabilities.ts";
import { packedToken, packedZones } from "./packed-row.ts";
import { type Template, template } from "./prepared.ts";
import type { SqlContext } from "./sql-context.ts";
import { hashBytes, TOKEN_COLUMNS } from "./token-row.ts";

/** Makes the statement that finds the tokens of these hashes, at least one, each with its account's zones. */
export type FindQuery = (hashes: readonly string[]) => CompiledQuery;

/** Finds rows of {@link TOKEN_COLUMNS}, `revision`, `digest` and `document`; `"short"`: a document that has a digest is left out. */
export function findColumns({ db }: SqlContext, extent: "short" | "whole"): FindQuery {
  const [digest, document] = [
    sql.ref<string | null>("tokenry_zone_sets.digest"),
    sql.ref<string | null>("tokenry_zone_sets.document"),
  ];
  const short = sql<string | null>`case when ${digest} is null then ${document} end`;
  const find = db
    .selectFrom("tokenry_tokens")
    .leftJoin("tokenry_zone_sets", "tokenry_zone_sets.account", "tokenry_tokens.account")
    .select([...TOKEN_COLUMNS, "tokenry_zone_sets.revision", "tokenry_zone_sets.digest"])
    .select((extent === "short" ? short : document).as("document"));
  return inLists(hashBytes, (places) => find.where("tokenry_tokens.hash", "in", places).compile());
}

/** Finds packed rows: `hash`, `token` and `zones`. */
export function findPacked(context: SqlContext): FindQuery {
  return isMysql(context.capabilities) ? packedInMysql(context) : packedInPostgres(context);
}

function packedInMysql({ db, capabilities }: SqlContext): FindQuery {
  const hash = sql.ref("tokenry_tokens.hash");
  const find = db
    .selectFrom("tokenry_tokens")
    .leftJoin("tokenry_zone_sets", "tokenry_zone_sets.account", "tokenry_tokens.account")
    .select(sql<string>`lower(hex(${hash}))`.as("hash"))
    .select(packedToken(capabilities).as("token"))
    .select(packedZones(capabilities).as("zones"));
  return inLists(asIs, (places) => {
    const list = sql.join(places.map((place) => sql`unhex(${place})`));
    return find.where(sql<boolean>`${hash} in (${list})`).compile();
  });
}

/**
 * One statement for a single hash, another for any number.
 *
 * PostgreSQL takes a list that it does not know for one of ten, and plans anew for each list that looks cheaper than that. Nulls match
 * nothing and make a list look dearer: with them the plan is made once. A plan costs as much as thirty look-ups.
 */
function packedInPostgres({ db, capabilities }: SqlContext): FindQuery {
  const hash = sql.ref("tokenry_tokens.hash");
  const find = db
    .selectFrom("tokenry_tokens")
    .select(sql<string>`encode(${hash}, 'hex')`.as("hash"))
    .select(packedToken(capabilities).as("token"));
  // For one token a subquery costs less than a join, for many more.
  const zones = db
    .selectFrom("tokenry_zone_sets")
    .select(packedZones(capabilities).as("zones"))
    .where("tokenry_zone_sets.account", "=", sql.ref<string>("tokenry_tokens.account"));
  const one = template<readonly string[]>((parameter) =>
    find
      .select(zones.as("zones"))
      .where(sql<boolean>`${hash} = decode(${parameter(0)}, 'hex')`)
      .compile(),
  );
  const many = template<readonly string[]>((parameter) =>
    find
      .leftJoin("tokenry_zone_sets", "tokenry_zone_sets.account", "tokenry_tokens.account")
      .select(packedZones(capabilities).as("zones"))
      .where(sql<boolean>`${hash} = any(${parameter(0)})`)
      .compile(),
  );
  return (hashes) => (hashes.length === 1 ? one.fill(hashes) : many.fill([byteaArray(hashes)]));
}

/** From this length on the list is no shorter than it looks. */
const FULL_LIST = 32;

/** A list of bytes as PostgreSQL spells one. */
function byteaArray(hashes: readonly string[]): string {
  const nulls = ",null".repeat(Math.max(0, FULL_LIST - hashes.length));
  return `{"\\\\x${hashes.join('","\\\\x')}"${nulls}}`;
}

/** Statements of 1, 2, 4, 8… places, so that few are compiled; the first hash fills the places that are left. */
function inLists<Place>(
  placeOf: (hash: string) => Place,
  build: (places: readonly Place[]) => CompiledQuery,
): FindQuery {
  const templates: Template<readonly Place[]>[] = [];
  return (hashes) => {
    const size = 2 ** Math.ceil(Math.log2(hashes.length));
    templates[size] ??= template((parameter) =>
      build(Array.from({ length: size }, (_, index) => parameter(index))),
    );
    const filled = Array.from({ length: size }, (_, index) => hashes[index] ?? hashes[0] ?? "");
    return templates[size].fill(filled.map(placeOf));
  };
}

function asIs(hash: string): string {
  return hash;
}
