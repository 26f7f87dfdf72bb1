import type { LookUpObservation } from "../ports/observer.ts";
import type { Change, FoundToken, Repository } from "../ports/repository.ts";
import { createTokenMemory, type TokenMemory, type TokenMemoryOptions } from "./token-memory.ts";

/** A repository that answers look-ups from memory. */
export interface CachedRepository extends Repository {
  /** Forgets what the keys of the invalidation bus name; `"*"` forgets everything. */
  forget(keys: readonly string[]): void;
}

/** How a repository answers from memory. */
export interface CacheSettings extends TokenMemoryOptions {
  /** Is told of each look-up. Must not throw. */
  readonly lookedUp?: ((observation: LookUpObservation) => void) | undefined;
}

/**
 * Keeps what `findByHash` finds, by hash, and loads what several calls wait for once.
 *
 * A change made through this repository is seen by the next look-up. A change made elsewhere is seen when its key arrives on the bus, and
 * after `ttlMs` at the latest.
 */
export function cachedRepository(repository: Repository, options: CacheSettings): CachedRepository {
  const memory = createTokenMemory(options);
  const recall = observedRecall(memory, options.lookedUp);
  const loads = new Map<string, Promise<FoundToken | undefined>>();

  const forget = (keys: readonly string[]): void => {
    // A load that began before the change may bring what was before it: nobody joins it, and its answer is not kept.
    loads.clear();
    for (const key of keys) memory.forget(key);
  };
  const load = (hashes: readonly string[], key: string): Promise<FoundToken | undefined> => {
    const at = options.now();
    const isCurrent = (): boolean => loads.get(key) === loading;
    const loading: Promise<FoundToken | undefined> = Promise.resolve(repository.findByHash(hashes))
      .then((found) => {
        if (isCurrent()) memory.keep(key, found ?? null, at);
        return found;
      })
      .finally(() => {
        if (isCurrent()) loads.delete(key);
      });
    loads.set(key, loading);
    return loading;
  };
  return {
    ...passedThrough(repository),
    forget,
    findByHash(hashes) {
      const key = hashes[0];
      if (key === undefined) return;
      const remembered = recall(key);
      if (remembered !== undefined) return remembered ?? undefined;
      return loads.get(key) ?? load(hashes, key);
    },
    async commit(change) {
      try {
        return await repository.commit(change);
      } finally {
        // Also after a failure: whether the change happened is then unknown.
        forget(keysOf(change));
      }
    },
    async touch(uses) {
      await repository.touch(uses);
      // Or the same use would be noted again, and a sliding expiry look passed.
      memory.show(uses);
    },
  };
}

function observedRecall(
  { recall }: Pick<TokenMemory, "recall">,
  lookedUp: CacheSettings["lookedUp"],
): TokenMemory["recall"] {
  if (lookedUp === undefined) return recall;
  return (hash) => {
    const remembered = recall(hash);
    lookedUp({ hit: remembered !== undefined });
    return remembered;
  };
}

function keysOf(change: Change): string[] {
  const tokens = [...(change.update ?? []), ...(change.remove ?? [])].map(
    ({ id }) => `token:${id}`,
  );
  return change.zones?.zones === undefined ? tokens : [...tokens, `zones:${change.zones.account}`];
}

/** The methods that memory has no part in. */
function passedThrough(
  repository: Repository,
): Omit<Repository, "commit" | "touch" | "findByHash"> {
  return {
    findById: (id) => repository.findById(id),
    listByOwner: (page) => repository.listByOwner(page),
    expiredBefore: (now, limit) => repository.expiredBefore(now, limit),
    expiringBetween: (from, to, limit, after) => repository.expiringBetween(from, to, limit, after),
    zones: (account) => repository.zones(account),
    events: (page) => repository.events(page),
    claimNotices: (claim) => repository.claimNotices(claim),
    settleNotices: (outcomes) => repository.settleNotices(outcomes),
    parkedNotices: (page) => repository.parkedNotices(page),
    retryNotices: (choice) => repository.retryNotices(choice),
    pruneEvents: (before, limit) => repository.pruneEvents(before, limit),
  };
}
