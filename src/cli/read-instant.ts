import { wrongUse } from "./command-error.ts";

const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(?: ?(Z|UTC|[+-]\d\d:\d\d))?)?$/;

/**
 * Reads an instant as the tables write it, and as ISO 8601 has it: UTC where no offset is said. Throws `wrongUse`.
 *
 * @example
 * readInstant("2026-11-30 12:00", "--since"); // 2026-11-30T12:00:00.000Z
 */
export function readInstant(text: string, path: string): Date {
  const [, day, time = "00:00", offset = "Z"] = INSTANT.exec(text) ?? [];
  const date = new Date(`${day}T${time}${offset === "UTC" ? "Z" : offset}`);
  if (day !== undefined && isDay(day) && !Number.isNaN(date.getTime())) return date;
  throw wrongUse(
    `${path} must be a time such as 2026-11-30, "2026-11-30 12:00:00" or 2026-11-30T12:00:00+01:00.`,
    "Without an offset it is UTC, as in the tables.",
  );
}

/** Engines take 31 February for 3 March. */
function isDay(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
