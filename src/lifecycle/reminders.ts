import type { Duration, Expiry } from "../model.ts";
import { addDuration } from "./duration.ts";
import type { Lifetime } from "./expiry.ts";

/** What of a stored token its reminders depend on. */
export interface Remindable extends Lifetime {
  readonly remindedFrom: number | null;
}

/** A reminder that is due: where its range begins, to be stored, and the threshold that it announces. */
export interface DueReminder {
  readonly from: number;
  readonly threshold: Duration;
}

/**
 * Decides which reminder a token is due, if any.
 *
 * Thresholds are ranges (IND-42): with 30, 7 and 1 days before expiry, at 5 days before it the token is in the range of 7. One reminder
 * per range, a missed range is not made up for by two at once, and a moved expiry starts anew, as the range then begins later than the
 * one announced. A threshold as long as the token's whole life is passed over, or a token would be expiring from its first day.
 */
export function dueReminder(
  token: Remindable,
  { expiry, reminders }: { readonly expiry: Expiry; readonly reminders: readonly Duration[] },
  now: number,
): DueReminder | undefined {
  const { expiresAt, remindedFrom } = token;
  if (expiresAt === null || now >= expiresAt) return undefined;
  const start = lifeStart(token.secretCreatedAt, expiresAt, expiry);
  const begun = reminders
    .map((threshold) => ({ threshold, from: before(expiresAt, threshold) }))
    .filter(({ from }) => from > start && from <= now)
    .sort((left, right) => right.from - left.from)[0];
  return begun !== undefined && (remindedFrom === null || begun.from > remindedFrom)
    ? begun
    : undefined;
}

/** The longest threshold from now, in milliseconds: no token that expires later than that is due. */
export function reminderHorizon(thresholds: readonly Duration[], now: number): number {
  return thresholds.reduce(
    (latest, threshold) => Math.max(latest, addDuration(now, threshold)),
    now,
  );
}

/** Where the life began that ends at the present expiry: a sliding one begins with the use that set it. */
function lifeStart(madeAt: number, expiresAt: number, expiry: Expiry): number {
  return expiry.type === "sliding" ? Math.max(madeAt, before(expiresAt, expiry.unusedFor)) : madeAt;
}

/** A duration before an instant. A calendar one has its length measured forwards from it, which is within three days of backwards. */
function before(instant: number, duration: Duration): number {
  return instant - (addDuration(instant, duration) - instant);
}
