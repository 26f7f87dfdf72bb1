import type { Answer, HeaderField } from "../../http/answer.ts";

/** The errors of OAuth's endpoints, with their statuses: one table for types, answers and docs. */
export const OAUTH_ERRORS = {
  /** RFC 6749 section 5.2. */
  invalid_request: { status: 400, description: "The request is not valid." },
  invalid_client: { status: 401, description: "The client could not be authenticated." },
  invalid_grant: { status: 400, description: "The API token is not valid." },
  unauthorized_client: { status: 400, description: "The client may not do this." },
  unsupported_grant_type: { status: 400, description: "The grant type is not supported." },
  invalid_scope: { status: 400, description: "The scope is more than the token opens." },
  /** RFC 8707 section 2. */
  invalid_target: { status: 400, description: "There is no such resource for this token." },
  /** RFC 9449 sections 5 and 8. */
  invalid_dpop_proof: { status: 400, description: "The DPoP proof is not valid." },
  use_dpop_nonce: {
    status: 400,
    description: "The DPoP proof must hold the nonce of this answer.",
  },
  /** RFC 7009 section 2.2.1. */
  unsupported_token_type: { status: 400, description: "Tokens of this type are not revoked here." },
  /** As RFC 6749 section 4.1.2.1 names it; with `Retry-After`. */
  temporarily_unavailable: { status: 503, description: "Try again later." },
} as const;

/** Every code with which an endpoint of OAuth refuses. */
export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

/** A refusal by an endpoint. */
export interface OAuthRefusal {
  readonly error: OAuthErrorCode;
  /** Default: the sentence of the code. Visible ASCII without `"` and `\` (RFC 6749 section 5.2). */
  readonly description?: string;
  /** Default: the status of the code. 429 for a budget that is spent. */
  readonly status?: number;
  readonly fields?: readonly HeaderField[];
}

/** No cache may keep what an endpoint says (R6750-10). */
const PRIVATE: readonly HeaderField[] = [
  ["content-type", "application/json"],
  ["cache-control", "no-store"],
  ["pragma", "no-cache"],
];

/** An answer of JSON that no cache may keep. */
export function jsonAnswer(
  body: object,
  status = 200,
  fields: readonly HeaderField[] = [],
): Answer {
  return { status, headers: [...PRIVATE, ...fields], body: JSON.stringify(body) };
}

/** The answer to a refusal (RFC 6749 section 5.2). */
export function refusalAnswer({ error, description, status, fields }: OAuthRefusal): Answer {
  const known = OAUTH_ERRORS[error];
  const body = { error, error_description: description ?? known.description };
  return jsonAnswer(body, status ?? known.status, fields);
}
