import { looksLikeAccessToken } from "../../http/access-tokens.ts";
import type { Answer } from "../../http/answer.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { revokedKey } from "../revoked-key.ts";
import { refusalAnswer } from "./answers.ts";
import {
  type AuthenticatedClient,
  authenticateClient,
  isConfidential,
} from "./authenticate-client.ts";
import type { Endpoint, ServerContext } from "./context.ts";
import { readOwnAccessToken } from "./own-access-token.ts";

/** Clients look at the status alone (RFC 7009 section 2.2). */
const DONE: Answer = Object.freeze({
  status: 200,
  headers: [["cache-control", "no-store"] as const],
  body: "",
});

/**
 * The revocation endpoint (RFC 7009). Whoever has an API token may end it; an access token ends by the client that it was issued to. What is
 * no token of ours, or none any more, is revoked already; a hint narrows nothing. Rejects for an outage.
 *
 * Source: R7009-01 to R7009-07.
 */
export const revoke: Endpoint = async (context, call) => {
  const token = call.form.get("token");
  if (token === undefined)
    return refusalAnswer({ error: "invalid_request", description: "A token is required." });
  const authenticated = await authenticateClient(context, call);
  if (!authenticated.ok) return refusalAnswer(authenticated.refusal);
  if (looksLikeAccessToken(token)) return revokeAccessToken(context, authenticated.client, token);
  const { revoked } = await context.tokens.revokeCurrent(token);
  // The answer does not tell, but it may have been a guess.
  if (revoked === 0) context.failures?.count(call.address);
  return DONE;
};

async function revokeAccessToken(
  context: ServerContext,
  client: AuthenticatedClient,
  token: string,
): Promise<Answer> {
  const now = context.now();
  const claims = await readOwnAccessToken(context, token, now);
  if (claims === undefined) return DONE;
  // RFC 6749 section 5.2 has the word for a token that "was issued to another client".
  if (!(await isIssuedTo(context, client, claims)))
    return refusalAnswer({
      error: "invalid_grant",
      description: "The token was issued to another client.",
    });
  // More than none: it has not expired.
  const remainingMs = Math.ceil(claims.exp * 1000 - now);
  await context.replays.add(revokedKey(claims.jti), remainingMs, now);
  return DONE;
}

/** A client without a name is who exchanged without one: the owner's id stands in its place, unless a client that must authenticate has it. */
async function isIssuedTo(
  context: ServerContext,
  { id }: AuthenticatedClient,
  claims: AccessTokenClaims,
): Promise<boolean> {
  if (id !== undefined) return id === claims.client_id;
  return claims.client_id === claims.sub && !(await isConfidential(context, claims.client_id));
}
