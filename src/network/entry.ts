import { formatRange, parseRange, type Range } from "./range.ts";

/** One entry of a network rule: a range of addresses, or the name of a zone. */
export type Entry =
  | { readonly type: "range"; readonly range: Range }
  | { readonly type: "zone"; readonly name: string };

const ZONE_PREFIX = "zone:";
const ZONE_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether a text may name a zone: 1 to 64 letters, digits, dots, underscores and dashes, all of ASCII. */
export function isZoneName(text: string): boolean {
  return ZONE_NAME.test(text);
}

/**
 * Reads an entry: an address, a CIDR block, a range `a-b`, or `zone:NAME`. Never throws. Source: OKT-13, OKT-41.
 *
 * @example
 * parseEntry("zone:office"); // { type: "zone", name: "office" }
 */
export function parseEntry(text: string): Entry | undefined {
  const name = zoneNameOf(text);
  if (name !== undefined) {
    return isZoneName(name) ? { type: "zone", name } : undefined;
  }
  const range = parseRange(text);
  return range && { type: "range", range };
}

/** Writes an entry in its one canonical form. Source: CORE-55. */
export function formatEntry(entry: Entry): string {
  return entry.type === "zone" ? ZONE_PREFIX + entry.name : formatRange(entry.range);
}

/** What follows `zone:`, be it a proper name or not; `undefined` for an entry that is no zone. */
export function zoneNameOf(text: string): string | undefined {
  return text.startsWith(ZONE_PREFIX) ? text.slice(ZONE_PREFIX.length) : undefined;
}
