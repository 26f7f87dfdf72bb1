import { FAILURES, type TokenryErrorCode } from "../errors.ts";

/** What the management API refuses by itself, with its statuses: one table for types, answers, the document and docs. */
export const MANAGEMENT_ERRORS = {
  signed_out: { status: 401, message: "Nobody is signed in." },
  token_not_allowed: {
    status: 403,
    message: "An API token cannot manage tokens. Sign in instead.",
  },
  cross_site: { status: 403, message: "The request must come from a page of this application." },
  step_up_required: { status: 403, message: "Confirm who you are, then try again." },
  unknown_path: { status: 404, message: "There is nothing at this path." },
  method_not_allowed: { status: 405, message: "This method is not allowed here." },
  idempotency_unknown: {
    status: 409,
    message:
      "It is not known what became of the first request. Look at the tokens before you try again.",
  },
  idempotency_gone: {
    status: 409,
    message: "The first request was carried out, and its token is not there any more.",
  },
  precondition_failed: {
    status: 412,
    message: "The token is not as it was read. Read it again and retry.",
  },
  body_too_large: { status: 413, message: "The body is too large." },
  json_required: { status: 415, message: "The request must be of type application/json." },
  idempotency_key_reused: {
    status: 422,
    message: "The idempotency key belongs to another request.",
  },
  idempotency_limit_reached: {
    status: 429,
    message: "There were too many requests with an idempotency key. Try again later.",
  },
} as const;

for (const entry of Object.values(MANAGEMENT_ERRORS)) Object.freeze(entry);
Object.freeze(MANAGEMENT_ERRORS);

/** Every code with which the management API answers: its own, and those of the operations. */
export type ManagementErrorCode = keyof typeof MANAGEMENT_ERRORS | TokenryErrorCode;

/** Status and sentence of every code. */
export const PROBLEMS: Readonly<
  Record<ManagementErrorCode, { readonly status: number; readonly message: string }>
> = { ...FAILURES, ...MANAGEMENT_ERRORS };
