import { sha256Hex } from "../secret/digest.ts";

/** The key under which a replay store remembers that an access token was revoked, by its `jti`. */
export function revokedKey(jti: string): string {
  return sha256Hex(`revoked\n${jti}`);
}
