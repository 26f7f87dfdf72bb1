import type {
  Change,
  EventPage,
  Repository,
  StoredEvent,
  StoredToken,
} from "../../ports/repository.ts";

/** The present of every case. */
export const NOW: number = Date.UTC(2026, 10, 22, 12);
export const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;

/** Places where cases put things. Another account, and another owner of the first account, must not see them. */
export const ACCOUNT = "acme";
export const OWNER = "alice";

let made = 0;

/** A fresh id; ids sort in the order of their making. */
export function sampleId(): string {
  made += 1;
  return `0199a5c0-0000-7000-8000-${made.toString(16).padStart(12, "0")}`;
}

/** A fresh hash: 64 hexadecimal characters. */
export function sampleHash(): string {
  made += 1;
  return `f${made.toString(16).padStart(7, "0")}`.repeat(8);
}

/** A token with a fresh id and hash, without a slot, an expiry or restrictions, and with the given fields. */
export function sampleToken(fields: Partial<StoredToken> = {}): StoredToken {
  return {
    id: sampleId(),
    hash: sampleHash(),
    pepper: null,
    kind: "personal",
    owner: OWNER,
    account: ACCOUNT,
    name: "sample",
    slot: null,
    hint: "pat_…wxyz",
    access: null,
    network: null,
    budgets: {},
    createdAt: NOW,
    createdBy: OWNER,
    updatedAt: NOW,
    secretCreatedAt: NOW,
    expiresAt: null,
    lastUsedAt: null,
    remindedFrom: null,
    version: 1,
    ...fields,
  };
}

/** `count` tokens with the same fields. */
export function sampleTokens(
  count: number,
  fields: Partial<StoredToken> = {},
): readonly StoredToken[] {
  return Array.from({ length: count }, () => sampleToken(fields));
}

/** An event with a fresh id that is not delivered, and with the given fields. */
export function sampleEvent(fields: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: sampleId(),
    type: "token.updated",
    at: NOW,
    account: ACCOUNT,
    owner: OWNER,
    tokenId: null,
    kind: null,
    actor: OWNER,
    outcome: "done",
    data: {},
    deliver: false,
    ...fields,
  };
}

/** Commits a change that must succeed. */
export async function commitOk(repository: Repository, change: Partial<Change>): Promise<void> {
  const committed = await repository.commit({ events: [], ...change });
  if (!committed.ok)
    throw new Error(`a change that must succeed failed: ${JSON.stringify(committed)}`);
}

/** Inserts one token with the given fields, and hands it back. */
export async function insertToken(
  repository: Repository,
  fields: Partial<StoredToken> = {},
): Promise<StoredToken> {
  const token = sampleToken(fields);
  await commitOk(repository, { insert: [token] });
  return token;
}

/** The stored state of a token that must exist. */
export async function storedToken(repository: Repository, id: string): Promise<StoredToken> {
  const token = await repository.findById(id);
  if (token === undefined) throw new Error(`a token that must exist is not stored: ${id}`);
  return token;
}

/** The ids of an owner's tokens. */
export async function ownedIds(
  repository: Repository,
  owner: string = OWNER,
): Promise<readonly string[]> {
  return idsOf(await repository.listByOwner({ owner, limit: 1000 }));
}

/** The ids of the events of an account, newest first. */
export async function eventIds(
  repository: Repository,
  page: Partial<EventPage> = {},
): Promise<readonly string[]> {
  return idsOf(await repository.events({ account: ACCOUNT, limit: 1000, ...page }));
}

export function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id);
}

/** Waits for a random time of at most `atMostMs`, so that what runs beside it meets in ever new orders. */
export function jitter(atMostMs = 3): Promise<void> {
  const delayMs = Math.random() * atMostMs;
  return delayMs < 1 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, delayMs));
}
