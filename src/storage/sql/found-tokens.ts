import QuickLRU from "quick-lru";
import type { FoundToken, StoredToken } from "../../ports/repository.ts";
import { unpacked } from "./packed-row.ts";
import { type Row, readIntegerOrNull } from "./row.ts";
import { storedToken } from "./token-row.ts";
import type { ZoneReader } from "./zone-documents.ts";

/** Tokens that are kept as they were read, up to twice as many. With what callers make of it, each takes about 3 KB. */
const MOST_TOKENS = 10_000;

/** What a row was read as. */
interface Known {
  readonly row: Row;
  readonly columns: Row;
  readonly found: FoundToken & { readonly token: NotedToken };
}

/** A token of which noted uses change these two fields in place, and nothing else ever changes. */
type NotedToken = StoredToken & { lastUsedAt: number | null; expiresAt: number | null };

/**
 * Reads the rows that look-ups find. A row that is as it was gives the same object, with room for what the caller makes of it: to compare
 * all of a row costs a tenth of what reading it does. It remembers how rows read, not what the database says.
 */
export class FoundTokens {
  readonly #zones: ZoneReader;
  readonly #known = new QuickLRU<string, Known>({ maxSize: MOST_TOKENS });

  constructor(zones: ZoneReader) {
    this.#zones = zones;
  }

  /** `undefined`: the row does not hold all that is needed. Throws where it cannot be read. */
  read(hash: string, row: Row): FoundToken | undefined {
    const known = this.#known.get(hash);
    if (known !== undefined && isSame(known.row, row)) return known.found;
    const columns = "token" in row ? unpacked(row) : row;
    const zones = columns && this.#zones.read(columns);
    if (columns === undefined || zones === undefined) return undefined;
    const isUsed = known?.found.zones === zones && isSame(known.columns, columns, OF_USES);
    const found = isUsed
      ? used(known.found, columns)
      : { token: storedToken(columns), zones, memo: undefined };
    this.#known.set(hash, { row, columns, found });
    return found;
  }
}

/** What noted uses change. */
const OF_USES: ReadonlySet<string> = new Set(["last_used_at", "expires_at"]);

const NOTHING: ReadonlySet<string> = new Set();

/** Whether two rows of one hash have the same values, but for some columns. */
function isSame(known: Row, row: Row, except: ReadonlySet<string> = NOTHING): boolean {
  for (const column in row)
    if (known[column] !== row[column] && column !== "hash" && !except.has(column)) return false;
  return true;
}

function used(found: Known["found"], columns: Row): Known["found"] {
  found.token.lastUsedAt = readIntegerOrNull(columns, "last_used_at");
  found.token.expiresAt = readIntegerOrNull(columns, "expires_at");
  if (found.memo !== undefined) found.memo.isOutdated = true;
  return found;
}
