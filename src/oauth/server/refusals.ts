import type { HeaderField } from "../../http/answer.ts";
import { seconds } from "../../http/budget-headers.ts";
import type { Refused } from "../../model.ts";
import type { OAuthRefusal } from "./answers.ts";

const OUTAGE_SECONDS = 5;

/** The refusal of what nobody can decide now (R7009-07). */
export const OUTAGE: OAuthRefusal = {
  error: "temporarily_unavailable",
  fields: [["retry-after", `${OUTAGE_SECONDS}`]],
};

/** Too many calls, of a token or of an address. */
export function waitRefusal(description: string, waitMs: number | undefined): OAuthRefusal {
  const fields: readonly HeaderField[] =
    waitMs === undefined ? [] : [["retry-after", `${seconds(waitMs)}`]];
  return { error: "temporarily_unavailable", status: 429, description, fields };
}

/**
 * Answers a refusal by the tokenry. What tells nothing apart there tells nothing apart here: whatever is wrong with the token itself has one
 * answer, `fault` (CORE-14): `invalid_grant` by RFC 6749 section 5.2, `invalid_request` in an exchange (R8693-05).
 */
export function refusalOf(refused: Refused, fault: OAuthRefusal): OAuthRefusal {
  const { code, status, message, retryAfterMs } = refused;
  if (code === "access_denied") return { error: "invalid_scope" };
  if (code === "budget_exceeded") return waitRefusal(message, retryAfterMs);
  if (code === "unavailable") return OUTAGE;
  return status === FORBIDDEN ? { ...fault, description: message } : fault;
}

/** Of a token that is good, and may not be used so. */
const FORBIDDEN = 403;
