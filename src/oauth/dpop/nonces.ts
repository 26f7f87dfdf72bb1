import { hmacSha256Hex } from "../../secret/digest.ts";
import { equalInConstantTime } from "../../secret/equal.ts";

/** The nonces that a server asks for in proofs (RFC 9449 sections 8 and 9). */
export interface Nonces {
  current(now: number): string;
  accepts(nonce: unknown, now: number): boolean;
}

const KEY_BYTES = 32;

/**
 * Makes nonces that are new in every span of time and that nobody can tell without the key: servers that share it need no store. One is good
 * in its own span and in the next, and in the one before for a server whose clock is behind. Source: R9449-04, OKT-94.
 */
export function createNonces(key: Uint8Array | undefined, lifetimeMs: number): Nonces {
  const hash = hmacSha256Hex(key ?? crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  const nonceOf = (span: number): string => hash(`dpop-nonce ${span}`);
  let known = { span: Number.NaN, nonce: "" };
  const current = (now: number): string => {
    const span = Math.floor(now / lifetimeMs);
    if (known.span !== span) known = { span, nonce: nonceOf(span) };
    return known.nonce;
  };
  return {
    current,
    accepts(nonce, now) {
      if (typeof nonce !== "string") return false;
      if (equalInConstantTime(nonce, current(now))) return true;
      const span = Math.floor(now / lifetimeMs);
      return [span - 1, span + 1].some((other) => equalInConstantTime(nonce, nonceOf(other)));
    },
  };
}
