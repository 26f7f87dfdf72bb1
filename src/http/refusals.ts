import type { DenialCode, HttpRefusalCode } from "../errors.ts";
import type { Refused } from "../model.ts";
import type { Answer, HeaderField } from "./answer.ts";
import { seconds, type WriteBudget } from "./budget-headers.ts";
import { type AccessTokenTerms, type ChallengeError, challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";

/** Why a request is refused: for the host, its logs and its own answer. */
export interface HttpRefusal {
  /** The precise reason. The standard answer has one for all four 401s about a presented token. */
  readonly code: DenialCode | HttpRefusalCode;
  readonly status: number;
  /** Safe to show. */
  readonly message: string;
  /** Milliseconds until it is worth trying again, where that is known. */
  readonly retryAfterMs?: number | undefined;
  /** The verdict; absent where no token was looked at. */
  readonly verdict?: Refused;
}

/** What answers to refusals are made of. */
export interface RefusalStyle {
  readonly credentials: Credentials;
  readonly realm: string;
  readonly problemBaseUrl: string;
  readonly writeBudget: WriteBudget;
  readonly now: () => number;
  /** What challenges say of access tokens. Absent: nothing. */
  readonly terms?: AccessTokenTerms;
  /** The nonce for the client's next proof of possession; `undefined`: none is asked for. */
  readonly nonce?: (() => string | undefined) | undefined;
}

/** Makes the standard answer to a refusal. */
export type AnswerRefusal = (refusal: HttpRefusal) => Answer;

/** What a client is told: the four 401s about a presented token have one code. */
type PublicCode =
  | Exclude<DenialCode, "malformed_token" | "unknown_token" | "expired_token" | "owner_inactive">
  | HttpRefusalCode
  | "invalid_token";

const PUBLIC_CODES: { readonly [Code in DenialCode | HttpRefusalCode]: PublicCode } = {
  missing_token: "missing_token",
  malformed_token: "invalid_token",
  unknown_token: "invalid_token",
  expired_token: "invalid_token",
  invalid_dpop_proof: "invalid_dpop_proof",
  use_dpop_nonce: "use_dpop_nonce",
  owner_inactive: "invalid_token",
  api_access_disabled: "api_access_disabled",
  network_denied: "network_denied",
  access_denied: "access_denied",
  budget_exceeded: "budget_exceeded",
  unavailable: "unavailable",
  invalid_request: "invalid_request",
  too_many_failures: "too_many_failures",
};

const CHALLENGES: { readonly [Code in PublicCode]?: ChallengeError } = {
  invalid_request: "invalid_request",
  invalid_token: "invalid_token",
  invalid_dpop_proof: "invalid_dpop_proof",
  use_dpop_nonce: "use_dpop_nonce",
  access_denied: "insufficient_scope",
};

/**
 * Prepares the answers: problem details (RFC 9457) that no cache may keep, with the challenge of RFC 6750 where there is one.
 *
 * The four 401s about a presented token are one and the same answer, to the byte (CORE-14): the very same object.
 */
export function createAnswerRefusal(style: RefusalStyle): AnswerRefusal {
  const plain = new Map<PublicCode, Answer>();
  return (refusal) => {
    const code = PUBLIC_CODES[refusal.code];
    const known = plain.get(code) ?? plainAnswer(style, code, refusal);
    plain.set(code, known);
    if (code === "use_dpop_nonce") return { ...known, headers: withNonce(style, known.headers) };
    if (refusal.status !== 429) return known;
    const headers = [...known.headers, ...waitFields(style, refusal)];
    const holder = refusal.verdict?.budgetOf;
    if (holder === undefined) return { ...known, headers };
    // RLH-08 names the member so.
    const policies = { "violated-policies": [holder] };
    return { ...known, headers, body: problem(style, code, { ...refusal, ...policies }) };
  };
}

function plainAnswer(style: RefusalStyle, code: PublicCode, refusal: HttpRefusal): Answer {
  const headers: HeaderField[] = [
    ["content-type", "application/problem+json"],
    ["cache-control", "no-store"],
  ];
  const error = CHALLENGES[code];
  if (code === "missing_token" || error !== undefined) {
    const told = error === undefined ? undefined : { code: error, description: refusal.message };
    const { credentials, realm, terms } = style;
    headers.push(["www-authenticate", challenge(credentials, realm, told, terms)]);
  }
  const body = problem(style, code, refusal);
  return Object.freeze({ status: refusal.status, headers: Object.freeze(headers), body });
}

/** One field, never more (R9449-04): the answer has none of its own. */
function withNonce(style: RefusalStyle, headers: readonly HeaderField[]): readonly HeaderField[] {
  const nonce = style.nonce?.();
  return nonce === undefined ? headers : [...headers, nonceField(nonce)];
}

/** Tells the client what its next proof of possession must hold (RFC 9449 section 8). */
export function nonceField(nonce: string): HeaderField {
  return ["dpop-nonce", nonce];
}

/** What a problem says; no internals, and nothing of the request (R9457-01 to R9457-06). */
interface ProblemFacts extends Pick<HttpRefusal, "status" | "message"> {
  readonly "violated-policies"?: readonly string[];
}

function problem(style: RefusalStyle, code: PublicCode, facts: ProblemFacts): string {
  const { status, message, "violated-policies": policies } = facts;
  const type = `${style.problemBaseUrl}${code.replaceAll("_", "-")}`;
  return JSON.stringify({ type, title: message, status, code, "violated-policies": policies });
}

/** How long to wait, by all headers alike (RLH-05). */
function waitFields(style: RefusalStyle, refusal: HttpRefusal): HeaderField[] {
  const { retryAfterMs, verdict } = refusal;
  const fields: HeaderField[] = [];
  if (retryAfterMs !== undefined) fields.push(["retry-after", `${seconds(retryAfterMs)}`]);
  const { budget, budgetOf } = verdict ?? {};
  if (budget !== undefined && budgetOf !== undefined)
    fields.push(...style.writeBudget({ budget, budgetOf, retryAfterMs }, style.now));
  return fields;
}
