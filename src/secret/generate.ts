import { BASE62 } from "./base62.ts";
import { advanceChecksum, CHECKSUM_START, finishChecksum } from "./checksum.ts";
import { BODY_LENGTH } from "./parse.ts";
import { randomByte } from "./random.ts";

/** 4 × 62: bytes from here on are thrown away, or the first eight characters would come more often than the others. */
const UNBIASED = 248;

/**
 * Makes the text of a new secret: `<prefix>_<32 base62 characters><6 base62 characters>`.
 *
 * 190 bits from a CSPRNG without modulo bias, then the CRC-32 of everything before it. Source: CORE-01, CORE-02, IND-01.
 */
export function generateSecret(prefix: string): string {
  let text = `${prefix}_`;
  for (let length = 0; length < BODY_LENGTH; ) {
    const byte = randomByte();
    if (byte >= UNBIASED) continue;
    text += BASE62.charAt(byte % 62);
    length += 1;
  }
  return text + finishChecksum(advanceChecksum(CHECKSUM_START, text, 0, text.length));
}

/**
 * Makes an id: a UUID of version 7 (RFC 9562 section 5.7), so that ids sort by the time of their making and indexes grow at one end.
 *
 * It is a name, not a secret (ASVS 11.5.1): knowing it gives nothing.
 */
export function generateId(now: number): string {
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, "0").slice(-12);
  const bytes = Array.from({ length: 10 }, randomByte);
  bytes[0] = VERSION_7 | ((bytes[0] as number) & 0x0f);
  bytes[2] = VARIANT | ((bytes[2] as number) & 0x3f);
  const tail = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}

const VERSION_7 = 0x70;
const VARIANT = 0x80;
