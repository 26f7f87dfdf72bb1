/** One table of codes: statuses, messages, types and docs are all made from it. */

/**
 * Why a call is refused, in the order of the checks. The four 401s about a presented token carry one message, so that the answer to
 * the outside tells nothing of which it was (CORE-14, R7662-04).
 */
export const DENIALS = {
  missing_token: { status: 401, message: "A token is required." },
  malformed_token: { status: 401, message: "The token is not valid." },
  unknown_token: { status: 401, message: "The token is not valid." },
  expired_token: { status: 401, message: "The token is not valid." },
  invalid_dpop_proof: { status: 401, message: "The DPoP proof is not valid." },
  use_dpop_nonce: { status: 401, message: "The DPoP proof must hold the nonce of this answer." },
  owner_inactive: { status: 401, message: "The token is not valid." },
  api_access_disabled: { status: 403, message: "API access is switched off for this user." },
  network_denied: { status: 403, message: "The token may not be used from this network." },
  access_denied: { status: 403, message: "The token does not give access to this operation." },
  budget_exceeded: { status: 429, message: "The rate limit is reached. Try again later." },
  unavailable: { status: 503, message: "The token cannot be checked now. Try again later." },
} as const;

/** Why a management operation did not happen. */
export const FAILURES = {
  invalid_input: { status: 400, message: "The input is not valid." },
  forbidden: { status: 403, message: "The actor may not do this." },
  not_found: { status: 404, message: "There is no such token, owner or zone." },
  owner_inactive: { status: 403, message: "The owner is not active." },
  api_access_disabled: { status: 403, message: "API access is switched off for this owner." },
  slot_taken: { status: 409, message: "The owner has a token already. Revoke it first." },
  limit_reached: {
    status: 409,
    message: "The owner has as many tokens as allowed. Revoke one first.",
  },
  replacement_not_allowed: {
    status: 409,
    message: "Tokens of this kind are not replaced in this way.",
  },
  expired: { status: 410, message: "The token has expired. Issue a new one." },
  conflict: {
    status: 409,
    message: "The token was changed at the same time. Read it again and retry.",
  },
  rotation_code_invalid: {
    status: 400,
    message: "The confirmation is not valid, was used, or has expired.",
  },
  zone_in_use: { status: 409, message: "A token refers to the zone. Take it off the token first." },
  unavailable: { status: 503, message: "The operation could not be done now. Try again later." },
} as const;

/** What the HTTP layer refuses before a token is looked at. */
export const HTTP_REFUSALS = {
  invalid_request: {
    status: 400,
    message: "The request must present exactly one token, in one place.",
  },
  too_many_failures: {
    status: 429,
    message: "Too many failed attempts from this address. Try again later.",
  },
} as const;

for (const entry of [DENIALS, FAILURES, HTTP_REFUSALS].flatMap(Object.values)) Object.freeze(entry);
Object.freeze(DENIALS);
Object.freeze(FAILURES);
Object.freeze(HTTP_REFUSALS);

/** Every code with which a call is refused. */
export type DenialCode = keyof typeof DENIALS;

/** Every code with which a management operation fails. */
export type TokenryErrorCode = keyof typeof FAILURES;

/** Every code with which the HTTP layer refuses a request by itself. */
export type HttpRefusalCode = keyof typeof HTTP_REFUSALS;

const brand = Symbol.for("tokenry.error");

/**
 * What management operations throw for an expected failure, and every operation for an outage.
 *
 * `message` is safe to show; `cause` is for logs. `instanceof` holds across two copies of the package.
 *
 * @example
 * try { await tokens.issue(request); } catch (error) {
 *   if (error instanceof TokenryError && error.code === "slot_taken") return conflict(error.message);
 *   throw error;
 * }
 */
export class TokenryError extends Error {
  readonly code: TokenryErrorCode;
  /** The HTTP status that fits the code. */
  readonly status: number;

  constructor(code: TokenryErrorCode, details: { message?: string; cause?: unknown } = {}) {
    const { message = FAILURES[code].message, ...options } = details;
    super(message, options);
    this.name = "TokenryError";
    this.code = code;
    this.status = FAILURES[code].status;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The outage of a port as an error: keeps a TokenryError as it is, wraps anything else. */
export function unavailable(cause: unknown): TokenryError {
  return cause instanceof TokenryError ? cause : new TokenryError("unavailable", { cause });
}

/** What a {@link NoticeError} tells. */
export interface NoticeErrorDetails {
  /** Default `false`. */
  readonly isFinal?: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Default `true`. */
  readonly concernsChannel?: boolean;
  readonly cause?: unknown;
}

/**
 * What a notifier may throw to tell more of a failed delivery. Any other error means: try again later.
 *
 * @example
 * throw new NoticeError("the address does not exist", { isFinal: true });
 */
export class NoticeError extends Error {
  /** `true`: to try again is of no use; the notice is parked at once. */
  readonly isFinal: boolean;
  /** How long the receiver asks to be left alone, in milliseconds; counted up to a day. */
  readonly retryAfterMs: number | undefined;
  /**
   * `false`: it is this receiver's own failure, and says nothing of others. Any other failure counts for its channel, which is left alone
   * for a while after five in a row.
   */
  readonly concernsChannel: boolean;

  constructor(message: string, details: NoticeErrorDetails = {}) {
    const { isFinal = false, retryAfterMs, concernsChannel = true, ...options } = details;
    super(message, options);
    this.name = "NoticeError";
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
    this.concernsChannel = concernsChannel;
  }
}
