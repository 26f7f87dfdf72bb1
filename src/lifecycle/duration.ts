import { quoted } from "../checks.ts";
import type { Duration } from "../model.ts";

type Unit = keyof Duration;

const units: readonly Unit[] = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"];

const dayMs = 86_400_000;
/** The mean year of the Gregorian calendar: 365.2425 days. */
const yearMs = 365.2425 * dayMs;
const maximumYears = 1000;

/** Calendar months of a duration: its years and months. */
function monthsOf(duration: Duration): number {
  return (duration.years ?? 0) * 12 + (duration.months ?? 0);
}

/** Milliseconds of the units that are always of one length. UTC has no daylight saving, so a day is one. */
function exactMs(duration: Duration): number {
  const days = (duration.weeks ?? 0) * 7 + (duration.days ?? 0);
  const minutes = (duration.hours ?? 0) * 60 + (duration.minutes ?? 0);
  return days * dayMs + minutes * 60_000 + (duration.seconds ?? 0) * 1000;
}

/** Steps over whole UTC calendar months, clamped to the last day of the month that is reached. */
function addMonths(startMs: number, months: number): number {
  const date = new Date(startMs);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // The 31st overflows into the month after a shorter one (T-08); day 0 of that month is the last of the one meant.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}

/**
 * The instant that lies a duration after another, in milliseconds since 1970 (UTC).
 *
 * Years and months are one UTC calendar step, clamped to the last day of the month; the exact units follow. Source: CORE-27, TV-04.
 *
 * @example
 * addDuration(Date.UTC(2024, 7, 31), { months: 6 }) === Date.UTC(2025, 1, 28);
 */
export function addDuration(startMs: number, duration: Duration): number {
  const months = monthsOf(duration);
  return (months === 0 ? startMs : addMonths(startMs, months)) + exactMs(duration);
}

/**
 * The exact length of a duration in milliseconds, or `undefined` when it has months or years, which have no one length.
 *
 * @example
 * durationMs({ minutes: 1 }) === 60_000;
 */
export function durationMs(duration: Duration): number | undefined {
  return monthsOf(duration) === 0 ? exactMs(duration) : undefined;
}

/**
 * Whether two durations step to the same instant from every start: a year is 12 months, a week 7 days, a day 24 hours.
 *
 * @example
 * equalDurations({ years: 1 }, { months: 12 }) === true;
 */
export function equalDurations(a: Duration, b: Duration): boolean {
  return monthsOf(a) === monthsOf(b) && exactMs(a) === exactMs(b);
}

/**
 * A duration in words, for messages.
 *
 * @example
 * formatDuration({ years: 1, months: 6 }) === "1 year, 6 months";
 */
export function formatDuration(duration: Duration): string {
  const parts: string[] = [];
  for (const unit of units) {
    const count = duration[unit] ?? 0;
    if (count > 0) parts.push(`${count} ${count === 1 ? unit.slice(0, -1) : unit}`);
  }
  return parts.join(", ");
}

function isUnit(key: string): key is Unit {
  return (units as readonly string[]).includes(key);
}

function validateCount(count: unknown, path: string): number {
  if (typeof count !== "number") throw new TypeError(`${path} must be a whole number`);
  if (!Number.isInteger(count)) throw new RangeError(`${path} must be a whole number`);
  if (count < 0) throw new RangeError(`${path} must not be negative`);
  return count;
}

/**
 * Checks a duration that came from outside and returns a frozen copy without its zero fields.
 *
 * `path` names the value in messages: `kinds.personal.expiry.after`. At most 1000 years in all, so that no date overflows.
 *
 * @throws TypeError for anything but an object of numbers under the names of units; RangeError for a count that is not whole or is
 * negative, for all zero, and for more than 1000 years.
 *
 * @example
 * const after = validateDuration(options.after, "kinds.personal.expiry.after");
 */
export function validateDuration(value: unknown, path: string): Duration {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${path} must be a duration such as { days: 30 }`);
  }
  const duration: { -readonly [Name in Unit]?: number } = {};
  for (const [key, count] of Object.entries(value)) {
    if (!isUnit(key))
      throw new TypeError(`${path}: ${quoted(key)} is not a unit of time: use ${units.join(", ")}`);
    // `{ days: undefined }` is how JavaScript callers leave a unit out.
    if (count === undefined) continue;
    const whole = validateCount(count, `${path}.${key}`);
    if (whole > 0) duration[key] = whole;
  }
  const years = monthsOf(duration) / 12 + exactMs(duration) / yearMs;
  if (years === 0) throw new RangeError(`${path} must be longer than zero`);
  if (years > maximumYears) throw new RangeError(`${path} must be at most ${maximumYears} years`);
  return Object.freeze(duration);
}

/**
 * The length of a duration from outside, in milliseconds.
 *
 * @throws TypeError or RangeError that names the path, also for months and years, which have no one length.
 */
export function exactLength(value: Duration, path: string): number {
  const length = durationMs(validateDuration(value, path));
  if (length !== undefined) return length;
  throw new RangeError(`${path} must be in weeks, days, hours, minutes or seconds`);
}
