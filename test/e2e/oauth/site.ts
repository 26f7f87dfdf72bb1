import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { JWK } from "jose";
import { createProtect, toNodeHandler } from "../../../src/adapters/node.ts";
import {
  createTokenry,
  type IssueRequest,
  manySliding,
  memoryBus,
  SYSTEM,
  type Tokenry,
  type TokenryOptions,
} from "../../../src/index.ts";
import {
  type AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  accessTokenVerifier,
  generateKeys,
  type OAuthServerOptions,
  oauthServer,
  protectedResource,
  suppliedKeys,
} from "../../../src/oauth/index.ts";

/** An authorization server and a resource server, each at an address of its own, over real connections. */
export interface Site extends AsyncDisposable {
  readonly tokens: Tokenry;
  readonly issuer: string;
  /** The resource server, which is its own identifier. */
  readonly resource: string;
  readonly verifier: AccessTokenVerifier;
  /** The public keys. */
  readonly keys: () => Promise<{ readonly keys: readonly JWK[] }>;
  /** Issues a token to an owner. */
  issue(
    owner: string,
    more?: Partial<IssueRequest>,
  ): Promise<{ readonly secret: string; readonly tokenId: string }>;
}

/** How a site differs from the usual one. */
export interface SiteOptions {
  readonly server?: Partial<OAuthServerOptions>;
  readonly verifier?: (
    site: Pick<Site, "issuer" | "resource">,
  ) => Partial<AccessTokenVerifierOptions>;
  readonly algorithm?: "RS256" | "ES256" | "EdDSA";
  readonly tokenry?: Partial<TokenryOptions>;
  /** The limit on failures of the resource server's guard. */
  readonly guessing?: false;
}

/** Opens a site. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const tokens = createTokenry({
    kinds: { service: manySliding({ prefix: "acme_svc" }) },
    apis: {
      orders: { limit: 600_000, window: { minutes: 1 } },
      invoices: { limit: 600_000, window: { minutes: 1 } },
    },
    directory: { find: (id) => ({ id, account: "acme", active: true }) },
    bus: memoryBus(),
    cache: { owner: false },
    ...options.tokenry,
  });
  const [authorization, orders] = [await openServer(), await openServer()];
  const [issuer, resource] = [authorization.url, orders.url];
  const keys = suppliedKeys(await generateKeys({ algorithm: options.algorithm ?? "ES256" }));
  const server = oauthServer(tokens, {
    ...{ issuer, keys, resources: { [resource]: { apis: ["orders"] } } },
    ...options.server,
  });
  authorization.serve(toNodeHandler(server, { origin: issuer }));
  const verifier = accessTokenVerifier({
    ...{ issuer, audience: resource, resourceMetadata: true },
    ...options.verifier?.({ issuer, resource }),
  });
  const metadata = protectedResource({ resource, authorizationServers: [issuer] });
  const describe = toNodeHandler(metadata, { origin: resource });
  const { guessing = {} } = options;
  const protect = createProtect(tokens, { accessTokens: verifier, guessing });
  const list = protect("orders", (request, response) => {
    response.end(JSON.stringify({ for: request.token.owner.id }));
  });
  orders.serve((request, response) => {
    const isMetadata = request.url?.startsWith("/.well-known/") === true;
    (isMetadata ? describe : list)(request, response);
  });
  return {
    ...{ tokens, issuer, resource, verifier, keys: () => keys.published() },
    async issue(owner, more = {}) {
      const { secret, token } = await tokens.issue({
        ...{ kind: "service", owner, actor: SYSTEM, name: "test", ...more },
      });
      return { secret: secret.reveal(), tokenId: token.id };
    },
    async [Symbol.asyncDispose]() {
      await verifier.close();
      await tokens.close();
      for (const each of [authorization, orders]) await each.close();
    },
  };
}

interface OpenServer {
  readonly url: string;
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

async function openServer(): Promise<OpenServer> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server on TCP has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    serve: (listener) => void server.on("request", listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
