import type { Awaitable } from "../ports/awaitable.ts";
import type { Bucket, BudgetStore, OutagePolicy, Taken } from "../ports/budget-store.ts";
import { isThenable } from "./thenable.ts";

/**
 * Puts the outage policy around a store: `deny` refuses, `allow` lets calls through, `local` budgets them in this process until the store
 * answers again.
 *
 * A breaker without a timer: the first failure begins an outage, and from then on a few calls ask the store while all others go by the
 * policy at once; the first that is answered ends it. So no calls but those wait for a store that hangs. They are of different accounts: of
 * a Redis Cluster one master may be gone, and those of the others must not have to wait for its accounts to find out again that it is.
 *
 * Told of an outage: once, when it begins, as the calls go on; under `deny` with each call that is refused, like any that a port's failure
 * refuses. What was spent locally stays spent from one outage to the next, refilled by time alone: a store that comes and goes grants
 * nothing anew.
 */
export function withOutagePolicy(
  store: BudgetStore,
  local: BudgetStore,
  report: (cause: unknown) => void,
): BudgetStore {
  const breaker = new Breaker(store, local, report);
  return {
    onOutage: breaker.policy,
    take: (buckets, cost, now) => breaker.take(buckets, cost, now),
  };
}

/** Calls that ask at once while the store is out of reach: enough for one of them to be of an account that it still answers. */
const MOST_PROBES = 4;

/** The store is out of reach. */
interface Outage {
  /** What it failed with last. */
  cause: unknown;
  /** The last bucket, which is an account's, of each call that asks. */
  readonly probes: Set<string>;
}

/** A call on its way. */
interface Call {
  readonly buckets: readonly Bucket[];
  readonly cost: number;
  readonly now: number;
  /** How many outages had begun before it. */
  readonly outages: number;
}

class Breaker {
  readonly policy: OutagePolicy;
  readonly #store: BudgetStore;
  readonly #local: BudgetStore;
  readonly #report: (cause: unknown) => void;
  #outage: Outage | undefined;
  /** How many have begun: a call that was on its way when one did tells nothing of the time after it. */
  #outages = 0;

  constructor(store: BudgetStore, local: BudgetStore, report: (cause: unknown) => void) {
    this.policy = store.onOutage ?? "local";
    this.#store = store;
    this.#local = local;
    this.#report = report;
  }

  /** No closure is made here, and so nothing is allocated for one: a store in memory answers at once. */
  take(buckets: readonly Bucket[], cost: number, now: number): Awaitable<Taken> {
    const outages = this.#outages;
    if (this.#outage !== undefined)
      return this.#inOutage({ buckets, cost, now, outages }, this.#outage);
    try {
      const taken = this.#store.take(buckets, cost, now);
      return isThenable(taken) ? this.#awaited(taken, { buckets, cost, now, outages }) : taken;
    } catch (cause) {
      return this.#failed({ buckets, cost, now, outages }, cause);
    }
  }

  #awaited(taken: PromiseLike<Taken>, call: Call): PromiseLike<Taken> {
    return taken.then(undefined, (cause: unknown) => this.#failed(call, cause));
  }

  #failed(call: Call, cause: unknown): Awaitable<Taken> {
    if (call.outages === this.#outages) {
      this.#outages++;
      this.#outage = { cause, probes: new Set() };
      if (this.policy !== "deny") this.#report(cause);
    }
    return this.#instead(call, cause);
  }

  #inOutage(call: Call, outage: Outage): Awaitable<Taken> {
    const { probes } = outage;
    const account = call.buckets.at(-1)?.key ?? "";
    if (probes.size === MOST_PROBES || probes.has(account))
      return this.#instead(call, outage.cause);
    probes.add(account);
    const failed = (cause: unknown): Awaitable<Taken> => {
      outage.cause = cause;
      probes.delete(account);
      return this.#instead(call, cause);
    };
    try {
      const taken = this.#store.take(call.buckets, call.cost, call.now);
      if (!isThenable(taken)) return this.#answered(taken, outage);
      return taken.then((known) => this.#answered(known, outage), failed);
    } catch (cause) {
      return failed(cause);
    }
  }

  /** It tells of its own outage only: of the next one it knows nothing. */
  #answered(taken: Taken, outage: Outage): Taken {
    if (this.#outage === outage) this.#outage = undefined;
    return taken;
  }

  #instead({ buckets, cost, now }: Call, cause: unknown): Awaitable<Taken> {
    if (this.policy === "deny") throw cause;
    return this.policy === "allow" ? letThrough(buckets) : this.#local.take(buckets, cost, now);
  }
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
