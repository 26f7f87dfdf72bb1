import type { PublicKey } from "./read-keys.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** Bytes of each half of a signature on P-256. */
const HALF = 32;

/**
 * Whether a text is the signature of these bytes: ECDSA over SHA-256 by a key on P-256, DER in base64, each in its one form. Source: IND-12.
 */
export async function isSignatureOf(
  bytes: Uint8Array<ArrayBuffer>,
  text: string,
  key: PublicKey,
): Promise<boolean> {
  const der = decodeBase64(text);
  const signature = der && halvesOf(der);
  if (signature === undefined) return false;
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, bytes);
}

/** The last character of base64 may hold bits that no byte has: a text that has any of them set is another text for the same bytes. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!BASE64.test(text)) return undefined;
  const binary = atob(text);
  return btoa(binary) === text
    ? Uint8Array.from(binary, (character) => character.charCodeAt(0))
    : undefined;
}

/**
 * The two numbers of a DER signature side by side, as Web Crypto takes them (IEEE P1363); `undefined` for what is not DER. The one way of
 * writing each is asked for (X.690 section 10.1 and 8.3.2), as GitHub writes it: whoever takes other ways takes many signatures for one.
 */
export function halvesOf(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  // A length under 128, which that of two such integers is, is one byte.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const first = integerAt(der, 2);
  if (first === undefined) return undefined;
  const second = integerAt(der, first.end);
  if (second === undefined || second.end !== der.length) return undefined;
  const halves = new Uint8Array(2 * HALF);
  halves.set(first.digits, HALF - first.digits.length);
  halves.set(second.digits, 2 * HALF - second.digits.length);
  return halves;
}

interface DerInteger {
  /** Without a leading zero. */
  readonly digits: Uint8Array;
  /** Where the next element begins. */
  readonly end: number;
}

/** A positive integer of at most 32 bytes in its shortest form: a zero leads only where the first bit would be a minus sign. */
function integerAt(der: Uint8Array, start: number): DerInteger | undefined {
  const length = der[start + 1] ?? 0;
  const end = start + 2 + length;
  const content = der.subarray(start + 2, end);
  const [first = 0, second = 0] = content;
  if (der[start] !== INTEGER || first >= 0x80) return undefined;
  // An integer without bytes is among these.
  if (first === 0 && second < 0x80) return undefined;
  const digits = first === 0 ? content.subarray(1) : content;
  return digits.length > HALF ? undefined : { digits, end };
}
