import type { OAuthRefusal } from "../answers.ts";
import type { Form } from "../form.ts";
import type { GrantSource } from "./grant-source.ts";

const FAULT: OAuthRefusal = { error: "invalid_grant" };

/**
 * Reads the grant of RFC 6749 section 6, where the API token is the refresh token. The answer holds the same one again: it is not rotated.
 *
 * Source: OWN-14 to OWN-18, R8693-07.
 */
export function readRefreshToken(form: Form): GrantSource | OAuthRefusal {
  const secret = form.get("refresh_token");
  if (secret === undefined)
    return { error: "invalid_request", description: "A refresh_token is required." };
  return { type: "secret", secret, fault: FAULT, members: { refresh_token: secret } };
}
