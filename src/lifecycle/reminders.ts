import type { Duration, Expiry } from "../model.ts";
import { addDuration, durationMs } from "./duration.ts";
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
 * per range, and a missed range is not made up for by two at once. What moves the expiry takes off the mark, so that it is announced anew. A
 * threshold as long as the token's whole life is passed over, or a token would be expiring from its first day.
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

/**
 * The latest expiry for which any token may be due a reminder at `now`. Thresholds that are longer than a life count too: tokens that were
 * made under other rules live on.
 */
export function reminderHorizon(
  kinds: readonly { readonly reminders: readonly Duration[] }[],
  now: number,
): number {
  return kinds
    .flatMap(({ reminders }) => reminders)
    .reduce((latest, threshold) => Math.max(latest, latestDue(threshold, now)), now);
}

/** By how much the length of a month or year depends on where it begins. */
const CALENDAR_MS = 4 * 86_400_000;

/** The latest expiry that a threshold may reach from now: `before` measures a calendar one from the expiry. */
function latestDue(threshold: Duration, now: number): number {
  const isExact = durationMs(threshold) !== undefined;
  return addDuration(now, threshold) + (isExact ? 0 : CALENDAR_MS);
}

/** How often a pass is worth while: a small part of the shortest threshold, at most an hour. */
export function reminderIntervalMs(
  kinds: readonly { readonly reminders: readonly Duration[] }[],
): number {
  const shortest = kinds.flatMap(({ reminders }) =>
    reminders.map((threshold) => addDuration(0, threshold) / 24),
  );
  return Math.min(3_600_000, ...shortest);
}

/** Where the life began that ends at the present expiry: a sliding one begins with the use that set it. */
function lifeStart(madeAt: number, expiresAt: number, expiry: Expiry): number {
  return expiry.type === "sliding" ? Math.max(madeAt, before(expiresAt, expiry.unusedFor)) : madeAt;
}

/** A duration before an instant. A calendar one has its length measured forwards from it, which is within three days of backwards. */
function before(instant: number, duration: Duration): number {
  return instant - (addDuration(instant, duration) - instant);
}
