import type { GrantSource } from "./grant-source.ts";

/** The grant of RFC 6749 section 4.4: the API token is what the client authenticates by, and the answer has no refresh token. Source: OKT-90. */
export function readClientCredentials(): GrantSource {
  return { type: "client" };
}
