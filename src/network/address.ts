/**
 * An IP address as unsigned 32-bit words, the most significant first: one word for IPv4, four for IPv6.
 *
 * An IPv4-mapped IPv6 address is always the IPv4 address that it stands for. Source: IP-02.
 */
export type Address = readonly [number] | readonly [number, number, number, number];

/** `0000:0000:0000:0000:0000:0000:255.255.255.255`. */
const LONGEST_ADDRESS = 45;
const GROUPS = 8;
/** How a dual-stack socket writes the addresses of its IPv4 clients. */
const MAPPED_PREFIX = "::ffff:";

const DOT = 0x2e;
const COLON = 0x3a;

/**
 * Reads an IPv4 or IPv6 address, in the forms of RFC 4291 and no others.
 *
 * Refused, because parsers disagree on what they mean: leading zeros, short forms, hexadecimal and integer IPv4, blanks, brackets, ports,
 * zone ids. `::ffff:a.b.c.d` is IPv4; `::a.b.c.d` and `64:ff9b::/96` stay IPv6. Never throws. Source: IP-01 to IP-04, IP-07.
 *
 * @example
 * parseAddress("::ffff:10.1.2.3"); // the same as parseAddress("10.1.2.3")
 * parseAddress("010.1.2.3"); // undefined
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > LONGEST_ADDRESS) {
    return undefined;
  }
  const ipv4 = parseIpv4(text, text.startsWith(MAPPED_PREFIX) ? MAPPED_PREFIX.length : 0);
  return ipv4 === undefined ? parseIpv6(text) : [ipv4];
}

/**
 * Writes an address in its one canonical form: a dotted quad, or RFC 5952 for IPv6. Source: IP-01, CORE-55, TV-06.
 *
 * @example
 * formatAddress([0x20010db8, 0, 0, 1]); // "2001:db8::1"
 */
export function formatAddress(address: Address): string {
  return address.length === 1 ? formatIpv4(address[0]) : formatIpv6(address);
}

/** Negative, zero or positive as `left` is before, the same as or after `right`; every IPv4 address is before every IPv6 address. */
export function compareAddresses(left: Address, right: Address): number {
  if (left.length === 1 || right.length === 1) {
    return left.length - right.length || left[0] - right[0];
  }
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2] || left[3] - right[3];
}

/** The dotted quad that fills `text` from `from` to its end, as one word. By character codes: this is on the path of every call. */
function parseIpv4(text: string, from: number): number | undefined {
  let word = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let position = from; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === DOT) {
      if (digits === 0) {
        return undefined;
      }
      word = word * 0x100 + octet;
      octet = 0;
      digits = 0;
      dots += 1;
      continue;
    }
    const digit = code - 0x30;
    const followsLeadingZero = digits > 0 && octet === 0;
    octet = octet * 10 + digit;
    digits += 1;
    if (digit < 0 || digit > 9 || followsLeadingZero || octet > 0xff) {
      return undefined;
    }
  }
  return dots === 3 && digits > 0 ? word * 0x100 + octet : undefined;
}

function parseIpv6(mixedText: string): Address | undefined {
  const text = withoutQuad(mixedText);
  const gap = text.indexOf("::");
  const groups: number[] = [];
  if (!readGroups(text, 0, gap < 0 ? text.length : gap, groups)) {
    return undefined;
  }
  const before = groups.length;
  if (gap >= 0 && !readGroups(text, gap + 2, text.length, groups)) {
    return undefined;
  }
  const missing = GROUPS - groups.length;
  // "::" stands for one or more groups of zeros (RFC 4291 section 2.2).
  if (gap < 0 ? missing !== 0 : missing < 1) {
    return undefined;
  }
  const groupAt = (index: number): number => {
    if (index < before) {
      return groups[index] ?? 0;
    }
    return index < before + missing ? 0 : (groups[index - missing] ?? 0);
  };
  const wordAt = (index: number): number => groupAt(index) * 0x10000 + groupAt(index + 1);
  const words = [wordAt(0), wordAt(2), wordAt(4), wordAt(6)] as const;
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? [words[3]] : words;
}

/** Writes a dotted quad at the end (RFC 4291 section 2.2, form 3) as two groups; leaves a text without a valid one as it is. */
function withoutQuad(text: string): string {
  const start = text.lastIndexOf(":") + 1;
  const word = text.includes(".") ? parseIpv4(text, start) : undefined;
  return word === undefined ? text : text.slice(0, start) + hexGroups([word]).join(":");
}

/** Appends the groups that fill `text` between two positions, none if they are equal; `false` if there is anything else. */
function readGroups(text: string, from: number, to: number, groups: number[]): boolean {
  let group = 0;
  let digits = 0;
  for (let position = from; position < to; position += 1) {
    const code = text.charCodeAt(position);
    if (code === COLON && digits > 0) {
      groups.push(group);
      group = 0;
      digits = 0;
      continue;
    }
    const digit = hexDigit(code);
    if (digit < 0 || digits === 4) {
      return false;
    }
    group = group * 0x10 + digit;
    digits += 1;
  }
  if (digits > 0) {
    groups.push(group);
  }
  return digits > 0 || from === to;
}

/** The value of a hexadecimal digit, or -1 for any other character. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) {
    return code - 0x30;
  }
  const lowerCase = code | 0x20;
  return lowerCase >= 0x61 && lowerCase <= 0x66 ? lowerCase - 0x57 : -1;
}

function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

function formatIpv6(words: readonly number[]): string {
  const groups = hexGroups(words);
  const { start, length } = longestZeroRun(groups);
  // A single group of zeros is written as 0 (RFC 5952 section 4.2.2).
  return length < 2
    ? groups.join(":")
    : `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

function hexGroups(words: readonly number[]): string[] {
  return words.flatMap((word) => [(word >>> 16).toString(16), (word & 0xffff).toString(16)]);
}

/** The first of the longest runs of zeros (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === "0" ? length + 1 : 0;
    if (length > longest.length) {
      longest = { start: index + 1 - length, length };
    }
  }
  return longest;
}
