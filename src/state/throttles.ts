import { createThrottle, type Throttle } from "./throttle.ts";

/** What this node does once in a while only, by token or by whatever else it is about. */
export interface Throttles {
  /** Refusals that were recorded of late (CORE-57). */
  readonly refusals: Throttle;
  /** Refusals that the owner was told of late: a client that is refused does not stop, and its owner has one address. */
  readonly refusalNotices: Throttle;
  /** Places of leaks that were recorded of late. */
  readonly leaks: Throttle;
  /** Tokens moved under the current pepper of late: one write at a time, and what failed is tried again after this time. */
  readonly rehashes: Throttle;
}

const MINUTE_MS = 60_000;
const MAX_KEPT = 10_000;

/** Makes them. */
export function createThrottles(): Throttles {
  return {
    refusals: createThrottle(10 * MINUTE_MS, MAX_KEPT),
    refusalNotices: createThrottle(24 * 60 * MINUTE_MS, MAX_KEPT),
    leaks: createThrottle(24 * 60 * MINUTE_MS, MAX_KEPT),
    rehashes: createThrottle(MINUTE_MS, MAX_KEPT),
  };
}
