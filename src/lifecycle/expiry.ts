import type { Duration, Expiry } from "../model.ts";
import { addDuration } from "./duration.ts";

/** What of a stored token its expiry depends on. */
export interface Lifetime {
  readonly secretCreatedAt: number;
  readonly expiresAt: number | null;
}

/** `now >= expiresAt` is expired, to the millisecond (CORE-21, R7519-01). */
export function isExpired(token: Pick<Lifetime, "expiresAt">, now: number): boolean {
  return token.expiresAt !== null && !(now < token.expiresAt);
}

/** The expiry of a secret made now. `chosen` counts for kinds with a choice only. Source: CORE-20, CORE-27. */
export function expiryFromNow(expiry: Expiry, now: number, chosen?: Duration): number | null {
  switch (expiry.type) {
    case "never":
      return null;
    case "fixed":
      return addDuration(now, expiry.after);
    case "choice":
      return addDuration(now, chosen ?? expiry.default);
    case "sliding":
      return slide(expiry, now, now);
  }
}

/**
 * The expiry that an accepted use gives: use + window, capped from the making of the secret; `null` where use moves nothing.
 *
 * Never earlier than the stored one, also when the clock has stepped back. Source: OKT-20, CORE-22, CORE-25.
 */
export function expiryAfterUse(expiry: Expiry, token: Lifetime, now: number): number | null {
  if (expiry.type !== "sliding" || token.expiresAt === null) return null;
  const next = slide(expiry, token.secretCreatedAt, now);
  return next > token.expiresAt ? next : null;
}

function slide(
  expiry: Extract<Expiry, { type: "sliding" }>,
  madeAt: number,
  usedAt: number,
): number {
  const next = addDuration(usedAt, expiry.unusedFor);
  return expiry.atMost === undefined ? next : Math.min(next, addDuration(madeAt, expiry.atMost));
}

/** The expiry of a token after a use is noted: forward only, and only while it is not earlier than the one the use was decided on. */
export function movedExpiry(
  stored: number | null,
  use: { readonly expiresAt: number | null; readonly decidedOn?: number | null },
): number | null {
  if (stored === null || use.expiresAt === null) return stored;
  const wasShortened = stored < (use.decidedOn ?? stored);
  return wasShortened ? stored : Math.max(stored, use.expiresAt);
}

/** The earlier of two expiries, where `null` is never. */
export function earlierExpiry(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right;
  return Math.min(left, right);
}
