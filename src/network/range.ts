import { type Address, compareAddresses, formatAddress, parseAddress } from "./address.ts";

/** All addresses from `start` to `end`, both included; both are of one family, and `start` is not after `end`. */
export interface Range {
  readonly start: Address;
  readonly end: Address;
}

const BITS_PER_WORD = 32;
/** Bits of an IPv4-mapped IPv6 address before its IPv4 address. */
const MAPPED_PREFIX_BITS = 96;
const PREFIX_BITS = /^(?:0|[1-9][0-9]{0,2})$/;
/** Two of the longest addresses and a dash. */
const LONGEST_RANGE = 91;

/**
 * Reads an address, a CIDR block, or a range `a-b`.
 *
 * A block with host bits set is refused, as is a prefix longer than the address, a range that ends before it starts, and a range across
 * families. A block of IPv4-mapped addresses is the IPv4 block. Never throws. Source: OKT-41, IP-02, IP-04, IP-05.
 *
 * @example
 * parseRange("::ffff:10.0.0.0/104"); // the same as parseRange("10.0.0.0/8")
 * parseRange("10.0.0.1/8"); // undefined
 */
export function parseRange(text: string): Range | undefined {
  if (text.length > LONGEST_RANGE) {
    return undefined;
  }
  const slash = text.indexOf("/");
  if (slash >= 0) {
    return parseBlock(text.slice(0, slash), text.slice(slash + 1));
  }
  const dash = text.indexOf("-");
  if (dash >= 0) {
    return orderedRange(parseAddress(text.slice(0, dash)), parseAddress(text.slice(dash + 1)));
  }
  const address = parseAddress(text);
  return address && { start: address, end: address };
}

/**
 * Writes a range in its one canonical form: the address if there is one only, a CIDR block if it is one, otherwise `a-b`. Equal ranges
 * have equal texts, however they were written. Source: CORE-55.
 *
 * @example
 * formatRange({ start: [0x0a000000], end: [0x0affffff] }); // "10.0.0.0/8"
 */
export function formatRange(range: Range): string {
  const { start, end } = range;
  const prefixBits = commonPrefixBits(start, end);
  if (prefixBits === start.length * BITS_PER_WORD) {
    return formatAddress(start);
  }
  const block = blockOf(start, prefixBits);
  return block !== undefined && compareAddresses(block.end, end) === 0
    ? `${formatAddress(start)}/${prefixBits}`
    : `${formatAddress(start)}-${formatAddress(end)}`;
}

function orderedRange(start: Address | undefined, end: Address | undefined): Range | undefined {
  const isOrdered =
    start !== undefined &&
    end !== undefined &&
    start.length === end.length &&
    compareAddresses(start, end) <= 0;
  return isOrdered ? { start, end } : undefined;
}

function parseBlock(addressText: string, prefixText: string): Range | undefined {
  const address = parseAddress(addressText);
  if (address === undefined || !PREFIX_BITS.test(prefixText)) {
    return undefined;
  }
  const isMapped = address.length === 1 && addressText.includes(":");
  // A mapped block shorter than this would hold IPv4 and IPv6 addresses.
  const prefixBits = Number(prefixText) - (isMapped ? MAPPED_PREFIX_BITS : 0);
  const isPrefix = prefixBits >= 0 && prefixBits <= address.length * BITS_PER_WORD;
  return isPrefix ? blockOf(address, prefixBits) : undefined;
}

/** The block of `prefixBits` that starts at an address; `undefined` if the address has host bits set. */
function blockOf(start: Address, prefixBits: number): Range | undefined {
  const hostMaskAt = (index: number): number => {
    const networkBits = Math.min(Math.max(prefixBits - index * BITS_PER_WORD, 0), BITS_PER_WORD);
    return 2 ** (BITS_PER_WORD - networkBits) - 1;
  };
  if (start.some((word, index) => (word & hostMaskAt(index)) !== 0)) {
    return undefined;
  }
  // The host bits are clear, so that adding the mask sets them.
  const end: Address =
    start.length === 1
      ? [start[0] + hostMaskAt(0)]
      : [
          start[0] + hostMaskAt(0),
          start[1] + hostMaskAt(1),
          start[2] + hostMaskAt(2),
          start[3] + hostMaskAt(3),
        ];
  return { start, end };
}

/** How many leading bits two addresses of one family share. */
function commonPrefixBits(left: Address, right: Address): number {
  const index = left.findIndex((word, position) => word !== right[position]);
  if (index < 0) {
    return left.length * BITS_PER_WORD;
  }
  return index * BITS_PER_WORD + Math.clz32((left[index] ?? 0) ^ (right[index] ?? 0));
}
