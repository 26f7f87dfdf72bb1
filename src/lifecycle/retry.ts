/** How often a notice is tried before it is put aside. */
export const MAX_DELIVERY_ATTEMPTS = 20;

const FIRST_DELAY_MS = 5000;
const LONGEST_DELAY_MS = 3_600_000;

/** What to do with a notice whose delivery failed: try again later, or put it aside. */
export type RetryDecision =
  | { readonly type: "retry"; readonly at: number }
  | { readonly type: "park" };

/**
 * Decides about a failed delivery: each wait is twice the one before, from 5 seconds to an hour, and after twenty tries, about
 * half a day, the notice is parked.
 *
 * @param attempt 1 for the first try.
 * @param jitter 0 up to 1: shortens the wait by up to half, so that what failed together does not come back together.
 */
export function decideRetry(attempt: number, now: number, jitter: number): RetryDecision {
  if (attempt >= MAX_DELIVERY_ATTEMPTS) return { type: "park" };
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return { type: "retry", at: Math.ceil(now + delay * (1 - jitter / 2)) };
}
