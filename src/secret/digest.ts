import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The one function of a platform's own crypto that is faster than @noble/hashes and as synchronous. */
type NativeHash = (
  algorithm: "sha256",
  data: string | Uint8Array,
  encoding: "hex" | "buffer",
) => string | Uint8Array;

/** What Node, Bun and Deno offer to reach a built-in module without importing it, so that the core loads where there is none. */
interface Platform {
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown };
}

/** `null` until it is asked for: to load the platform's crypto takes longer than to load tokenry. */
let found: NativeHash | undefined | null = null;

/** The platform's hash function, where it has one that gives what @noble/hashes gives. */
function nativeHash(): NativeHash | undefined {
  if (found === null) found = findNativeHash();
  return found;
}

function findNativeHash(): NativeHash | undefined {
  const crypto = builtinCrypto();
  return typeof crypto?.hash === "function" &&
    crypto.hash("sha256", "", "hex") === bytesToHex(sha256(new Uint8Array()))
    ? crypto.hash
    : undefined;
}

function builtinCrypto(): { readonly hash?: NativeHash } | undefined {
  try {
    // A cast, as the types of the core know no platform: the caller checks the shape.
    return (globalThis as Platform).process?.getBuiltinModule?.("node:crypto") as
      | { readonly hash?: NativeHash }
      | undefined;
  } catch {
    // Next.js's Edge Runtime has Node's functions only to throw at who calls them.
    return undefined;
  }
}

/** SHA-256 of a text, in 64 hexadecimal characters. */
export function sha256Hex(text: string): string {
  const native = nativeHash();
  return native === undefined
    ? bytesToHex(sha256(utf8ToBytes(text)))
    : (native("sha256", text, "hex") as string);
}

/** Makes a function that gives HMAC-SHA-256 (RFC 2104) of an ASCII text under one key, in 64 hexadecimal characters. */
export function hmacSha256Hex(key: Uint8Array): (text: string) => string {
  const native = nativeHash();
  if (native === undefined) return (text) => bytesToHex(hmac(sha256, key, utf8ToBytes(text)));
  return nativeHmac(key, native);
}

const BLOCK = 64;

/** HMAC by its definition, two hashes over prepared pads: an HMAC object of the platform costs twice to twenty times as much. */
function nativeHmac(key: Uint8Array, native: NativeHash): (text: string) => string {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? sha256(key) : key);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = new Uint8Array(BLOCK + 32);
  outer.set(block.map((byte) => byte ^ 0x5c));
  return (text) => {
    const message = utf8ToBytes(text);
    const padded = new Uint8Array(BLOCK + message.length);
    padded.set(inner);
    padded.set(message, BLOCK);
    outer.set(native("sha256", padded, "buffer") as Uint8Array, BLOCK);
    return native("sha256", outer, "hex") as string;
  };
}
