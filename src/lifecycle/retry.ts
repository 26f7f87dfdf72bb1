/** How often a notice is tried before it is put aside. */
export const MAX_DELIVERY_ATTEMPTS = 20;

const FIRST_DELAY_MS = 5000;
const LONGEST_DELAY_MS = 3_600_000;
/** A receiver that asks to be left alone for longer is asked again after a day. */
const LONGEST_WISH_MS = 86_400_000;

/** So many failures in a row are the channel's, not the notices'. */
const FAILURES_TO_PAUSE = 5;
const LONGEST_PAUSE_MS = 60_000;

/** What to do with a notice whose delivery failed: try again later, or put it aside. */
export type RetryDecision =
  | { readonly type: "retry"; readonly at: number }
  | { readonly type: "park" };

/** A delivery that failed. */
export interface FailedDelivery {
  /** 1 for the first. */
  readonly tries: number;
  readonly now: number;
  /** 0 up to 1: shortens the wait by up to half, so that what failed together does not come back together. */
  readonly jitter: number;
  /** To try again is of no use. */
  readonly isFinal?: boolean | undefined;
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Decides about a failed delivery: each wait is twice the one before, from 5 seconds to an hour, or as long as the receiver asked for;
 * after twenty tries, about half a day, the notice is parked.
 */
export function decideRetry(failed: FailedDelivery): RetryDecision {
  const { tries, now, jitter, isFinal = false, retryAfterMs = 0 } = failed;
  if (isFinal || tries >= MAX_DELIVERY_ATTEMPTS) return { type: "park" };
  const delay = doubled(FIRST_DELAY_MS, tries - 1, LONGEST_DELAY_MS) * (1 - jitter / 2);
  const wish = Math.min(LONGEST_WISH_MS, retryAfterMs);
  return { type: "retry", at: Math.ceil(now + Math.max(delay, wish)) };
}

/**
 * Decides whether a channel is left alone after failures in a row, and until when. A mail server that is down is then asked by one notice
 * now and then, at most a minute apart, instead of by every notice that waits, and the tries of the others are not used up.
 *
 * @returns `undefined`: the channel goes on.
 */
export function decidePause(
  failuresInRow: number,
  now: number,
  jitter: number,
): number | undefined {
  if (failuresInRow < FAILURES_TO_PAUSE) return undefined;
  const delay = doubled(FIRST_DELAY_MS, failuresInRow - FAILURES_TO_PAUSE, LONGEST_PAUSE_MS);
  return Math.ceil(now + delay * (1 - jitter / 2));
}

function doubled(first: number, times: number, longest: number): number {
  return Math.min(longest, first * 2 ** times);
}
