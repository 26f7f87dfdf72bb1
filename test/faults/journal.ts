/** One thing that the child does to an owner's tokens. */
export type Deed =
  | { readonly name: "issue" | "rotate"; readonly kind: string }
  | { readonly name: "regenerate" | "revoke"; readonly tokenId: string }
  | { readonly name: "update"; readonly tokenId: string; readonly called: string }
  | { readonly name: "confirm"; readonly code: string }
  | { readonly name: "revokeCurrent"; readonly secret: string }
  | { readonly name: "revokeAll" | "deliver" };

/** A line of the child's journal: what it begins, what was acknowledged or refused, or which notice it was given. */
export interface Line {
  readonly owner?: string;
  readonly begun?: Deed;
  readonly done?: Deed;
  readonly refused?: Deed;
  readonly delivered?: string;
  readonly tokenId?: string;
  readonly secret?: string;
  readonly revoked?: number;
}

/** A deed as the journal leaves it: acknowledged with its result, or begun and never answered, when it may have been done or not. */
export interface Entry {
  readonly deed: Deed;
  readonly isAcknowledged: boolean;
  readonly tokenId: string | undefined;
  readonly secret: string | undefined;
  readonly revoked: number | undefined;
}

/** What the journals of one file's children say, in order. */
export interface Journal {
  /** By owner. */
  readonly entries: Map<string, Entry[]>;
  /** Ids of the notices that were handed over. */
  readonly delivered: Set<string>;
}

export function emptyJournal(): Journal {
  return { entries: new Map(), delivered: new Set() };
}

/** Adds what one child wrote before it was killed. A line that was cut off is none. */
export function addLines(journal: Journal, text: string): void {
  const open = new Map<string, Deed>();
  for (const line of text.split("\n").slice(0, -1)) {
    // A cast: the child writes nothing else.
    const { owner = "", begun, done, delivered, ...result } = JSON.parse(line) as Line;
    if (delivered !== undefined) journal.delivered.add(delivered);
    if (begun !== undefined) open.set(owner, begun);
    else open.delete(owner);
    if (done !== undefined)
      addEntry(journal, owner, { deed: done, isAcknowledged: true, ...result });
  }
  for (const [owner, deed] of open) addEntry(journal, owner, { deed, isAcknowledged: false });
}

function addEntry(
  journal: Journal,
  owner: string,
  entry: Pick<Entry, "deed" | "isAcknowledged"> & Partial<Line>,
): void {
  const entries = journal.entries.get(owner) ?? [];
  journal.entries.set(owner, entries);
  const { deed, isAcknowledged, tokenId, secret, revoked } = entry;
  entries.push({ deed, isAcknowledged, tokenId, secret, revoked });
}
