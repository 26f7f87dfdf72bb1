import type { JWK } from "jose";
import type { PublicKeyRecord } from "./key-record.ts";

/** A JWK set (RFC 7517 section 5) that nobody can change. */
export function publishedOf(keys: readonly PublicKeyRecord[]): { readonly keys: readonly JWK[] } {
  return Object.freeze({ keys: Object.freeze(keys.map(({ publicJwk }) => publicJwk)) });
}
