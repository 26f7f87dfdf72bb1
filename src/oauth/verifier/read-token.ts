import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type AccessTokenClaims, readClaims } from "../claims.ts";

/** What signatures and claims are checked by. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string[];
  readonly algorithms: string[];
  readonly toleranceMs: number;
  readonly keys: JWTVerifyGetKey;
}

/** What became of reading a token. */
export type ReadToken =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly code: "malformed_token" | "unknown_token" | "expired_token" };

const LONGEST_TOKEN = 16_384;

const MALFORMED = Object.freeze({ ok: false, code: "malformed_token" } as const);
const UNKNOWN = Object.freeze({ ok: false, code: "unknown_token" } as const);
const EXPIRED = Object.freeze({ ok: false, code: "expired_token" } as const);

/** By jose's error codes. What is not among them, as that keys could not be fetched, is an outage. */
const OUTCOMES: Readonly<Record<string, ReadToken>> = {
  ERR_JWT_INVALID: MALFORMED,
  ERR_JWS_INVALID: MALFORMED,
  ERR_JWT_EXPIRED: EXPIRED,
  ERR_JWT_CLAIM_VALIDATION_FAILED: UNKNOWN,
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: UNKNOWN,
  ERR_JOSE_ALG_NOT_ALLOWED: UNKNOWN,
  ERR_JOSE_NOT_SUPPORTED: UNKNOWN,
  ERR_JWKS_NO_MATCHING_KEY: UNKNOWN,
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: UNKNOWN,
};

/**
 * Checks type, algorithm, signature, issuer, audience and times of an access token (R9068-01 to R9068-04, R7519-01 to R7519-04). Keys come from
 * the issuer alone: `jwk`, `jku` and `x5u` of a header are not looked at. Rejects for an outage.
 */
export async function readToken(rules: TokenRules, token: string, now: number): Promise<ReadToken> {
  if (token.length > LONGEST_TOKEN) return MALFORMED;
  const { issuer, audience, algorithms, toleranceMs, keys } = rules;
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms,
      typ: "at+jwt",
      currentDate: new Date(now),
      clockTolerance: toleranceMs / 1000,
    });
    const claims = readClaims(payload);
    return claims === undefined ? UNKNOWN : { ok: true, claims };
  } catch (cause) {
    const outcome = cause instanceof errors.JOSEError ? OUTCOMES[cause.code] : undefined;
    if (outcome !== undefined) return outcome;
    throw cause;
  }
}
