import type { Levels } from "../../access/available.ts";
import type { Answer } from "../../http/answer.ts";
import { type AccessTokenFacts, claimsFor, newJti, signAccessToken } from "./access-token.ts";
import { jsonAnswer, type OAuthRefusal, refusalAnswer } from "./answers.ts";
import {
  type AuthenticatedClient,
  authenticateClient,
  clientRefusal,
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
    return refusalAnswer(unauthenticated(client, call));
  const proof = await proveKey(context, call, client.registered);
  if (!proof.ok) return refusalAnswer(proof.refusal);
  const { thumbprint } = proof;
  const credential = source.type === "secret" ? source.secret : client.credential;
  return answerGrant(context, call, { ...request, client, credential, thumbprint });
}

/** Client credentials are for who has authenticated (RFC 6749 section 4.4), and a public client never can. */
function unauthenticated({ registered }: AuthenticatedClient, call: EndpointCall): OAuthRefusal {
  return registered === undefined ? clientRefusal(call) : { error: "unauthorized_client" };
}

async function answerGrant(
  context: ServerContext,
  call: EndpointCall,
  request: ProvedRequest,
): Promise<Answer> {
  const { source, thumbprint } = request;
  // Before anything is spent: without a key there is nothing to spend it on.
  const key = await context.keys.current();
  const grant = await grantWithin(context, request, { ...request, address: call.address });
  if (!grant.ok) {
    if (grant.status === UNAUTHORIZED) context.failures?.count(call.address);
    return refusalAnswer(refusalOf(grant, faultOf(source, call)));
  }
  const claims = claimsFor(factsOf(context, request, grant), newJti(), context.now());
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
