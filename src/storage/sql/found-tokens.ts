import QuickLRU from "quick-lru";
import type { FoundToken, StoredToken } from "../../ports/repository.ts";
import { unpacked, unpackedUses } from "./packed-row.ts";
import { type Row, readIntegerOrNull } from "./row.ts";
import { storedToken } from "./token-row.ts";
import type { ZoneReader } from "./zone-documents.ts";

/** Tokens that are kept as they were read, up to twice as many. With what callers make of it, each takes about 3 KB. */
const MOST_TOKENS = 10_000;

/** What a row was read as. */
interface Known {
  readonly row: Row;
  readonly found: FoundToken & { readonly token: NotedToken };
}

/** A token of which noted uses change these two fields in place, and nothing else ever changes. */
type NotedToken = StoredToken & { lastUsedAt: number | null; expiresAt: number | null };

/** How rows come: their columns, whether two of a hash are the same, and what differs where it is but what noted uses change. */
interface RowForm {
  readonly columns: (row: Row) => Row | undefined;
  readonly isSame: (known: Row, row: Row) => boolean;
  readonly usesOf: (known: Row, row: Row) => Row | undefined;
}

const PACKED: RowForm = {
  columns: unpacked,
  isSame: (known, row) => known.token === row.token && known.zones === row.zones,
  usesOf: unpackedUses,
};

/** What noted uses change. */
const OF_USES: ReadonlySet<string> = new Set(["expires_at", "last_used_at"]);

const IN_COLUMNS: RowForm = {
  columns: (row) => row,
  isSame: (known, row) => isSameBut(OF_NOTHING, known, row),
  usesOf: (known, row) => (isSameBut(OF_USES, known, row) ? row : undefined),
};

const OF_NOTHING: ReadonlySet<string> = new Set();

function isSameBut(except: ReadonlySet<string>, known: Row, row: Row): boolean {
  for (const column in row)
    if (known[column] !== row[column] && column !== "hash" && !except.has(column)) return false;
  return true;
}

/**
 * Reads the rows that look-ups find. A row that is as it was gives the same object, with room for what the caller makes of it: to compare
 * all of a row costs a tenth of what reading it does. It remembers how rows read, not what the database says.
 */
export class FoundTokens {
  readonly #zones: ZoneReader;
  readonly #form: RowForm;
  readonly #known = new QuickLRU<string, Known>({ maxSize: MOST_TOKENS });

  /** `isPacked`: how the rows come. */
  constructor(zones: ZoneReader, isPacked: boolean) {
    this.#zones = zones;
    this.#form = isPacked ? PACKED : IN_COLUMNS;
  }

  /** `undefined`: the row does not hold all that is needed, see {@link readWhole}. Throws where it cannot be read. */
  read(hash: string, row: Row): FoundToken | undefined {
    const known = this.#known.get(hash);
    if (known !== undefined && this.#form.isSame(known.row, row)) return known.found;
    const found = (known && this.#used(known, row)) ?? this.#read(this.#form.columns(row));
    if (found !== undefined) this.#known.set(hash, { row, found });
    return found;
  }

  /** Reads a row of all columns, with the whole document. */
  readWhole(row: Row): FoundToken | undefined {
    return this.#read(row);
  }

  #read(columns: Row | undefined): Known["found"] | undefined {
    const zones = columns && this.#zones.read(columns);
    if (columns === undefined || zones === undefined) return undefined;
    return { token: storedToken(columns), zones, memo: undefined };
  }

  /** What was found before, where nothing but a noted use has changed it: then what the caller made of it needs little to be renewed. */
  #used({ row: known, found }: Known, row: Row): Known["found"] | undefined {
    const uses = this.#form.usesOf(known, row);
    if (uses === undefined) return undefined;
    found.token.lastUsedAt = readIntegerOrNull(uses, "last_used_at");
    found.token.expiresAt = readIntegerOrNull(uses, "expires_at");
    if (found.memo !== undefined) found.memo.isOutdated = true;
    return found;
  }
}
