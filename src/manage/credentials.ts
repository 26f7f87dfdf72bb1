import type { Tokenry } from "../face.ts";
import type { Refusal } from "./refusal.ts";

/** Whether a request carries what an API token is sent by. */
export type CarriesToken = (headers: Headers) => boolean;

export const TOKEN_NOT_ALLOWED: Refusal = Object.freeze({ code: "token_not_allowed" });

/**
 * Makes what finds the credentials of an API token: `Authorization`, whatever its scheme, as access tokens are made from API tokens and look
 * like anybody's; and any other field that holds something of the shape of a secret. A token is never an actor, and a host whose session
 * would be found by a token is not asked. Cookies are the host's.
 */
export function createCarriesToken({
  rules,
  scanPattern,
}: Pick<Tokenry, "rules" | "scanPattern">): CarriesToken {
  const patterns = Object.keys(rules.kinds).map((kind) => new RegExp(scanPattern(kind).source));
  return (headers) => {
    if (headers.has("authorization")) return true;
    for (const [name, value] of headers) {
      if (name !== "cookie" && patterns.some((pattern) => pattern.test(value))) return true;
    }
    return false;
  };
}
