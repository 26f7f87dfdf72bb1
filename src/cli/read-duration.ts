import type { Duration } from "../model.ts";
import { wrongUse } from "./command-error.ts";

const UNITS: readonly (readonly [unit: keyof Duration, names: RegExp])[] = [
  ["years", /^(y|years?)$/],
  ["months", /^(mo|months?)$/],
  ["weeks", /^(w|weeks?)$/],
  ["days", /^(d|days?)$/],
  ["hours", /^(h|hours?)$/],
  ["minutes", /^(min|minutes?)$/],
  ["seconds", /^(s|seconds?)$/],
];
const WHOLE = /^(\s*\d{1,9}\s*[a-z]+\s*,?)+$/i;
const PART = /(\d{1,9})\s*([a-z]+)/gi;

/**
 * Reads a length of time as people write it. Throws `wrongUse`.
 *
 * @example
 * readDuration("1 year, 6 months", "--expires-in"); // { years: 1, months: 6 }
 */
export function readDuration(text: string, path: string): Duration {
  if (!WHOLE.test(text)) throw notUnderstood(path);
  const duration: { -readonly [Unit in keyof Duration]: number } = {};
  for (const [, count, name = ""] of text.matchAll(PART)) {
    const unit = UNITS.find(([, names]) => names.test(name.toLowerCase()))?.[0];
    if (unit === undefined || duration[unit] !== undefined) throw notUnderstood(path);
    duration[unit] = Number(count);
  }
  return duration;
}

function notUnderstood(path: string): Error {
  return wrongUse(
    `${path} must be a length of time such as "3 months" or 90d.`,
    "Units are years, months (mo), weeks, days, hours, minutes (min) and seconds.",
  );
}
