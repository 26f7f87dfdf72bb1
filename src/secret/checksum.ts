import { BASE62_VALUES, encodeBase62 } from "./base62.ts";

/** How many base62 characters hold a CRC-32: 62 to the 6th exceeds 2 to the 32nd. */
export const CHECKSUM_LENGTH = 6;

/** The state before the first character: all bits set. */
export const CHECKSUM_START: number = -1;

/**
 * CRC-32/ISO-HDLC, reflected polynomial 0xEDB88320: four tables of 256, so that four characters go in one step ("slicing by 4").
 *
 * Signed, so that the state stays a small integer of the engine.
 */
const TABLES: Int32Array = (() => {
  const tables = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    tables[byte] = remainder;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256] as number;
    tables[index] = (tables[before & 0xff] as number) ^ (before >>> 8);
  }
  return tables;
})();

/** Carries the state over `text[from]` up to `text[to - 1]`, which must be ASCII. */
export function advanceChecksum(state: number, text: string, from: number, to: number): number {
  let next = state;
  for (let index = from; index < to; index++) {
    next = (TABLES[(next ^ text.charCodeAt(index)) & 0xff] as number) ^ (next >>> 8);
  }
  return next;
}

/**
 * Carries the state over `text[from]` up to `text[to - 1]`, as long as all of it is base62.
 *
 * One test at the end instead of one for each character: this runs for each call, and what it is for is nearly always right.
 *
 * @returns the state as a signed 32-bit number, or `undefined` when there is any other character.
 */
export function advanceBase62Checksum(
  state: number,
  text: string,
  from: number,
  to: number,
): number | undefined {
  let next = state;
  let flaws = 0;
  let index = from;
  for (; index + 4 <= to; index += 4) {
    const first = text.charCodeAt(index);
    const second = text.charCodeAt(index + 1);
    const third = text.charCodeAt(index + 2);
    const fourth = text.charCodeAt(index + 3);
    flaws |= base62Flaw(first) | base62Flaw(second) | base62Flaw(third) | base62Flaw(fourth);
    const word = next ^ (first | (second << 8) | (third << 16) | (fourth << 24));
    next =
      (TABLES[768 + (word & 0xff)] as number) ^
      (TABLES[512 + ((word >>> 8) & 0xff)] as number) ^
      (TABLES[256 + ((word >>> 16) & 0xff)] as number) ^
      (TABLES[word >>> 24] as number);
  }
  for (; index < to; index++) flaws |= base62Flaw(text.charCodeAt(index));
  return flaws < 0 ? undefined : advanceChecksum(next, text, to - ((to - from) % 4), to);
}

/** Negative for what is no base62 character. */
function base62Flaw(code: number): number {
  return (BASE62_VALUES[code & 0x7f] as number) | -(code >> 7);
}

/** The six characters at the end of a secret, for the state after everything before them. */
export function finishChecksum(state: number): string {
  return encodeBase62(~state >>> 0, CHECKSUM_LENGTH);
}

/** Whether the last six characters of `text` are the checksum of the state. Reads them as a number: nothing is allocated. */
export function endsWithChecksum(text: string, state: number): boolean {
  let value = 0;
  for (let index = text.length - CHECKSUM_LENGTH; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const digit = code > 127 ? -1 : (BASE62_VALUES[code] as number);
    if (digit < 0) return false;
    value = value * 62 + digit;
  }
  return value === ~state >>> 0;
}
