/** Words by plural category of the language; `#` stands for the number. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** How a language writes times, numbers and lists. */
export interface MailFormat {
  /** A time with its zone. `undefined` for no time, or one that no calendar has. */
  time(at: number | undefined): string | undefined;
  /** How long until then, in words: "in 7 days". `undefined` when it is past. */
  until(lengthMs: number): string | undefined;
  /**
   * @example
   * facts.format.plural(facts.count, { one: "# token", other: "# tokens" });
   */
  plural(count: number, forms: PluralForms): string;
  /** "a, b, and c". */
  list(items: readonly string[]): string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The largest distance from 1970 that a Date can have. */
const LAST_INSTANT = 8.64e15;

/** Makes the formats of a language that Intl may not know: English is next. A zone that it does not know is UTC. */
export function createFormat(locale: string, timeZone: string | undefined): MailFormat {
  const locales = [locale, "en"];
  const numbers = new Intl.NumberFormat(locales);
  const rules = new Intl.PluralRules(locales);
  const times = timeFormat(locales, timeZone);
  return {
    time: (at) =>
      at === undefined || !(Math.abs(at) <= LAST_INSTANT)
        ? undefined
        : plainSpaces(times.format(at)),
    until(lengthMs) {
      const parts = roundedLength(lengthMs);
      if (parts === undefined) return;
      return plainSpaces(new Intl.RelativeTimeFormat(locales).format(parts.count, parts.unit));
    },
    plural(count, forms) {
      const form = forms[rules.select(count)] ?? forms.other;
      return form.replaceAll("#", plainSpaces(numbers.format(count)));
    },
    list: (items) => new Intl.ListFormat(locales).format(items),
  };
}

function timeFormat(locales: string[], timeZone = "UTC"): Intl.DateTimeFormat {
  const options = {
    ...({ year: "numeric", month: "long", day: "numeric" } as const),
    ...({ hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const),
  };
  try {
    return new Intl.DateTimeFormat(locales, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(locales, { ...options, timeZone: "UTC" });
  }
}

/** The narrow spaces of some languages are boxes in many a mail program. */
function plainSpaces(text: string): string {
  return text.replace(/[\u202f\u2009]/g, " ");
}

/**
 * Whole days, hours or minutes, rounded down so that nobody is told of time that is not there; but a reminder that comes some minutes after
 * its day has begun still speaks of that day.
 */
function roundedLength(
  lengthMs: number,
): { readonly count: number; readonly unit: "day" | "hour" | "minute" } | undefined {
  if (!(lengthMs > 0 && lengthMs <= LAST_INSTANT)) return undefined;
  const days = Math.floor((lengthMs + 2 * HOUR_MS) / DAY_MS);
  if (days > 0) return { count: days, unit: "day" };
  const hours = Math.floor((lengthMs + 5 * MINUTE_MS) / HOUR_MS);
  if (hours > 0) return { count: hours, unit: "hour" };
  return { count: Math.max(1, Math.floor(lengthMs / MINUTE_MS)), unit: "minute" };
}
