import type { Awaitable } from "./awaitable.ts";

/**
 * Remembers for a while what may be used once: the proofs and assertions of OAuth clients, and access tokens that were revoked.
 *
 * Guarantees: of any number of `add`s of one key, in all processes, exactly one answers `true` until the key's time is over; it is
 * remembered when that answer comes. A key is forgotten when its `ttlMs` is over, not before, and soon after. Keys are hashes: they hold no
 * token and no secret. An outage throws, and what depends on it is refused.
 */
export interface ReplayStore {
  /** Remembers a key for `ttlMs` (whole, at least 1). `false`: it is remembered already, for as long as it was. */
  add(key: string, ttlMs: number, now: number): Awaitable<boolean>;
  /** Whether a key is remembered. */
  has(key: string, now: number): Awaitable<boolean>;
}
