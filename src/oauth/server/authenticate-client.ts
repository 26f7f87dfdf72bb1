import type { OAuthRefusal } from "./answers.ts";
import { clientOfAssertion } from "./client-assertion.ts";
import type { OAuthClient } from "./clients.ts";
import type { EndpointCall, GrantCredential, ServerContext } from "./context.ts";
import { endpointUrls } from "./endpoint-urls.ts";
import { type PresentedClient, readClient } from "./read-client.ts";
import { OUTAGE } from "./refusals.ts";

/** How a client has authenticated; `none`: not at all. */
export type ClientMethod =
  | "none"
  | "client_secret_basic"
  | "client_secret_post"
  | "private_key_jwt";

/** A client that is who it says, as far as it says so. */
export interface AuthenticatedClient {
  /** `undefined`: it names none. Of an unregistered client without authentication it is what the client likes to be called. */
  readonly id: string | undefined;
  readonly method: ClientMethod;
  readonly registered: OAuthClient | undefined;
  /** What it acts by; `undefined` without authentication. */
  readonly credential: GrantCredential;
}

/** Who a client is, or why it is refused. */
export type ClientAuthentication =
  | { readonly ok: true; readonly client: AuthenticatedClient }
  | { readonly ok: false; readonly refusal: OAuthRefusal };

/**
 * Authenticates a client (RFC 6749 section 2.3): by an API token as its secret, or by a signed assertion (RFC 7523). The API token must stand in
 * either case, so that revoking it ends the client. Every failure has the same answer.
 *
 * Counts failures of the client's address. Rejects when the clients cannot be read or the replay store fails.
 */
export async function authenticateClient(
  context: ServerContext,
  call: EndpointCall,
): Promise<ClientAuthentication> {
  const presented = readClient(call);
  if ("error" in presented) return { ok: false, refusal: presented };
  const client = await clientOf(context, presented, call);
  if (client === "unavailable") return { ok: false, refusal: OUTAGE };
  if (client !== undefined) return { ok: true, client };
  return { ok: false, refusal: countedRefusal(context, call) };
}

/** The same, where the client's address is to pay for it: somebody was looked up. */
export function countedRefusal(
  { failures }: Pick<ServerContext, "failures">,
  call: EndpointCall,
): OAuthRefusal {
  failures?.count(call.address);
  return clientRefusal(call);
}

/** Whether an id is that of a client which must authenticate: nobody else goes by it, be it as the owner's id in its place. */
export async function isConfidential(
  { findClient }: Pick<ServerContext, "findClient">,
  id: string,
): Promise<boolean> {
  return (await findClient(id))?.tokenId !== undefined;
}

/** The one answer to a client that could not be authenticated, with a challenge where it used the header (RFC 6749 section 5.2). */
export function clientRefusal({ headers }: EndpointCall): OAuthRefusal {
  if (!headers.has("authorization")) return { error: "invalid_client" };
  return { error: "invalid_client", fields: [["www-authenticate", 'Basic realm="oauth"']] };
}

type Outcome = AuthenticatedClient | "unavailable" | undefined;

async function clientOf(
  context: ServerContext,
  presented: PresentedClient,
  call: EndpointCall,
): Promise<Outcome> {
  switch (presented.type) {
    case "none":
      return publicClient(context, presented.id);
    case "secret":
      return clientBySecret(context, presented, call);
    case "assertion":
      return clientByAssertion(context, presented, call);
    case "unreadable":
      return undefined;
  }
}

/** A client with a token of its own is confidential: without authentication it is somebody else. */
async function publicClient(
  { findClient, isForRegisteredOnly }: ServerContext,
  id: string | undefined,
): Promise<Outcome> {
  const registered = id === undefined ? undefined : await findClient(id);
  if (registered === undefined && isForRegisteredOnly) return undefined;
  if (registered?.tokenId !== undefined) return undefined;
  return { id, method: "none", registered, credential: undefined };
}

async function clientBySecret(
  context: ServerContext,
  { id, secret, method }: Extract<PresentedClient, { type: "secret" }>,
  { address }: EndpointCall,
): Promise<Outcome> {
  const registered = await context.findClient(id);
  if (registered === undefined && context.isForRegisteredOnly) return undefined;
  const grant = await context.tokens.grant(secret, { access: {}, address });
  if (!grant.ok) return grant.code === "unavailable" ? "unavailable" : undefined;
  const isItsOwn =
    registered === undefined ? grant.owner.id === id : grant.token.id === registered.tokenId;
  return isItsOwn ? { id, method, registered, credential: secret } : undefined;
}

async function clientByAssertion(
  context: ServerContext,
  { id, assertion }: Extract<PresentedClient, { type: "assertion" }>,
  { url, address }: EndpointCall,
): Promise<Outcome> {
  const { issuer } = context;
  const audiences = [issuer, endpointUrls(issuer).token, url];
  const registered = await clientOfAssertion(context, { assertion, id, audiences });
  if (registered === undefined) return undefined;
  const credential = { tokenId: registered.tokenId };
  const grant = await context.tokens.grant(credential, { access: {}, address });
  if (!grant.ok) return grant.code === "unavailable" ? "unavailable" : undefined;
  return { id: registered.id, method: "private_key_jwt", registered, credential };
}
