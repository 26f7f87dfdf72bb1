import type { JWK } from "jose";
import type { Awaitable } from "../../ports/awaitable.ts";

/**
 * A client that is registered with an authorization server. One that is not may all the same exchange an API token that it presents, and
 * may use it as its client secret, by the id of the token's owner.
 */
export interface OAuthClient {
  /** The `client_id`. */
  readonly id: string;
  /**
   * The API token that the client acts by: it is what `private_key_jwt` grants from, and what is revoked to end the client. Its secret is
   * good as the client secret, too. Absent: a public client, which presents an API token with each exchange.
   */
  readonly tokenId?: string;
  /** Public keys of the client, for `private_key_jwt` (RFC 7523); needs `tokenId`. */
  readonly jwks?: { readonly keys: readonly JWK[] };
  /** The resources that this client serves: it may introspect access tokens that are for one of them. Default none. */
  readonly introspects?: readonly string[];
  /** Whether its access tokens must be bound to a key (RFC 9449 section 5.2). Default `false`. */
  readonly dpopBoundAccessTokens?: boolean;
}

/** Finds a registered client. An outage throws. */
export type FindClient = (clientId: string) => Awaitable<OAuthClient | undefined>;
