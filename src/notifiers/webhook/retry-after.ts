const MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
const MONTH_NAMES = MONTHS.split("|");
const TIME = "(?<time>\\d\\d:\\d\\d:\\d\\d)";

/** The three forms of HTTP-date (RFC 9110 section 5.6.7), of which only the first is still written. */
const DATES = [
  `^[A-Z][a-z]{2}, (?<day>\\d\\d) (?<month>${MONTHS}) (?<year>\\d{4}) ${TIME} GMT$`,
  `^[A-Z][a-z]+day, (?<day>\\d\\d)-(?<month>${MONTHS})-(?<year>\\d\\d) ${TIME} GMT$`,
  `^[A-Z][a-z]{2} (?<month>${MONTHS}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`,
].map((form) => new RegExp(form));

/**
 * How long a receiver asks to be left alone, in milliseconds, not negative: seconds, or a date (RFC 9110 section 10.2.3). `undefined` when it
 * says nothing that can be read.
 */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  const at = readDate(value, now);
  return at === undefined ? undefined : Math.max(0, at - now);
}

function readDate(value: string, now: number): number | undefined {
  const groups = DATES.map((form) => form.exec(value)?.groups).find((found) => found !== undefined);
  if (groups === undefined) return undefined;
  const { day = "", month = "", time, year = "" } = groups;
  // The one form that all platforms read alike.
  const number = MONTH_NAMES.indexOf(month) + 1;
  const date = [fullYear(year, now), twoDigits(number), twoDigits(day.trim())].join("-");
  const at = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function twoDigits(value: string | number): string {
  return String(value).padStart(2, "0");
}

/** Of two digits: the year that is at most 50 years ahead. */
function fullYear(year: string, now: number): string | number {
  if (year.length === 4) return year;
  const current = new Date(now).getUTCFullYear();
  const inThisCentury = current - (current % 100) + Number(year);
  return inThisCentury > current + 50 ? inThisCentury - 100 : inThisCentury;
}
