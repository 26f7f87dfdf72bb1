import type { WireKind, WireToken } from "../manage/client/index.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A length of time in the unit in which people say it. */
export interface Left {
  readonly unit: "days" | "hours" | "minutes";
  readonly count: number;
}

/**
 * How much time there is until something ends, rounded up and at least a minute. A minute more than a whole day or hour counts as none:
 * the clocks of two machines differ.
 *
 * @example
 * timeLeft(179.5 * 86_400_000); // { unit: "days", count: 180 }
 */
export function timeLeft(leftMs: number): Left {
  const nearly = leftMs - minuteMs;
  if (leftMs > dayMs - minuteMs) return { unit: "days", count: Math.ceil(nearly / dayMs) || 1 };
  if (leftMs > hourMs - minuteMs) return { unit: "hours", count: Math.ceil(nearly / hourMs) || 1 };
  return { unit: "minutes", count: minutesLeft(leftMs) };
}

/** Whole minutes until something ends, at least one. */
export function minutesLeft(leftMs: number): number {
  return Math.max(1, Math.round(leftMs / minuteMs));
}

const STEPS = [
  { unit: "year", ms: 365.25 * dayMs },
  { unit: "month", ms: 30.4375 * dayMs },
  { unit: "day", ms: dayMs },
  { unit: "hour", ms: hourMs },
  { unit: "minute", ms: minuteMs },
] as const;

interface Formatters {
  readonly ago: Intl.RelativeTimeFormat;
  readonly exact: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
}

// To make one takes longer than all else that a row of a list needs.
const made = new Map<string | undefined, Formatters>();

function formatters(locale: string | undefined): Formatters {
  const known = made.get(locale);
  if (known !== undefined) return known;
  const fresh = {
    ago: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
    exact: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
    day: new Intl.DateTimeFormat(locale, { dateStyle: "medium" }),
  };
  made.set(locale, fresh);
  return fresh;
}

/** An instant seen from now: "2 hours ago", "now". One to come by a clock that is ahead is now. */
export function relativeTime(at: number, now: number, locale?: string): string {
  const words = formatters(locale).ago;
  const ago = Math.max(0, now - at);
  const step = STEPS.find(({ ms }) => ago >= ms);
  return step === undefined
    ? words.format(0, "second")
    : words.format(-Math.floor(ago / step.ms), step.unit);
}

/** An instant to the minute, in the reader's own time. */
export function exactTime(at: string, locale?: string): string {
  return formatters(locale).exact.format(new Date(at));
}

/** The day of an instant, in the reader's own time. */
export function dayOf(at: string, locale?: string): string {
  return formatters(locale).day.format(new Date(at));
}

/** What to say of a token's end. */
export type EndText =
  | { readonly name: "ends_never" | "ends_ended" }
  | { readonly name: `ends_${"" | "unused_"}${Left["unit"]}`; readonly count: number };

/** Chooses what to say of a token's end: a use puts off that of a sliding one. */
export function endText(
  { expiresAt, slot }: Pick<WireToken, "expiresAt" | "slot">,
  { expiry, backupFor }: Pick<WireKind, "expiry" | "backupFor">,
  now: number,
): EndText {
  if (expiresAt === null) return { name: "ends_never" };
  const leftMs = Date.parse(expiresAt) - now;
  if (leftMs <= 0) return { name: "ends_ended" };
  const { unit, count } = timeLeft(leftMs);
  // Where there is another bound, it is not known which of the two this is.
  const slides =
    expiry.type === "sliding" &&
    expiry.atMost === undefined &&
    !(slot === "backup" && backupFor !== null);
  return { name: slides ? `ends_unused_${unit}` : `ends_${unit}`, count };
}
