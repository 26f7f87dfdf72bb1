import { quoted } from "../checks.ts";
import type { Network } from "../model.ts";
import { formatEntry, parseEntry } from "./entry.ts";
import { formatRange, parseRange } from "./range.ts";

const MAX_ENTRIES_PER_LIST = 1_000;
const MAX_RANGES_PER_ZONE = 5_000;

/** One kind of list: how long it may be, what it holds, and how one text of it becomes canonical. */
interface ListRule {
  readonly max: number;
  readonly holds: string;
  readonly canonical: (text: string) => string | undefined;
}

const ENTRIES: ListRule = {
  max: MAX_ENTRIES_PER_LIST,
  holds: "an address, a CIDR block, a range a-b or zone:NAME",
  canonical: (text) => {
    const entry = parseEntry(text);
    return entry && formatEntry(entry);
  },
};

const RANGES: ListRule = {
  max: MAX_RANGES_PER_ZONE,
  holds: "an address, a CIDR block or a range a-b",
  canonical: (text) => {
    const range = parseRange(text);
    return range && formatRange(range);
  },
};

/**
 * Checks a network rule that a caller gave, and copies it in canonical form, each entry once; `null` stays `null`: from anywhere.
 *
 * At most 1,000 entries per list. Source: OKT-14, CORE-50, CORE-55, AP-4.
 *
 * @param path names the value in messages: `"network"`
 * @throws {TypeError} for a value of another shape: no object, no array, no string, an unknown property; `undefined` too
 * @throws {RangeError} for an entry that cannot be understood, a list that is too long, and a rule without any entry
 * @example
 * normalizeNetwork({ include: ["::ffff:10.0.0.0/104"] }, "network"); // { include: ["10.0.0.0/8"] }
 */
export function normalizeNetwork(value: unknown, path: string): Network | null {
  if (value === null) {
    return null;
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError(`${path} must be an object or null`);
  }
  const unknown = Reflect.ownKeys(value).find((key) => key !== "include" && key !== "exclude");
  if (unknown !== undefined) {
    throw new TypeError(
      `${path} must have only include and exclude, not ${quoted(String(unknown))}`,
    );
  }
  const include = ownList(value, "include", path);
  const exclude = ownList(value, "exclude", path);
  if (include.length === 0 && exclude.length === 0) {
    throw new RangeError(`${path} must include or exclude something; null restricts nothing`);
  }
  return { ...(include.length > 0 && { include }), ...(exclude.length > 0 && { exclude }) };
}

/**
 * Checks the ranges of a zone that a caller gave, and copies them in canonical form, each once. At least 1, at most 5,000.
 * Source: OKT-41 to OKT-43, AP-4.
 *
 * @param path names the value in messages: `"ranges"`
 * @throws {TypeError} for a value that is no array of strings
 * @throws {RangeError} for a range that cannot be understood, and for too many or none
 * @example
 * normalizeRanges(["192.0.2.0-192.0.2.255"], "ranges"); // ["192.0.2.0/24"]
 */
export function normalizeRanges(value: unknown, path: string): string[] {
  const ranges = normalizeList(value, path, RANGES);
  if (ranges.length === 0) {
    throw new RangeError(`${path} must hold at least one range`);
  }
  return ranges;
}

/** One list of a rule, empty if absent. What an object inherits is not part of what the caller gave. */
function ownList(network: object, key: "include" | "exclude", path: string): string[] {
  const value: unknown = Object.hasOwn(network, key) ? Reflect.get(network, key) : undefined;
  return value === undefined ? [] : normalizeList(value, `${path}.${key}`, ENTRIES);
}

function normalizeList(value: unknown, path: string, rule: ListRule): string[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`${path} must be an array of strings`);
  }
  const items: readonly unknown[] = value;
  if (items.length > rule.max) {
    throw new RangeError(`${path} must hold at most ${rule.max} entries, not ${items.length}`);
  }
  const texts = new Set<string>();
  for (const [index, text] of items.entries()) {
    if (typeof text !== "string") {
      throw new TypeError(`${path}[${index}] must be a string`);
    }
    const canonical = rule.canonical(text);
    if (canonical === undefined) {
      throw new RangeError(`${path}[${index}] must be ${rule.holds}, not ${quoted(text)}`);
    }
    texts.add(canonical);
  }
  return [...texts];
}
