import { BASE62_VALUES, encodeBase62 } from "./base62.ts";

/** How many base62 characters hold a CRC-32: 62 to the 6th exceeds 2 to the 32nd. */
export const CHECKSUM_LENGTH = 6;

/** The state before the first character: all bits set. */
export const CHECKSUM_START: number = -1;

/** CRC-32/ISO-HDLC, reflected polynomial 0xEDB88320. */
const TABLE: Int32Array = (() => {
  // Signed, so that the state stays a small integer of the engine.
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    table[byte] = remainder;
  }
  return table;
})();

/** Carries the state over `text[from]` up to `text[to - 1]`, which must be ASCII. */
export function advanceChecksum(state: number, text: string, from: number, to: number): number {
  let next = state;
  for (let index = from; index < to; index++) {
    next = (TABLE[(next ^ text.charCodeAt(index)) & 0xff] as number) ^ (next >>> 8);
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
  for (let index = from; index < to; index++) {
    const code = text.charCodeAt(index);
    flaws |= (BASE62_VALUES[code & 0x7f] as number) | -(code >> 7);
    next = (TABLE[(next ^ code) & 0xff] as number) ^ (next >>> 8);
  }
  return flaws < 0 ? undefined : next;
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
