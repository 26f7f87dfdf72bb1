import type { Awaitable } from "./awaitable.ts";

/** What is noted of a request that may be sent again. */
export interface RequestMark {
  /** Tells the request from another under the same key: a hash of what was asked for, 1 to 255 visible ASCII characters. */
  readonly fingerprint: string;
  /** Milliseconds since 1970 (UTC), later than now: the mark is forgotten then, not before, and soon after. */
  readonly until: number;
  /**
   * Whose request it is: a hash, 1 to 255 visible ASCII characters. A store whose room is small sees by it that nobody takes all of it; others
   * need not keep it.
   */
  readonly by?: string;
}

/** What became of an attempt to begin a request. */
export type BegunRequest =
  /** This call has begun it, and no other has. */
  | { readonly state: "begun" }
  | {
      readonly state: "known";
      /** Of the request that has begun it. */
      readonly fingerprint: string;
      /** What it came to; `null`: begun, and not known to be finished. */
      readonly result: string | null;
    }
  /** Of whom it is by, as many are remembered as may be. Nothing was written. */
  | { readonly state: "refused" };

/**
 * Remembers which requests were begun and what they came to, so that a request that is sent again has no second effect.
 *
 * Guarantees: of any number of `beginRequest`s of one key, in all processes, exactly one has begun it until its mark's time is over or it is
 * forgotten; every other is told that one's fingerprint. What `beginRequest` and `finishRequest` wrote is durable when they resolve, and
 * every call that begins later sees it. What is finished stays as it is until its time is over: it is not finished anew, and not
 * forgotten. A repeat changes nothing, the time included. An outage throws, and what depends on it is refused: whether it was written then,
 * nobody knows.
 *
 * Keys are hashes: 64 hexadecimal characters. No mark holds a secret. Only who has begun a request finishes or forgets it.
 */
export interface IdempotencyStore {
  /** Begins a request, unless it is known. `now`: milliseconds since 1970 (UTC). */
  beginRequest(key: string, mark: RequestMark, now: number): Awaitable<BegunRequest>;
  /**
   * Keeps what a request came to: text of at most 64 KiB in UTF-8, without U+0000, which comes back to the byte. Of what is not begun, or
   * not any more, nothing is kept.
   */
  finishRequest(key: string, result: string): Awaitable<void>;
  /** A request that was begun had no effect: it may be begun again. */
  forgetRequest(key: string): Awaitable<void>;
}
