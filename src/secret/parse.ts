import {
  advanceBase62Checksum,
  advanceChecksum,
  CHECKSUM_LENGTH,
  CHECKSUM_START,
  endsWithChecksum,
} from "./checksum.ts";

/** Random characters of a secret: 32 × log2(62) = 190 bits. */
export const BODY_LENGTH = 32;

const TAIL_LENGTH = BODY_LENGTH + CHECKSUM_LENGTH;

/** A prefix that is accepted, ready to be compared with. */
export interface KnownPrefix {
  /** The kind whose secrets begin so. */
  readonly kind: string;
  /** The prefix with its underscore. */
  readonly start: string;
  readonly length: number;
  /** The checksum's state after `start`. */
  readonly state: number;
}

/** Prepares a prefix for {@link parseSecret}. */
export function knownPrefix(kind: string, prefix: string): KnownPrefix {
  const start = `${prefix}_`;
  const state = advanceChecksum(CHECKSUM_START, start, 0, start.length);
  return { kind, start, length: start.length + TAIL_LENGTH, state };
}

/**
 * Tells which prefix a text has if it has the shape and the checksum of a secret, without any look-up.
 *
 * The whole length is compared before the prefix (T-14), and a right checksum under an unknown prefix is refused (T-13). The checksum is
 * a filter for typing mistakes, no proof of anything: whoever likes can make a text that passes here (IND-04, TV-12).
 */
export function parseSecret(
  text: string,
  prefixes: readonly KnownPrefix[],
): KnownPrefix | undefined {
  for (const prefix of prefixes) {
    if (text.length !== prefix.length || !text.startsWith(prefix.start)) continue;
    const end = text.length - CHECKSUM_LENGTH;
    const state = advanceBase62Checksum(prefix.state, text, prefix.start.length, end);
    return state !== undefined && endsWithChecksum(text, state) ? prefix : undefined;
  }
  return undefined;
}
