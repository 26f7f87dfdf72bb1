import type { WireEvent, WireEventPage } from "../manage/client/index.ts";

/** The events of one day of the reader's calendar. */
export interface Day {
  /** `2026-03-28`. */
  readonly day: string;
  readonly events: readonly WireEvent[];
}

/** Groups events by the reader's days, in the order in which they come. */
export function byDay(events: readonly WireEvent[]): readonly Day[] {
  const days = new Map<string, WireEvent[]>();
  for (const event of events) {
    const day = dayOf(new Date(event.at));
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return Array.from(days, ([day, ofDay]) => ({ day, events: ofDay }));
}

/** A day of the reader's calendar as a date field has it. */
export function dayOf(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The span of time from the begin of one of the reader's days to the end of another; what is empty bounds nothing.
 *
 * @returns ISO 8601; `until` is the first instant that is not meant
 */
export function daysBetween(from: string, to: string): { since?: string; until?: string } {
  const since = midnight(from, 0);
  const until = midnight(to, 1);
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

/** By the calendar: a day on which the clocks are changed has no 24 hours. */
function midnight(day: string, later: number): string | undefined {
  const [, year, month, date] = /^(\d{4,})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const time = new Date(Number(year), Number(month) - 1, Number(date) + later);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** A day in words: today and yesterday as such, others with their weekday. */
export function dayWords(day: string, today: string, locale: string | undefined): string {
  // Both at noon of UTC: whole days apart, whatever the clocks do.
  const at = new Date(`${day}T12:00:00Z`);
  const ago = Math.round((at.getTime() - Date.parse(`${today}T12:00:00Z`)) / 86_400_000);
  const full = at.toLocaleDateString(locale, { dateStyle: "full", timeZone: "UTC" });
  if (ago > 0 || ago < -1) return full;
  const near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(ago, "day");
  return `${near.charAt(0).toLocaleUpperCase(locale)}${near.slice(1)}, ${full}`;
}

/** What is shown with what happened since before it. Where more happened than a page tells, the page takes its place. */
export function withNews(shown: WireEventPage, page: WireEventPage): WireEventPage {
  const known = new Set(shown.events.map(({ id }) => id));
  const news = page.events.filter(({ id }) => !known.has(id));
  if (news.length === page.events.length) return page;
  return { ...shown, events: [...news, ...shown.events] };
}
