import { unavailable } from "../errors.ts";
import type { Repository } from "../ports/repository.ts";

/** Turns what a repository throws into `unavailable` with its cause. The look-up of a call and the noting of uses have their own care. */
export function guardedRepository(repository: Repository): Repository {
  const guarded = async <Value>(call: () => Promise<Value>): Promise<Value> => {
    try {
      return await call();
    } catch (cause) {
      throw unavailable(cause);
    }
  };
  return {
    findByHash: (hashes) => repository.findByHash(hashes),
    touch: (uses) => repository.touch(uses),
    commit: (change) => guarded(() => repository.commit(change)),
    findById: (id) => guarded(() => repository.findById(id)),
    listByOwner: (page) => guarded(() => repository.listByOwner(page)),
    expiredBefore: (now, limit) => guarded(() => repository.expiredBefore(now, limit)),
    expiringBetween: (from, to, limit, after) =>
      guarded(() => repository.expiringBetween(from, to, limit, after)),
    zones: (account) => guarded(() => repository.zones(account)),
    events: (page) => guarded(() => repository.events(page)),
    claimNotices: (limit, leaseMs, now) =>
      guarded(() => repository.claimNotices(limit, leaseMs, now)),
    settleNotice: (id, outcome) => guarded(() => repository.settleNotice(id, outcome)),
  };
}
