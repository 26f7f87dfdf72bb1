import { movedExpiry } from "../../lifecycle/expiry.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import type { FoundToken, Repository, StoredToken, Use } from "../../ports/repository.ts";
import { commitChange, type Store } from "./commit-change.ts";
import { EventLog } from "./event-log.ts";
import { Outbox } from "./outbox.ts";
import { memorySigningKeys } from "./signing-keys.ts";
import { type Row, TokenTable } from "./token-table.ts";
import { ZoneTable } from "./zone-table.ts";

/**
 * Makes a repository that keeps everything in this process: for tests, demonstrations, and services of one process that may forget.
 *
 * Nothing survives the process, and nothing is shared with another. `findByHash` and `touch` answer at once, not by a promise. Events
 * are kept until they are pruned.
 *
 * @example
 * const tokens = createTokenry({ repository: memoryRepository(), directory, kinds, apis });
 */
export function memoryRepository(): Repository & KeyStore {
  const zones = new ZoneTable();
  const [tokens, log, outbox] = [new TokenTable(zones), new EventLog(), new Outbox()];
  const store: Store = { tokens, zones, log, outbox };
  return {
    ...memorySigningKeys(),
    commit: async (change) => commitChange(store, change),
    touch: (uses) => {
      for (const use of uses) touchToken(tokens, use);
    },
    findByHash: (hashes) => findByHash(tokens, hashes),
    findById: async (id) => {
      const row = tokens.findById(id);
      return row === undefined ? undefined : { ...row };
    },
    listByOwner: async ({ owner, kind, after, limit }) =>
      takeCopies(tokens.ownedBy(owner, after), limit, kind),
    expiredBefore: async (now, limit) =>
      takeCopies(
        tokens.expiring(now, () => false),
        limit,
      ),
    expiringBetween: async (from, to, limit, after) => {
      const isBefore = (expiresAt: number, id: string): boolean =>
        expiresAt <= from || (after !== undefined && !isAfter(expiresAt, id, after));
      return takeCopies(tokens.expiring(to, isBefore), limit);
    },
    zones: async (account) => zones.read(account),
    events: async (page) => log.page(page),
    claimNotices: async (claim) => outbox.claim(claim),
    settleNotices: async (outcomes) => outcomes.map((outcome) => outbox.settle(outcome)),
    parkedNotices: async (page) => outbox.parked(page),
    retryNotices: async (choice) => outbox.retry(choice),
    pruneEvents: async (before, limit) => log.prune(before, limit, (event) => outbox.holds(event)),
  };
}

/** On the path of every call: no copy is made, so a use that is noted later may show in the token. */
function findByHash(tokens: TokenTable, hashes: readonly string[]): FoundToken | undefined {
  for (let index = 0; index < hashes.length; index++) {
    const opened = tokens.findByHash(hashes[index] as string);
    if (opened !== undefined) return opened;
  }
  return undefined;
}

function touchToken(tokens: TokenTable, use: Use): void {
  const { id, usedAt } = use;
  const row = tokens.findById(id);
  if (row === undefined || (row.expiresAt !== null && row.expiresAt <= usedAt)) return;
  const opened = row.hash === null ? undefined : tokens.findByHash(row.hash);
  if (opened?.memo !== undefined) opened.memo.isOutdated = true;
  if (row.lastUsedAt === null || row.lastUsedAt < usedAt) row.lastUsedAt = usedAt;
  const moved = movedExpiry(row.expiresAt, use);
  if (moved !== null && moved !== row.expiresAt) tokens.slide(row, moved);
}

/** Copies, because what is decided on these is guarded by their expiry: a use noted meanwhile must not show in them. */
function takeCopies(rows: Iterable<Row>, limit: number, kind?: string): readonly StoredToken[] {
  const copies: StoredToken[] = [];
  for (const row of rows) {
    if (copies.length >= limit) break;
    if (kind === undefined || row.kind === kind) copies.push({ ...row });
  }
  return copies;
}

function isAfter(
  expiresAt: number,
  id: string,
  place: { readonly expiresAt: number; readonly id: string },
): boolean {
  return expiresAt > place.expiresAt || (expiresAt === place.expiresAt && id > place.id);
}
