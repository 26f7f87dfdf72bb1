import QuickLRU from "quick-lru";
import type { ZoneSet } from "../../ports/repository.ts";
import { isZones } from "./documents.ts";
import { type Row, readDocument, readInteger, readText } from "./row.ts";

/** Accounts whose zones are kept parsed. */
const MOST_ACCOUNTS = 1000;

const NO_ZONES: ZoneSet = Object.freeze({ revision: 0, zones: Object.freeze([]) });

/** Reads the zones in a row with `account`, `revision` and `document`; both null where the account has no zones. */
export type ZoneReader = (row: Row) => ZoneSet;

interface Parsed {
  readonly document: string;
  readonly set: ZoneSet;
}

/**
 * Makes a reader that parses the document of an account once: the same text gives the same object, which a caller may key what it
 * derives by. Comparing texts costs far less than parsing them and, other than a revision, still tells two databases apart.
 */
export function zoneReader(): ZoneReader {
  const parsed = new QuickLRU<string, Parsed>({ maxSize: MOST_ACCOUNTS });
  return (row) => {
    if (row.document === null) return NO_ZONES;
    const account = readText(row, "account");
    const document = readText(row, "document");
    const revision = readInteger(row, "revision");
    const known = parsed.get(account);
    if (known?.document === document && known.set.revision === revision) return known.set;
    const set = { revision, zones: readDocument(row, "document", isZones) };
    parsed.set(account, { document, set });
    return set;
  };
}
