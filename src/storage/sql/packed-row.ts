import { type RawBuilder, sql } from "kysely";
import { isMysql, type SqlCapabilities } from "./capabilities.ts";
import { type Row, readText } from "./row.ts";

/**
 * Stands between the parts of a packed row. JSON and numbers never hold it; a name that does leaves a part too many, and the row is then
 * read by columns.
 */
const SEPARATOR = "\u001f";

/** Stands before a value in a column that may be null. */
const PRESENT = "=";

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

const NULLABLE = [
  "pepper",
  "slot",
  "access",
  "network",
  "expires_at",
  "last_used_at",
  "reminded_from",
] as const;

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
  return sql`case when ${revision} is not null then ${joined([revision, orEmpty(marked(digest, capabilities)), short])} end`;
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

/** The columns that were packed. `undefined`: a text in the row holds what stands between the parts. */
export function unpacked(row: Row): Row | undefined {
  const parts = readText(row, "token").split(SEPARATOR);
  if (parts.length !== REQUIRED.length + NULLABLE.length) return undefined;
  const columns: Record<string, unknown> = { hash: row.hash };
  for (const [place, column] of REQUIRED.entries()) columns[column] = parts[place];
  for (const [place, column] of NULLABLE.entries())
    columns[column] = unmarked(parts[REQUIRED.length + place]);
  const [revision, digest, document] =
    row.zones === null ? [] : readText(row, "zones").split(SEPARATOR);
  columns.revision = revision ?? null;
  columns.digest = unmarked(digest);
  columns.document = unmarked(document);
  return columns;
}

function unmarked(part = ""): string | null {
  return part === "" ? null : part.slice(PRESENT.length);
}
