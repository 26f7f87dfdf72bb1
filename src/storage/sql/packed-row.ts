import { type RawBuilder, sql } from "kysely";
import { isMysql, type SqlCapabilities } from "./capabilities.ts";
import { type Row, readText, readTextOrNull } from "./row.ts";

/**
 * Stands between the parts of a packed row. JSON and numbers never hold it; a name that does leaves a part too many, and the row is then
 * read by columns.
 */
const SEPARATOR = "\u001f";

/** Stands before a value in a column that may be null. */
const PRESENT = "=";

/** In this order, and then {@link NULLABLE}. */
const REQUIRED = [
  "id",
  "kind",
  "owner",
  "account",
  "name",
  "hint",
  "budgets",
  "created_at",
  "created_by",
  "updated_at",
  "secret_created_at",
  "version",
] as const;

/** At the end what noted uses change: the text before it tells whether anything else has changed. */
const NULLABLE = [
  "pepper",
  "slot",
  "access",
  "network",
  "reminded_from",
  "expires_at",
  "last_used_at",
] as const;

const PARTS = REQUIRED.length + NULLABLE.length;

/**
 * The columns of a token but for its hash as one text. Drivers take longer over a row of twenty columns than a server takes to find it, and
 * one text tells at once whether the row is as it was.
 *
 * For databases whose columns hold what they are declared to hold: in SQLite a text in a column of integers could pass for null.
 */
export function packedToken(capabilities: SqlCapabilities): RawBuilder<string> {
  return joined([
    ...REQUIRED.map((column) => sql.ref(`tokenry_tokens.${column}`)),
    ...NULLABLE.map((column) => orEmpty(marked(sql.ref(`tokenry_tokens.${column}`), capabilities))),
  ]);
}

/** The columns of a set of zones as one text; without a document that has a digest. Null where there is no row. */
export function packedZones(capabilities: SqlCapabilities): RawBuilder<string | null> {
  const [revision, digest, document] = ["revision", "digest", "document"].map((column) =>
    sql.ref(`tokenry_zone_sets.${column}`),
  );
  const short = sql`case when ${digest} is null then ${marked(document, capabilities)} else '' end`;
  const parts = [revision, orEmpty(marked(digest, capabilities)), short];
  return sql`case when ${revision} is not null then ${joined(parts)} end`;
}

function joined(parts: readonly unknown[]): RawBuilder<string> {
  return sql`concat_ws(${sql.lit(SEPARATOR)}, ${sql.join(parts)})`;
}

function orEmpty(text: RawBuilder<unknown>): RawBuilder<string> {
  return sql`coalesce(${text}, '')`;
}

/** Null where the value is. */
function marked(value: unknown, capabilities: SqlCapabilities): RawBuilder<unknown> {
  const mark = sql.lit(PRESENT);
  return isMysql(capabilities) ? sql`concat(${mark}, ${value})` : sql`${mark} || ${value}`;
}

/** The columns that were packed. `undefined`: a text of the row holds what stands between the parts. */
export function unpacked(row: Row): Row | undefined {
  const parts = readText(row, "token").split(SEPARATOR);
  if (parts.length !== PARTS) return undefined;
  const [id, kind, owner, account, name, hint, budgets, ...others] = parts;
  const [created_at, created_by, updated_at, secret_created_at, version, ...nullable] = others;
  const [pepper, slot, access, network, reminded_from, ...uses] = nullable.map(unmarked);
  const [expires_at, last_used_at] = uses;
  const zones = readTextOrNull(row, "zones");
  const [revision = null, digest, document] = zones === null ? [] : zones.split(SEPARATOR);
  return {
    ...{ hash: row.hash, id, kind, owner, account, name, hint, budgets },
    ...{ created_at, created_by, updated_at, secret_created_at, version },
    ...{ pepper, slot, access, network, reminded_from, expires_at, last_used_at },
    ...{ revision, digest: unmarked(digest), document: unmarked(document) },
  };
}

/** What noted uses change, of a row in which nothing else has changed since; `undefined` where something has. */
export function unpackedUses(known: Row, row: Row): Row | undefined {
  const [before, now] = [readText(known, "token"), readText(row, "token")];
  const start = startOfUses(now);
  const isSame = known.zones === row.zones && before.startsWith(now.slice(0, start));
  if (!isSame || startOfUses(before) !== start) return undefined;
  const [expires_at, last_used_at] = now.slice(start).split(SEPARATOR).map(unmarked);
  return { expires_at, last_used_at };
}

function startOfUses(text: string): number {
  return text.lastIndexOf(SEPARATOR, text.lastIndexOf(SEPARATOR) - 1) + 1;
}

function unmarked(part = ""): string | null {
  return part === "" ? null : part.slice(PRESENT.length);
}
