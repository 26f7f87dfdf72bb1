import type { Duration, Expiry } from "../../../src/index.ts";

// Says which reminders are to be sent, from the requirements alone (IND-42, CORE-20 to CORE-29): nothing of src/ is asked.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a kind says of its tokens' lives. */
export interface Rules {
  readonly expiry: Expiry;
  readonly reminders: readonly Duration[];
}

/** A reminder: when it was sent, and of which threshold. */
export interface Reminder {
  readonly at: number;
  readonly threshold: string;
}

/** An instant that much later, on the calendar of UTC. */
export function later(instant: number, duration: Duration): number {
  const { years = 0, months = 0, weeks = 0, days = 0, hours = 0 } = duration;
  const date = new Date(instant);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 12 * years + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay));
  const timeOfDay = ((instant % DAY_MS) + DAY_MS) % DAY_MS;
  return midnight + timeOfDay + (7 * weeks + days) * DAY_MS + hours * HOUR_MS;
}

/** A duration of one unit in words. */
function inWords(duration: Duration): string {
  const [unit = "", count = 0] = Object.entries(duration)[0] ?? [];
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}

/** A token as its owner could work it out on paper. */
export class PaperToken {
  readonly rules: Rules;
  readonly sent: Reminder[] = [];
  madeAt: number;
  expiresAt: number;
  /** What has taken its place is announced instead. */
  isReplaced = false;
  /** Where the ranges began that were announced of the present life. */
  #announced: number[] = [];

  constructor(rules: Rules, now: number, chosen?: Duration) {
    this.rules = rules;
    this.madeAt = now;
    this.expiresAt = end(rules.expiry, now, chosen);
  }

  /** Where one of the ranges begins, or, as one more, where the life ends. */
  edge(range: number): number {
    const { reminders } = this.rules;
    const threshold = reminders[range % (reminders.length + 1)];
    return threshold === undefined ? this.expiresAt : this.#before(threshold);
  }

  isAlive(now: number): boolean {
    return now < this.expiresAt;
  }

  /** A new secret, or a new choice of how long to live from now on: either way another life. */
  renew(now: number, { chosen, isNewSecret }: { chosen?: Duration; isNewSecret: boolean }): void {
    if (isNewSecret) this.madeAt = now;
    this.#live(end(this.rules.expiry, now, chosen));
  }

  /** An accepted use: it moves the end of a sliding token, forwards only. */
  use(now: number): void {
    const { expiry } = this.rules;
    if (expiry.type !== "sliding" || !this.isAlive(now)) return;
    const wished = later(now, expiry.unusedFor);
    const cap = expiry.atMost === undefined ? wished : later(this.madeAt, expiry.atMost);
    const moved = Math.min(wished, cap);
    if (moved > this.expiresAt) this.#live(moved);
  }

  /** A pass of the job: one reminder for the range that it is now, unless this or a nearer one was announced in this life. */
  pass(now: number): number {
    const range = this.#rangeAt(now);
    if (this.isReplaced || range === undefined) return 0;
    if (this.#announced.some((from) => from >= range.from)) return 0;
    this.#announced.push(range.from);
    this.sent.push({ at: now, threshold: inWords(range.threshold) });
    return 1;
  }

  #live(expiresAt: number): void {
    this.expiresAt = expiresAt;
    this.#announced = [];
  }

  /** The nearest of the thresholds that have begun. One as long as a life says nothing. */
  #rangeAt(now: number): { readonly from: number; readonly threshold: Duration } | undefined {
    if (!this.isAlive(now)) return undefined;
    const ranges = this.rules.reminders
      .map((threshold) => ({ threshold, from: this.#before(threshold) }))
      .filter(({ threshold, from }) => from <= now && this.#isShorterThanLife(threshold, from));
    return ranges.sort((left, right) => right.from - left.from)[0];
  }

  /** A calendar month before the end is as long as the one that follows it. */
  #before(threshold: Duration): number {
    return 2 * this.expiresAt - later(this.expiresAt, threshold);
  }

  #isShorterThanLife(threshold: Duration, from: number): boolean {
    const { expiry } = this.rules;
    const isShorterThanWindow =
      expiry.type !== "sliding" || later(0, threshold) < later(0, expiry.unusedFor);
    return from > this.madeAt && isShorterThanWindow;
  }
}

function end(expiry: Expiry, now: number, chosen?: Duration): number {
  switch (expiry.type) {
    case "never":
      return Number.POSITIVE_INFINITY;
    case "fixed":
      return later(now, expiry.after);
    case "choice":
      return later(now, chosen ?? expiry.default);
    case "sliding":
      return Math.min(later(now, expiry.unusedFor), later(now, expiry.atMost ?? expiry.unusedFor));
  }
}
