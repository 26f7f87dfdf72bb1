import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { WebHandler } from "../../src/http/web-handler.ts";
import type { Issued, IssueRequest, TokenryOptions } from "../../src/index.ts";
import { generateKeys } from "../../src/oauth/keys/generate-keys.ts";
import type { OAuthClient } from "../../src/oauth/server/clients.ts";
import { oauthServer } from "../../src/oauth/server/oauth-server.ts";
import type { OAuthServerOptions } from "../../src/oauth/server/options.ts";
import { BOB, MANAGER } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

export const ISSUER = "https://login.example.com";
/** Serves orders alone. */
export const ORDERS = "https://orders.example.com";
/** Serves invoices alone. */
export const INVOICES = "https://invoices.example.com";

/** A registered confidential client and the secret of its API token. */
export interface ConfidentialClient {
  readonly id: string;
  readonly secret: string;
  readonly tokenId: string;
}

/** An authorization server over a tokenry in memory, that stands still. */
export interface EndpointWorld extends World {
  readonly handler: WebHandler;
  readonly keys: OAuthServerOptions["keys"];
  /** Serves orders; registered, with a secret and a key. */
  readonly ordersApi: ConfidentialClient & { readonly privateKey: JWK };
  /** Serves invoices. */
  readonly invoicesApi: ConfidentialClient;
  /** Serves nothing. */
  readonly worker: ConfidentialClient;
  post(
    path: string,
    parameters: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** An access token by token exchange, and what came with it. */
  exchange(
    issued: Issued,
    parameters?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<string>;
  introspect(
    token: string,
    by?: ConfidentialClient,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>>;
}

const keys = await generateKeys({ algorithm: "ES256" });
const pair = await generateKeyPair("ES256", { extractable: true });

export function basic({ id, secret }: { readonly id: string; readonly secret: string }): {
  readonly authorization: string;
} {
  return {
    authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
  };
}

/** Makes the world; options of the server may be given, and of the tokenry. */
export async function createEndpointWorld(
  options: Partial<OAuthServerOptions> = {},
  tokenry: Partial<TokenryOptions> = {},
): Promise<EndpointWorld> {
  const world = createWorld(tokenry);
  const registered: OAuthClient[] = [];
  const register = async (
    id: string,
    more: Partial<OAuthClient> = {},
    request: Partial<IssueRequest> = {},
  ): Promise<ConfidentialClient> => {
    const { secret, token } = await world.issue({ owner: MANAGER, name: id, ...request });
    registered.push({ id, tokenId: token.id, ...more });
    return { id, secret: secret.reveal(), tokenId: token.id };
  };
  const jwks = { keys: [await exportJWK(pair.publicKey)] };
  const ordersApi = await register("orders-api", { introspects: [ORDERS], jwks });
  const invoicesApi = await register("invoices-api", { introspects: [INVOICES] });
  const worker = await register("worker", {}, { owner: BOB });
  const handler = oauthServer(world.tokens, {
    ...{ issuer: ISSUER, keys, clients: registered, clock: world.clock },
    resources: { [ORDERS]: { apis: ["orders"] }, [INVOICES]: { apis: ["invoices"] } },
    ...options,
  });
  const post: EndpointWorld["post"] = (path, parameters, headers = {}) =>
    handler(
      new Request(`${ISSUER}${path}`, {
        method: "POST",
        headers,
        body: new URLSearchParams(parameters),
      }),
    );
  return {
    ...world,
    ...{ handler, keys, invoicesApi, worker, post },
    ordersApi: { ...ordersApi, privateKey: await exportJWK(pair.privateKey) },
    async exchange(issued, parameters = {}, headers = {}) {
      const response = await post(
        "/token",
        { grant_type: "refresh_token", refresh_token: issued.secret.reveal(), ...parameters },
        headers,
      );
      const { access_token: token, error } = (await response.json()) as Record<string, string>;
      if (token === undefined) throw new Error(`no access token: ${error}`);
      return token;
    },
    async introspect(token, by = ordersApi, parameters = {}) {
      const response = await post("/introspect", { token, ...parameters }, basic(by));
      return (await response.json()) as Record<string, unknown>;
    },
  };
}
