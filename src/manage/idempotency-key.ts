import type { Refusal } from "./refusal.ts";

/** A string of structured fields (RFC 9651 section 3.3.3), of visible characters. */
const QUOTED = /^"((?:[!#-[\]-~]|\\["\\])+)"$/;
/** As most clients send it: without quotes, and so without what would be a list or parameters. */
const BARE = /^[!#-+\--:<-~]+$/;
const MOST = 255;

const MALFORMED: Refusal = Object.freeze({
  code: "invalid_input",
  detail: `Idempotency-Key is 1 to ${MOST} visible characters of ASCII, once.`,
});

/** Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). Quoted or not, it is the same key. */
export function readIdempotencyKey(
  headers: Headers,
): { readonly value: string | undefined } | Refusal {
  const field = headers.get("idempotency-key");
  if (field === null) return { value: undefined };
  const [, quoted] = QUOTED.exec(field) ?? [];
  const key = quoted === undefined ? field : quoted.replace(/\\(.)/g, "$1");
  const isKey = quoted !== undefined || BARE.test(field);
  return isKey && key.length <= MOST ? { value: key } : MALFORMED;
}
