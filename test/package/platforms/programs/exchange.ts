import { memoryRepository, type Tokenry } from "tokenry";
import { createProtect, mount } from "tokenry/fetch";
import {
  accessTokenVerifier,
  generateKeys,
  type OAuthServerOptions,
  oauthServer,
  protectedResource,
  resourceMetadataUrl,
  storedKeys,
} from "tokenry/oauth";

const ISSUER = "https://auth.shop.example";
const RESOURCE = "https://orders.shop.example";

/** What an authorization server signs with, by each algorithm; one set of keys comes out of an encrypted store. */
const KEYS: Readonly<Record<string, () => Promise<OAuthServerOptions["keys"]>>> = {
  RS256: async () => generateKeys(),
  ES256: async () => generateKeys({ algorithm: "ES256" }),
  EdDSA: async () => generateKeys({ algorithm: "EdDSA" }),
  stored: async () => {
    // An application's comes from where its secrets are.
    const key = new Uint8Array(32).fill(7);
    const encryptionKeys = [{ id: "2026", key }];
    return storedKeys({ store: memoryRepository(), encryptionKeys, algorithm: "ES256" });
  },
};

/**
 * An authorization server and a resource server in one process, by their handlers alone: an API token that may read orders is exchanged for
 * access tokens, which the resource server takes or not. Gives what came of it, by each kind of keys.
 */
export async function exchangeAndVerify(
  tokens: Tokenry,
  secret: string,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const outcomes = Object.entries(KEYS).map(
    async ([name, makeKeys]) => [name, await outcomesBy(await makeKeys(), tokens, secret)] as const,
  );
  return Object.fromEntries(await Promise.all(outcomes));
}

async function outcomesBy(
  keys: OAuthServerOptions["keys"],
  tokens: Tokenry,
  secret: string,
): Promise<readonly unknown[]> {
  const server = mount(
    oauthServer(tokens, { issuer: ISSUER, keys, resources: { [RESOURCE]: { apis: ["orders"] } } }),
  );
  const verifier = accessTokenVerifier({
    ...{ issuer: ISSUER, audience: RESOURCE, dpop: {} },
    // Where the keys are, the server's metadata says.
    fetch: (url, init) => server(new Request(url, init)),
  });
  const orders = createProtect(verifier)("orders", (_request, token) =>
    Response.json([token.owner.id, token.claims?.cnf === undefined ? "bearer" : "bound"]),
  );
  const prove = await createProver();
  const call = async (method: string, headers: Readonly<Record<string, string>>) => {
    const response = await orders(new Request(`${RESOURCE}/orders`, { method, headers }));
    return response.ok ? ((await response.json()) as readonly string[]).join(" ") : response.status;
  };
  const exchange = async (headers: Readonly<Record<string, string>> = {}): Promise<string> => {
    const grant = { grant_type: "refresh_token", refresh_token: secret, client_id: "cli" };
    const body = new URLSearchParams(grant);
    const response = await server(
      new Request(`${ISSUER}/token`, { method: "POST", headers, body }),
    );
    return ((await response.json()) as { readonly access_token: string }).access_token;
  };

  const bearer = await exchange();
  const bound = await exchange({ dpop: await prove("POST", `${ISSUER}/token`) });
  const proof = await prove("GET", `${RESOURCE}/orders`, bound);
  return [
    await call("GET", { authorization: `Bearer ${bearer}` }),
    await call("POST", { authorization: `Bearer ${bearer}` }),
    await call("GET", { authorization: `Bearer ${bearer.slice(0, -8)}AAAAAAAA` }),
    await call("GET", { authorization: `DPoP ${bound}`, dpop: proof }),
    await call("GET", { authorization: `DPoP ${bound}`, dpop: proof }),
    await call("GET", { authorization: `Bearer ${bound}` }),
    await resourceIn(await protectedResource(ABOUT)(new Request(resourceMetadataUrl(RESOURCE)))),
  ];
}

const ABOUT = { resource: RESOURCE, authorizationServers: [ISSUER] };

async function resourceIn(response: Response): Promise<string> {
  return ((await response.json()) as { readonly resource: string }).resource;
}

/** Makes proofs of possession by a key of its own (RFC 9449 section 4.2), by the platform alone. */
async function createProver(): Promise<
  (method: string, url: string, token?: string) => Promise<string>
> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const header = encoded({ typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } });
  return async (method, url, token) => {
    const hash = await crypto.subtle.digest("SHA-256", bytesOf(token ?? ""));
    const claims = encoded({
      ...{ htm: method, htu: url, iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID() },
      ...(token === undefined ? {} : { ath: encoded(hash) }),
    });
    const signed = bytesOf(`${header}.${claims}`);
    return `${header}.${claims}.${encoded(await crypto.subtle.sign(algorithm, pair.privateKey, signed))}`;
  };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Base64url, of an object as JSON. */
function encoded(value: object | ArrayBuffer): string {
  const bytes =
    value instanceof ArrayBuffer ? new Uint8Array(value) : bytesOf(JSON.stringify(value));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
