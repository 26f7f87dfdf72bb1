import type { Awaitable } from "../ports/awaitable.ts";
import type { Bucket, BudgetStore, Taken } from "../ports/budget-store.ts";
import { isThenable } from "./thenable.ts";

/**
 * Puts the outage policy around a store: `deny` lets the failure through, `allow` lets the call through, `local` budgets it in this
 * process until the store answers again.
 */
export function withOutagePolicy(
  store: BudgetStore,
  local: BudgetStore,
  report: (cause: unknown) => void,
): BudgetStore {
  const policy = store.onOutage ?? "local";
  const instead = (
    cause: unknown,
    buckets: readonly Bucket[],
    cost: number,
    now: number,
  ): Awaitable<Taken> => {
    if (policy === "deny") throw cause;
    report(cause);
    return policy === "allow" ? letThrough(buckets) : local.take(buckets, cost, now);
  };
  return {
    onOutage: policy,
    take(buckets, cost, now) {
      try {
        const taken = store.take(buckets, cost, now);
        if (!isThenable(taken)) return taken;
        return Promise.resolve(taken).catch((cause: unknown) => instead(cause, buckets, cost, now));
      } catch (cause) {
        return instead(cause, buckets, cost, now);
      }
    },
  };
}

function letThrough(buckets: readonly Bucket[]): Taken {
  const states = buckets.map(({ limit, windowMs }) => ({
    limit,
    remaining: limit,
    windowMs,
    resetMs: 0,
  }));
  return { allowed: true, states };
}
