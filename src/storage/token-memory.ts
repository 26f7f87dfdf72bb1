import QuickLRU from "quick-lru";
import { movedExpiry } from "../lifecycle/expiry.ts";
import type { FoundToken, Use } from "../ports/repository.ts";

/** How long tokens are remembered, and how many. */
export interface TokenMemoryOptions {
  /** Milliseconds. The bound on how long after a change on another node this one may still answer as before. */
  readonly ttlMs: number;
  /** The most tokens kept; the least recently used go first. */
  readonly max: number;
  readonly now: () => number;
}

/** What look-ups found, by hash, for a while. Holds hashes, never secrets. */
export interface TokenMemory {
  /** What was found under a hash; `null`: there was nothing; `undefined`: not remembered. */
  recall(hash: string): FoundToken | null | undefined;
  /** `at`: when the look-up began; what it found may be as old as that. */
  keep(hash: string, found: FoundToken | null, at: number): void;
  /** Shows noted uses on what is remembered. */
  show(uses: readonly Use[]): void;
  /** Forgets what a key of the invalidation bus names. */
  forget(key: string): void;
}

interface Entry {
  readonly found: FoundToken | null;
  readonly at: number;
}

/** Hashes that open nothing are remembered for a shorter time. */
const NOTHING_TTL_MS = 1000;

/** Makes an empty memory. */
export function createTokenMemory({ ttlMs, max, now }: TokenMemoryOptions): TokenMemory {
  const hashOfToken = new Map<string, string>();
  const release = (hash: string, { found }: Entry): void => {
    if (found !== null && hashOfToken.get(found.token.id) === hash) {
      hashOfToken.delete(found.token.id);
    }
  };
  // It holds up to twice its size less one.
  const entries = new QuickLRU<string, Entry>({ maxSize: Math.ceil(max / 2), onEviction: release });
  const drop = (hash: string): void => {
    const entry = entries.peek(hash);
    if (entry !== undefined) release(hash, entry);
    entries.delete(hash);
  };
  const recall = (hash: string): FoundToken | null | undefined => {
    const entry = entries.get(hash);
    if (entry === undefined) return undefined;
    const age = now() - entry.at;
    const limit = entry.found === null ? Math.min(NOTHING_TTL_MS, ttlMs) : ttlMs;
    return age >= 0 && age < limit ? entry.found : undefined;
  };
  const put = (hash: string, entry: Entry): void => {
    // First away with what is there: the cache may hold an older copy of the entry, and let go of the token when that one leaves.
    drop(hash);
    entries.set(hash, entry);
    if (entry.found !== null) hashOfToken.set(entry.found.token.id, hash);
  };
  const keep = (hash: string, found: FoundToken | null, at: number): void => {
    // A secret that was regenerated on another node: from here on only the new one would be forgotten.
    if (found !== null) drop(hashOfToken.get(found.token.id) ?? hash);
    // Room for what the caller makes of the token, which lasts as long as it is remembered.
    put(hash, { found: found === null ? null : { ...found, memo: undefined }, at });
  };
  const show = (uses: readonly Use[]): void => {
    for (const use of uses) {
      const hash = hashOfToken.get(use.id);
      const entry = hash === undefined ? undefined : entries.peek(hash);
      if (hash !== undefined && entry?.found) {
        put(hash, { found: withUse(entry.found, use), at: entry.at });
      }
    }
  };
  const dropWhere = (isMeant: (found: FoundToken) => boolean): void => {
    for (const [hash, { found }] of [...entries.entriesAscending()])
      if (found !== null && isMeant(found)) drop(hash);
  };
  const forget = (key: string): void => {
    const id = key.slice(key.indexOf(":") + 1);
    if (key === "*") {
      entries.clear();
      hashOfToken.clear();
    }
    if (key.startsWith("token:")) drop(hashOfToken.get(id) ?? "");
    if (key.startsWith("zones:")) dropWhere(({ token }) => token.account === id);
    if (key.startsWith("owned:")) dropWhere(({ token }) => token.owner === id);
  };
  return { recall, keep, show, forget };
}

/** Forward only, as in the store. */
function withUse({ token, zones }: FoundToken, use: Use): FoundToken {
  const lastUsedAt = Math.max(token.lastUsedAt ?? use.usedAt, use.usedAt);
  const expiresAt = movedExpiry(token.expiresAt, use);
  return { token: { ...token, lastUsedAt, expiresAt }, zones, memo: undefined };
}
