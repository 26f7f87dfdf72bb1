import { utf8ToBytes } from "@noble/hashes/utils.js";
import { hmacSha256Hex, sha256Hex } from "./digest.ts";

/**
 * A key under which secrets are hashed, kept apart from the database (NIST-04). A text is taken as its UTF-8 bytes.
 *
 * @example
 * const peppers: Pepper[] = [{ id: "2026-11", key: process.env.TOKEN_PEPPER }];
 */
export interface Pepper {
  readonly id: string;
  /** At least 16 bytes. */
  readonly key: string | Uint8Array;
}

/** How secrets become hashes. */
export interface Keyring {
  /** The id of the pepper for new hashes; `null` without peppers. */
  readonly current: string | null;
  /** The hash under the current pepper. */
  hash(text: string): string;
  /** The hashes under each pepper, current first. */
  hashes(text: string): readonly string[];
  /** A rotation code's proof under the named pepper; `undefined` when it is not configured any more. */
  sign(pepper: string | null, text: string): string | undefined;
}

/**
 * Makes a keyring: HMAC-SHA-256 under each pepper, or plain SHA-256 without peppers, which is enough for 190 random bits (NIST-02,
 * ASVS 6.5.2). Source: CORE-05, CORE-07.
 */
export function createKeyring(peppers: readonly Pepper[]): Keyring {
  const keys = peppers.map(({ id, key }) => {
    const bytes = typeof key === "string" ? utf8ToBytes(key) : Uint8Array.from(key);
    return { id, hash: hmacSha256Hex(bytes) };
  });
  const first = keys[0];
  if (first === undefined) {
    return {
      current: null,
      hash: (text) => sha256Hex(text),
      hashes: (text) => [sha256Hex(text)],
      sign: () => undefined,
    };
  }
  return {
    current: first.id,
    hash: first.hash,
    hashes: (text) => keys.map((key) => key.hash(text)),
    // A purpose before the text keeps a code from ever being the hash of a secret.
    sign: (pepper, text) => keys.find((key) => key.id === pepper)?.hash(`tokenry rotation ${text}`),
  };
}
