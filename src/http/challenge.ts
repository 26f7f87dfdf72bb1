import { serializeItem } from "structured-headers";
import type { Credentials } from "./credentials.ts";

/** The error codes of RFC 6750 section 3.1. */
export type ChallengeError = "invalid_request" | "invalid_token" | "insufficient_scope";

/** Where only header fields hold tokens there is no scheme, and an answer with 401 has a challenge all the same (R6750-12). */
const NO_SCHEME = "ApiKey";

/**
 * Writes the value of `WWW-Authenticate`: one challenge for each scheme, without an error when nothing was presented.
 *
 * A quoted-string of RFC 9110 and a String of structured fields escape alike; what is neither visible ASCII nor a space is refused, so that
 * nothing can break out of it (R6750-06 to R6750-09, T-16).
 *
 * @throws Error for a text that a header cannot hold.
 */
export function challenge(
  { schemes }: Credentials,
  realm: string,
  error?: { readonly code: ChallengeError; readonly description: string },
): string {
  const parameters = [`realm=${serializeItem(realm)}`];
  if (error !== undefined) {
    parameters.push(
      `error="${error.code}"`,
      `error_description=${serializeItem(error.description)}`,
    );
  }
  const names = schemes.length === 0 ? [NO_SCHEME] : schemes.map(({ name }) => name);
  return names.map((name) => `${name} ${parameters.join(", ")}`).join(", ");
}
