import { hexToBytes } from "@noble/hashes/utils.js";
import {
  base64url,
  calculateJwkThumbprint,
  EmbeddedJWK,
  type JWTVerifyResult,
  jwtVerify,
} from "jose";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { sha256Hex } from "../../secret/digest.ts";
import type { Nonces } from "./nonces.ts";
import { normalizedUrl } from "./same-url.ts";

/** What a server asks of proofs. */
export interface ProofRules {
  readonly algorithms: readonly string[];
  /** How long after it was made a proof is taken. */
  readonly maxAgeMs: number;
  /** How far ahead a client's clock may be. */
  readonly leewayMs: number;
  /** `undefined`: none is asked for. */
  readonly nonces: Nonces | undefined;
  readonly replays: ReplayStore;
}

/** The request that a proof is to be of. */
export interface ProvedRequest {
  /** The values of all `DPoP` lines. */
  readonly proofs: readonly string[];
  readonly method: string;
  /** Normalized, as `requestedUrl` makes it; `undefined` where nobody can tell. */
  readonly url: string | undefined;
  /** The access token that comes with it, and the thumbprint that it is bound to. */
  readonly bound?: { readonly token: string; readonly thumbprint: string };
}

/** Whether a request was made by who has the key. */
export type ProofVerdict =
  | { readonly ok: true; readonly thumbprint: string }
  | { readonly ok: false; readonly code: "invalid_dpop_proof" | "use_dpop_nonce" };

const INVALID = Object.freeze({ ok: false, code: "invalid_dpop_proof" } as const);
const NONCE_NEEDED = Object.freeze({ ok: false, code: "use_dpop_nonce" } as const);

const LONGEST_PROOF = 8192;
/** Members of a private or a symmetric key (RFC 7518 section 6): in the open they are no proof of anything (R9449-01). */
const PRIVATE_MEMBERS: ReadonlySet<string> = new Set([
  ...["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"],
]);

/**
 * Checks a proof of possession, RFC 9449 section 4.3 point by point; the replay store is asked last, for a proof that is good otherwise.
 *
 * Rejects when the replay store fails: then nobody can tell. Source: R9449-01 to R9449-05.
 */
export async function verifyProof(
  rules: ProofRules,
  request: ProvedRequest,
  now: number,
): Promise<ProofVerdict> {
  const [proof] = request.proofs;
  if (proof === undefined || request.proofs.length > 1 || proof.length > LONGEST_PROOF)
    return INVALID;
  const verified = await verifySignature(rules, proof, now);
  if (verified === undefined) return INVALID;
  const { payload, protectedHeader } = verified;
  if (!isOfRequest(verified, request) || !isTimely(payload.iat, rules, now)) return INVALID;
  // A key that is bound by its thumbprint is the key that signed: `jwtVerify` has used it, so it is there.
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk as object, "sha256");
  if (request.bound !== undefined && request.bound.thumbprint !== thumbprint) return INVALID;
  if (rules.nonces !== undefined && !rules.nonces.accepts(payload.nonce, now)) return NONCE_NEEDED;
  const key = sha256Hex(`dpop\n${thumbprint}\n${request.url}\n${payload.jti}`);
  const remainingMs = payload.iat * 1000 + rules.maxAgeMs + rules.leewayMs - now;
  const isNew = await rules.replays.add(key, Math.max(1, Math.ceil(remainingMs)), now);
  return isNew ? { ok: true, thumbprint } : INVALID;
}

interface VerifiedProof extends JWTVerifyResult {
  readonly payload: JWTVerifyResult["payload"] & { readonly iat: number; readonly jti: string };
}

async function verifySignature(
  { algorithms }: ProofRules,
  proof: string,
  now: number,
): Promise<VerifiedProof | undefined> {
  try {
    const verified = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...algorithms],
      typ: "dpop+jwt",
      currentDate: new Date(now),
    });
    const { jwk } = verified.protectedHeader;
    const isPublic = !Object.keys(jwk ?? {}).some((member) => PRIVATE_MEMBERS.has(member));
    return isPublic && isComplete(verified) ? verified : undefined;
  } catch {
    return undefined;
  }
}

function isComplete(verified: JWTVerifyResult): verified is VerifiedProof {
  const { iat, jti } = verified.payload;
  return typeof iat === "number" && typeof jti === "string" && jti !== "";
}

/** The method as it is, the URL without query and fragment, and the hash of the access token where there is one (R9449-02, R9449-03). */
function isOfRequest({ payload }: VerifiedProof, { method, url, bound }: ProvedRequest): boolean {
  const { htm, htu, ath } = payload;
  if (htm !== method || typeof htu !== "string") return false;
  if (url === undefined || normalizedUrl(htu) !== url) return false;
  return bound === undefined || ath === base64UrlOfHex(sha256Hex(bound.token));
}

/** A negative age is that of a clock ahead. */
function isTimely(iat: number, { maxAgeMs, leewayMs }: ProofRules, now: number): boolean {
  const ageMs = now - iat * 1000;
  return ageMs >= -leewayMs && ageMs < maxAgeMs + leewayMs;
}

function base64UrlOfHex(hex: string): string {
  return base64url.encode(hexToBytes(hex));
}
