import { checkText } from "../../checks.ts";

const LONGEST_PREFIX = 100;

/** `options.prefix`, of budgets and replays alike. */
export function checkPrefix(prefix: unknown): string {
  if (prefix === "") return prefix;
  const text = checkText(prefix, LONGEST_PREFIX, "options.prefix");
  if (/[{}]/.test(text)) throw new RangeError("options.prefix must not hold braces");
  return text;
}
