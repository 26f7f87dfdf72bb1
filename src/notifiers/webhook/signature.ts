import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { toBase64 } from "./secret.ts";

/** What is signed: the three that Standard Webhooks joins by full stops. */
export interface Signed {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: Uint8Array;
}

/**
 * An id or a timestamp with a full stop in it could be read as the end of one and the beginning of the next; what else is refused cannot
 * stand in a header, or would be two of them that were joined.
 */
export const WEBHOOK_ID: RegExp = /^[!-+\-/-~]{1,256}$/;

/** The signature of version 1, without its mark: HMAC-SHA-256 in base64. */
export function sign(key: Uint8Array, { id, timestamp, body }: Signed): string {
  const head = utf8ToBytes(`${id}.${timestamp}.`);
  return toBase64(hmac.create(sha256, key).update(head).update(body).digest());
}

/** Compares two texts in a time that depends on their lengths only. */
export function isSame(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++)
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
