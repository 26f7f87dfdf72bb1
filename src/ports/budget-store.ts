import type { BudgetState } from "../model.ts";
import type { Awaitable } from "./awaitable.ts";

/** One budget to spend from: at most `limit` at once, refilled evenly over `windowMs`. */
export interface Bucket {
  /** Holds a token or account id and an API name, or the client address of failed attempts: never a secret or a hash. */
  readonly key: string;
  /** Whole, at least 1. May differ from call to call: a changed limit holds at once, what is spent stays spent. */
  readonly limit: number;
  readonly windowMs: number;
  /**
   * Where present, even as `undefined`: room for what the store made of this bucket, found again when the same object comes. One key may
   * come in several objects.
   */
  memo?: unknown;
}

/** What a take did. */
export interface Taken {
  readonly allowed: boolean;
  /** The state of each bucket after the call, in the order asked. */
  readonly states: readonly BudgetState[];
  /** Refused only: milliseconds until this cost fits into every bucket; absent when it never will (cost over limit). */
  readonly retryAfterMs?: number;
}

/** What to do when the store is out of reach: refuse calls, let them pass, or budget them in this process until it is back. */
export type OutagePolicy = "deny" | "allow" | "local";

/**
 * Counts what tokens and accounts spend.
 *
 * Guarantees: `take` is atomic over all its buckets and all callers in all processes: it spends from every bucket or from none, and a
 * refused call changes nothing. Generic cell rate: at most `limit` at once, refilled evenly, and a steady client at its rate is never
 * refused. Time: `now` is the caller's clock in milliseconds; a store may use its own server's clock instead and says so. A clock that
 * steps back never grants extra. An outage throws.
 */
export interface BudgetStore {
  take(buckets: readonly Bucket[], cost: number, now: number): Awaitable<Taken>;
  /** Default `"local"`. */
  readonly onOutage?: OutagePolicy;
}
