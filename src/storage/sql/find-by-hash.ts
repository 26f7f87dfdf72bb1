import type { Kysely } from "kysely";
import type { FoundToken, Repository } from "../../ports/repository.ts";
import { type Prepared, prepare } from "./prepared.ts";
import type { Row } from "./row.ts";
import type { Tables } from "./tables.ts";
import { hashBytes, hashOf, isHash, storedToken, TOKEN_COLUMNS } from "./token-row.ts";
import type { ZoneReader } from "./zone-documents.ts";

/** What one caller waits for. */
interface Lookup {
  readonly hashes: readonly string[];
  readonly resolve: (found: FoundToken | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What one statement answers: more waits for the next. */
const MOST_LOOKUPS = 256;

/**
 * The read of every call that no cache answers: one statement, compiled once. What is asked while it runs waits for it and is then
 * answered by one more, so that a crowd of callers costs few statements and a single caller waits for nobody.
 */
export function findByHash(db: Kysely<Tables>, readZones: ZoneReader): Repository["findByHash"] {
  const readRows = rowReader(db);
  const lookups: Lookup[] = [];
  let isAnswering = false;

  async function answer(): Promise<void> {
    isAnswering = true;
    while (lookups.length > 0)
      await answerBatch(lookups.splice(0, MOST_LOOKUPS), readRows, readZones);
    isAnswering = false;
  }

  return (given) => {
    const hashes = given.filter(isHash);
    if (hashes.length === 0) return;
    return new Promise((resolve, reject) => {
      lookups.push({ hashes, resolve, reject });
      if (!isAnswering) void answer();
    });
  };
}

async function answerBatch(
  batch: readonly Lookup[],
  readRows: RowReader,
  readZones: ZoneReader,
): Promise<void> {
  try {
    const rows = await readRows(batch.flatMap(({ hashes }) => hashes));
    for (const lookup of batch) answerLookup(lookup, rows, readZones);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** A row that cannot be read fails the lookup that found it, and no other. */
function answerLookup(
  { hashes, resolve, reject }: Lookup,
  rows: RowsByHash,
  readZones: ZoneReader,
): void {
  try {
    const row = hashes.map((hash) => rows.get(hash)).find((found) => found !== undefined);
    resolve(row && { token: storedToken(row), zones: readZones(row) });
  } catch (error) {
    reject(error);
  }
}

type RowsByHash = ReadonlyMap<string, Row>;
type RowReader = (hashes: readonly string[]) => Promise<RowsByHash>;

/** Reads rows by statements of 1, 2, 4, 8… hashes, so that few are compiled; the first hash fills the places that are left. */
function rowReader(db: Kysely<Tables>): RowReader {
  const statements: Prepared<readonly Uint8Array[], Row>[] = [];
  return async (hashes) => {
    const size = Math.ceil(Math.log2(hashes.length));
    statements[size] ??= prepareFind(db, 2 ** size);
    const places = Array.from(
      { length: 2 ** size },
      (_, place) => hashes[place] ?? hashes[0] ?? "",
    );
    const { rows } = await statements[size](db, places.map(hashBytes));
    return new Map(rows.map((row) => [hashOf(row), row]));
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
