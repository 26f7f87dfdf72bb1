import type { WireDuration } from "../manage/client/index.ts";
import { type Saying, say } from "./texts.ts";

const UNITS = ["year", "month", "week", "day", "hour", "minute", "second"] as const;
const MS = { week: 604_800_000, day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 };

/**
 * A duration in the words of a language.
 *
 * @example
 * durationWords({ years: 1, months: 6 }, "en"); // "1 year, 6 months"
 */
export function durationWords(duration: WireDuration, locale: string | undefined): string {
  const parts = UNITS.flatMap((unit) => {
    const count = duration[`${unit}s`] ?? 0;
    if (count === 0) return [];
    const style = { style: "unit", unit, unitDisplay: "long" } as const;
    return [new Intl.NumberFormat(locale, style).format(count)];
  });
  return new Intl.ListFormat(locale, { type: "unit" }).format(parts);
}

/**
 * How long a budget's window is, as it follows a number of calls: "a minute", "in 15 minutes".
 *
 * @param windowMs milliseconds, at least 1
 */
export function windowWords(windowMs: number, saying: Saying): string {
  switch (windowMs) {
    case MS.second:
      return say("per_second", saying);
    case MS.minute:
      return say("per_minute", saying);
    case MS.hour:
      return say("per_hour", saying);
    case MS.day:
      return say("per_day", saying);
    default:
      return say("per_window", {
        ...saying,
        values: { window: durationWords(durationOf(windowMs), saying.locale) },
      });
  }
}

/** The fewest units that make up a length: 90 seconds are 1 minute, 30 seconds. */
function durationOf(lengthMs: number): WireDuration {
  const duration: WireDuration = {};
  let rest = lengthMs;
  for (const unit of UNITS) {
    if (unit === "year" || unit === "month") continue;
    const count = unit === "second" ? rest / MS.second : Math.floor(rest / MS[unit]);
    if (count > 0) duration[`${unit}s`] = count;
    rest -= count * MS[unit];
  }
  return duration;
}
