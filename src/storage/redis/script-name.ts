import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The name under which Redis keeps a script. */
export function scriptName(script: string): string {
  return bytesToHex(sha1(utf8ToBytes(script)));
}
