import { type Address, compareAddresses } from "./address.ts";
import type { Range } from "./range.ts";

/**
 * Ranges made ready for many checks: by family, the words of start and end of each range, sorted and free of overlaps.
 *
 * Plain arrays: a typed array of one range takes 224 bytes, a plain one 64, and tokens by the million may hold a set each.
 */
export interface RangeSet {
  readonly ipv4: readonly number[];
  readonly ipv6: readonly number[];
}

const NO_BOUNDS: readonly number[] = [];

/** Sorts and merges ranges, in any order and overlapping or not, for {@link rangeSetContains}. */
export function compileRanges(ranges: readonly Range[]): RangeSet {
  return {
    ipv4: boundsOf(ranges.filter((range) => range.start.length === 1)),
    ipv6: boundsOf(ranges.filter((range) => range.start.length === 4)),
  };
}

/** Whether an address is in any range of the set; an IPv4 address is in no IPv6 range, `::/0` included. Source: IP-05, TV-07. */
export function rangeSetContains(set: RangeSet, address: Address): boolean {
  return address.length === 1
    ? wordsContain(set.ipv4, address[0])
    : boundsContain(set.ipv6, address);
}

/** The same search as {@link boundsContain} for addresses of one word: half the cost, and most calls come by IPv4. */
function wordsContain(bounds: readonly number[], word: number): boolean {
  let low = 0;
  let high = bounds.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle * 2] as number) <= word) low = middle + 1;
    else high = middle;
  }
  return low > 0 && (bounds[low * 2 - 1] as number) >= word;
}

function boundsContain(bounds: readonly number[], address: Address): boolean {
  const width = address.length;
  let low = 0;
  let high = bounds.length / (width * 2);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(bounds, middle * 2 * width, address) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // `low` ranges start at or before the address: only the last of them can hold it.
  return low > 0 && compareAt(bounds, (low * 2 - 1) * width, address) >= 0;
}

/** Compares the bound that starts at `offset` with an address of the same family. */
function compareAt(bounds: readonly number[], offset: number, address: Address): number {
  for (let index = 0; index < address.length; index += 1) {
    const difference = (bounds[offset + index] ?? 0) - (address[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function boundsOf(ranges: readonly Range[]): readonly number[] {
  if (ranges.length === 0) {
    return NO_BOUNDS;
  }
  const bounds = mergeRanges(ranges).flatMap((range) => [...range.start, ...range.end]);
  // An array that grew has room for more; its copy has not.
  return bounds.slice();
}

function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  const sorted = [...ranges].sort((left, right) => compareAddresses(left.start, right.start));
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last === undefined || compareAddresses(range.start, last.end) > 0) {
      merged.push(range);
    } else if (compareAddresses(range.end, last.end) > 0) {
      merged[merged.length - 1] = { start: last.start, end: range.end };
    }
  }
  return merged;
}
