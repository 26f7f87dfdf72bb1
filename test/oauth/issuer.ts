import {
  base64url,
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";
import type { AccessTokenClaims, TokenClaims } from "../../src/oauth/claims.ts";
import { START } from "../support/clock.ts";

export const ISSUER = "https://auth.acme.example";
export const ORDERS = "https://orders.acme.example";

/** A key pair with its public half as a JWK. */
export interface TestKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
  readonly thumbprint: string;
}

/** Makes a key pair. */
export async function makeKey(alg = "ES256"): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { alg, privateKey, publicKey, jwk: { ...jwk, kid, alg, use: "sig" }, thumbprint: kid };
}

/** Seconds since 1970 at which the clocks of tests start. */
export const NOW: number = Math.floor(START / 1000);

/** Claims as `oauthServer` makes them, of a token of Ada's that reads orders. */
export function sampleClaims(
  changes: Readonly<Record<string, unknown>> = {},
): AccessTokenClaims & JWTPayload {
  const claims = {
    ...{ iss: ISSUER, sub: "ada", aud: ORDERS, client_id: "cli", iat: NOW, exp: NOW + 900 },
    ...{ jti: crypto.randomUUID(), scope: "orders:read", tokenry: SAMPLE, ...changes },
  };
  // A cast: what is changed is what a test is about.
  return claims as AccessTokenClaims & JWTPayload;
}

const SAMPLE: TokenClaims = {
  ...{ id: "tok_1", kind: "personal", account: "acme", hint: "acme_pat_…abcd" },
  ...{ secretCreatedAt: START, budgets: { orders: [300, 600, 60_000] } },
};

/** Signs claims as an access token, or as something else that the header says. */
export function sign(
  key: TestKey,
  claims: Readonly<Record<string, unknown>>,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const protectedHeader = { alg: key.alg, typ: "at+jwt", kid: key.jwk.kid, ...header };
  return new SignJWT({ ...claims }).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

/** What a proof says. */
export interface ProofFacts {
  readonly method?: string;
  readonly url?: string;
  readonly token?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Makes a DPoP proof (RFC 9449 section 4.2). */
export async function makeProof(key: TestKey, facts: ProofFacts = {}): Promise<string> {
  const { method = "GET", url = `${ORDERS}/orders`, token } = facts;
  const { kty, crv, x, y, n, e } = key.jwk;
  const jwk = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  );
  const ath = token === undefined ? {} : { ath: await hashOf(token) };
  const claims = { jti: crypto.randomUUID(), htm: method, htu: url, iat: NOW, ...ath };
  return new SignJWT({ ...claims, ...facts.claims })
    .setProtectedHeader({ alg: key.alg, typ: "dpop+jwt", jwk, ...facts.header })
    .sign(key.privateKey);
}

/** base64url(SHA-256(token)). */
export async function hashOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return base64url.encode(new Uint8Array(digest));
}
