import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import QuickLRU from "quick-lru";
import type { Zone } from "../../model.ts";
import type { ZoneSet } from "../../ports/repository.ts";
import { isZones } from "./documents.ts";
import { type Row, readDocument, readInteger, readText, readTextOrNull } from "./row.ts";
import type { ZoneSetRow } from "./tables.ts";

/** Accounts whose zones are kept parsed. */
const MOST_ACCOUNTS = 1000;

/** A document of so many characters is long: to bring it with each look-up costs more than the look-up. */
const LONG_DOCUMENT = 1024;

const NO_ZONES: ZoneSet = Object.freeze({ revision: 0, zones: Object.freeze([]) });

interface Parsed {
  readonly digest: string | null;
  readonly document: string;
  readonly set: ZoneSet;
}

/**
 * Zones as columns. A long document has a digest, and a node that knows it reads the digest in its place. The digest names its revision:
 * version 0.1.0 writes documents and leaves the digest as it was.
 */
export function zoneColumns(
  revision: number,
  zones: readonly Zone[],
): Pick<ZoneSetRow, "revision" | "document" | "digest"> {
  const document = JSON.stringify(zones);
  const isLong = document.length >= LONG_DOCUMENT;
  const digest = isLong ? `${revision}:${bytesToHex(sha256(utf8ToBytes(document)))}` : null;
  return { revision, document, digest };
}

/**
 * Reads the zones in rows with `account`, `revision`, `digest` and `document`, and parses a document of an account once: the same text
 * gives the same object, which a caller may key what it derives by. Texts or their digests are compared, and not revisions, as these do
 * not tell two databases apart.
 */
export class ZoneReader {
  readonly #parsed = new QuickLRU<string, Parsed>({ maxSize: MOST_ACCOUNTS });

  /** `undefined`: in the place of its document the row has the digest of one that is not known. */
  read(row: Row): ZoneSet | undefined {
    // An account without zones had no row to be joined.
    if (row.revision === null) return NO_ZONES;
    const account = readText(row, "account");
    const revision = readInteger(row, "revision");
    const digest = readTextOrNull(row, "digest");
    const document = readTextOrNull(row, "document");
    const parsed = this.#parsed.get(account);
    if (parsed?.set.revision === revision && parsed.digest === digest) {
      const isSame =
        document === null ? digest?.startsWith(`${revision}:`) : document === parsed.document;
      if (isSame) return parsed.set;
    }
    if (document === null) return undefined;
    const set = { revision, zones: readDocument(row, "document", isZones) };
    this.#parsed.set(account, { digest, document, set });
    return set;
  }
}
