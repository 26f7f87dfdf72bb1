import type { Levels } from "../../access/available.ts";
import type { Answer } from "../../http/answer.ts";
import { type AccessTokenFacts, claimsFor, newJti, signAccessToken } from "./access-token.ts";
import { jsonAnswer, type OAuthRefusal, refusalAnswer } from "./answers.ts";
import {
  type AuthenticatedClient,
  authenticateClient,
  clientRefusal,
  countedRefusal,
  isConfidential,
} from "./authenticate-client.ts";
import type { EndpointCall, GrantCredential, GrantedFacts, ServerContext } from "./context.ts";
import { grantWithin } from "./grant-within.ts";
import type { GrantSource } from "./grants/grant-source.ts";
import { nextNonce, proveKey } from "./prove-key.ts";
import { refusalOf } from "./refusals.ts";
import { audienceOf } from "./targets.ts";
import { readTokenRequest, type TokenRequest } from "./token-request.ts";

/** A request whose client and key are known. */
interface ProvedRequest extends TokenRequest {
  readonly client: AuthenticatedClient;
  readonly credential: GrantCredential;
  readonly thumbprint: string | undefined;
}

/**
 * Exchanges an API token for an access token (RFC 6749 section 5): parameters first, then the client, then the proof of its key, and the token
 * last, so that nobody learns of a token who may not use it. Rejects for an outage.
 */
export async function exchangeToken(context: ServerContext, call: EndpointCall): Promise<Answer> {
  const request = readTokenRequest(context, call.form);
  if ("error" in request) return refusalAnswer(request);
  const authentication = await authenticateClient(context, call);
  if (!authentication.ok) return refusalAnswer(authentication.refusal);
  const { client } = authentication;
  const { source } = request;
  if (source.type === "client" && client.method === "none")
    return refusalAnswer(unauthenticated(context, client, call));
  const proof = await proveKey(context, call, client.registered);
  if (!proof.ok) return refusalAnswer(proof.refusal);
  const { thumbprint } = proof;
  const credential = source.type === "secret" ? source.secret : client.credential;
  return answerGrant(context, call, { ...request, client, credential, thumbprint });
}

/** Client credentials are for who has authenticated (RFC 6749 section 4.4), and a public client never can. */
function unauthenticated(
  context: ServerContext,
  { registered }: AuthenticatedClient,
  call: EndpointCall,
): OAuthRefusal {
  const refusal = countedRefusal(context, call);
  return registered === undefined ? refusal : { error: "unauthorized_client" };
}

async function answerGrant(
  context: ServerContext,
  call: EndpointCall,
  request: ProvedRequest,
): Promise<Answer> {
  const { source, thumbprint } = request;
  // Before anything is spent: without a key there is nothing to spend it on.
  const key = await context.keys.current();
  // From before the API token is looked at: what changes meanwhile must be the later, for those who end tokens by that (OWN-21).
  const issuedAt = context.now();
  const grant = await grantWithin(context, request, { ...request, address: call.address });
  if (!grant.ok) {
    if (grant.status === UNAUTHORIZED) context.failures?.count(call.address);
    return refusalAnswer(refusalOf(grant, faultOf(source, call)));
  }
  if (await isSomebodyElse(context, request.client, grant))
    return refusalAnswer(clientRefusal(call));
  const claims = claimsFor(factsOf(context, request, grant), newJti(), issuedAt);
  if (claims === undefined) return refusalAnswer(faultOf(source, call));
  const more = (await context.moreClaims?.(grant)) ?? {};
  const body = {
    access_token: await signAccessToken(key, claims, more),
    token_type: thumbprint === undefined ? "Bearer" : "DPoP",
    expires_in: claims.exp - claims.iat,
    scope: claims.scope,
    ...(source.type === "secret" ? source.members : {}),
  };
  return jsonAnswer(body, 200, nextNonce(context, thumbprint));
}

const UNAUTHORIZED = 401;

/** Whether a client without a name would be taken for one that must authenticate, as the owner's id stands in its place (RFC 9068 section 5). */
async function isSomebodyElse(
  context: ServerContext,
  { id }: AuthenticatedClient,
  { owner }: GrantedFacts,
): Promise<boolean> {
  return id === undefined && (await isConfidential(context, owner.id));
}

function faultOf(source: GrantSource, call: EndpointCall): OAuthRefusal {
  return source.type === "secret" ? source.fault : clientRefusal(call);
}

function factsOf(
  { issuer, lifetimeMs }: ServerContext,
  { client, thumbprint, targets, levels: asked }: ProvedRequest,
  grant: GrantedFacts,
): AccessTokenFacts {
  // As it was asked for where it was: the widest word for what was granted would be more, once an API has more methods. A level that is
  // `undefined` is in no grant, so the cast adds nothing.
  const levels = asked ?? (grant.access as Levels);
  const audience = audienceOf(targets, levels);
  return { issuer, grant, levels, audience, clientId: client.id, thumbprint, lifetimeMs };
}
