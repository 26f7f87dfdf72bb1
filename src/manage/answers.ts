import type { Answer, HeaderField } from "../http/answer.ts";
import { type ManagementErrorCode, PROBLEMS } from "./errors.ts";
import type { Refusal } from "./refusal.ts";

/** On every answer: it is data, for the page that asked, and is neither drawn, framed nor guessed at. */
export const SECURITY_FIELDS: readonly HeaderField[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
];

/** What is about tokens is kept by nobody on the way. */
const PRIVATE: readonly HeaderField[] = [["cache-control", "no-store"], ...SECURITY_FIELDS];

const OUTAGE_SECONDS = 5;
const UNKNOWN_SECONDS = 60;
const LIMIT_SECONDS = 3600;

/**
 * What some codes always carry. RFC 9110 section 15.5.2 asks for a challenge with every 401; no registered scheme means the session of an
 * application, so that it is a name of its own, which no browser opens a window for.
 */
const FIELDS: { readonly [Code in ManagementErrorCode]?: readonly HeaderField[] } = {
  signed_out: [["www-authenticate", 'Session realm="tokenry"']],
  idempotency_unknown: [["retry-after", `${UNKNOWN_SECONDS}`]],
  idempotency_limit_reached: [["retry-after", `${LIMIT_SECONDS}`]],
  unavailable: [["retry-after", `${OUTAGE_SECONDS}`]],
};

/** An answer of JSON that no cache may keep. */
export function jsonAnswer(status: number, body: object, fields: readonly HeaderField[]): Answer {
  const headers = [["content-type", "application/json"], ...PRIVATE, ...fields] as const;
  return { status, headers, body: JSON.stringify(body) };
}

/** An answer without a body. */
export function emptyAnswer(status: number, fields: readonly HeaderField[] = []): Answer {
  return { status, headers: [...PRIVATE, ...fields], body: "" };
}

/** The answer to a refusal: problem details (RFC 9457). The same refusal is the same answer, to the byte. */
export function problemAnswer(
  { code, detail, errors, fields = [] }: Refusal,
  problemBaseUrl: string,
): Answer {
  const { status, message: title } = PROBLEMS[code];
  const type = `${problemBaseUrl}${code.replaceAll("_", "-")}`;
  const headers: readonly HeaderField[] = [
    ["content-type", "application/problem+json"],
    ...PRIVATE,
    ...(FIELDS[code] ?? []),
    ...fields,
  ];
  return { status, headers, body: JSON.stringify({ type, title, status, code, detail, errors }) };
}
