import { type CryptoKey, exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const REFRESH_TYPE = "urn:ietf:params:oauth:token-type:refresh_token";

/** Loopback has no TLS; the library would have it otherwise. */
const http = { [oauth.allowInsecureRequests]: true } as const;

let site: Site;
let as: oauth.AuthorizationServer;
let secret: string;
let robot: { readonly secret: string; readonly tokenId: string };
let robotKey: CryptoKey;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  robotKey = privateKey;
  const jwk = await exportJWK(publicKey);
  const clients = new Map<string, object>();
  site = await openSite({
    server: {
      clients: { find: (id) => clients.get(id) as never },
      dpop: { nonces: true },
      introspection: { signed: true },
    },
    verifier: () => ({ dpop: { nonces: true } }),
  });
  robot = await site.issue("robot");
  const { tokenId } = robot;
  const introspects = [site.resource];
  clients.set("robot-keys", { id: "robot-keys", tokenId, jwks: { keys: [jwk] }, introspects });
  ({ secret } = await site.issue("ada"));
  const issuer = new URL(site.issuer);
  const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...http });
  as = await oauth.processDiscoveryResponse(issuer, response);
});
afterAll(() => site[Symbol.asyncDispose]());

const cli: oauth.Client = { client_id: "cli" };
const keyed: oauth.Client = { client_id: "robot-keys" };

/** Exchanges Ada's API token as a public client. */
async function refresh(options: object = {}): Promise<oauth.TokenEndpointResponse> {
  const response = await oauth.refreshTokenGrantRequest(as, cli, oauth.None(), secret, {
    ...http,
    ...options,
  });
  return oauth.processRefreshTokenResponse(as, cli, response);
}

async function callOrders(token: string, options: object = {}): Promise<Response> {
  const url = new URL(`${site.resource}/orders?page=2`);
  return oauth.protectedResourceRequest(token, "GET", url, undefined, undefined, {
    ...http,
    ...options,
  });
}

describe("oauth4webapi completes", () => {
  test("R8414-01, R8414-02 discovery", () => {
    expect(as).toMatchObject({ issuer: site.issuer, token_endpoint: `${site.issuer}/token` });
    expect(as.grant_types_supported).toEqual(
      expect.arrayContaining(["refresh_token", "client_credentials", EXCHANGE]),
    );
  });

  test("R9728-01, R9728-02 discovery of the resource", async () => {
    const url = new URL(site.resource);
    const response = await oauth.resourceDiscoveryRequest(url, http);
    const resource = await oauth.processResourceDiscoveryResponse(url, response);
    expect(resource).toMatchObject({ authorization_servers: [site.issuer] });
  });

  test("OWN-14 to OWN-18 the refresh grant, whose token is the API token, and stays it", async () => {
    const answer = await refresh();
    expect(answer).toMatchObject({
      ...{ token_type: "bearer", expires_in: 900, scope: "orders:full", refresh_token: secret },
    });
    const response = await callOrders(answer.access_token);
    expect(await response.json()).toEqual({ for: "ada" });
  });

  test("R9068-01 to R9068-04 its own validation of access tokens", async () => {
    const { access_token: token } = await refresh();
    const headers = { authorization: `Bearer ${token}` };
    const request = new Request(`${site.resource}/orders`, { headers });
    const claims = await oauth.validateJwtAccessToken(as, request, site.resource, http);
    expect(claims).toMatchObject({ sub: "ada", client_id: "cli", scope: "orders:full" });
  });

  test("R8693-01, R8693-04 token exchange, narrowed by scope and resource", async () => {
    const parameters = new URLSearchParams({
      ...{ subject_token: secret, subject_token_type: REFRESH_TYPE },
      ...{ scope: "orders:read", resource: site.resource },
    });
    const response = await oauth.genericTokenEndpointRequest(
      ...([as, cli, oauth.None(), EXCHANGE, parameters, http] as const),
    );
    const answer = await oauth.processGenericTokenEndpointResponse(as, cli, response);
    expect(answer).toMatchObject({
      ...{ scope: "orders:read", issued_token_type: REFRESH_TYPE.replace("refresh", "access") },
    });
    const refused = callOrders(answer.access_token).then(({ status }) => status);
    expect(await refused).toBe(200);
  });

  test("client credentials, the API token as client secret, in the header and in the body", async () => {
    const client: oauth.Client = { client_id: "robot" };
    for (const authenticate of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
      const response = await oauth.clientCredentialsGrantRequest(
        ...([as, client, authenticate(robot.secret), new URLSearchParams(), http] as const),
      );
      const answer = await oauth.processClientCredentialsResponse(as, client, response);
      expect(answer.scope).toBe("orders:full");
      expect(answer.refresh_token).toBeUndefined();
    }
  });

  test("OKT-90 client credentials by private_key_jwt", async () => {
    const response = await oauth.clientCredentialsGrantRequest(
      ...([as, keyed, oauth.PrivateKeyJwt(robotKey), { scope: "orders:read" }, http] as const),
    );
    const answer = await oauth.processClientCredentialsResponse(as, keyed, response);
    expect(answer.scope).toBe("orders:read");
  });

  test("R9449-01 to R9449-06 DPoP with a nonce of each server", async () => {
    const pair = await oauth.generateKeyPair("ES256");
    const DPoP = oauth.DPoP(cli, pair);
    await expect(refresh({ DPoP })).rejects.toSatisfy(oauth.isDPoPNonceError);
    const answer = await refresh({ DPoP });
    expect(answer.token_type).toBe("dpop");
    await expect(callOrders(answer.access_token, { DPoP })).rejects.toSatisfy(
      oauth.isDPoPNonceError,
    );
    expect((await callOrders(answer.access_token, { DPoP })).status).toBe(200);
    const other = oauth.DPoP(cli, await oauth.generateKeyPair("ES256"));
    await callOrders(answer.access_token, { DPoP: other }).catch(() => undefined);
    const stolen = callOrders(answer.access_token, { DPoP: other });
    await expect(stolen).rejects.toMatchObject({ status: 401 });
    await expect(callOrders(answer.access_token)).rejects.toMatchObject({ status: 401 });
  });

  test("R7662-01, R7662-03 introspection, in JSON and signed", async () => {
    const { access_token: token } = await refresh();
    const authentication = oauth.PrivateKeyJwt(robotKey);
    for (const requestJwtResponse of [false, true]) {
      const response = await oauth.introspectionRequest(
        ...([as, keyed, authentication, token, { requestJwtResponse, ...http }] as const),
      );
      const answer = await oauth.processIntrospectionResponse(as, keyed, response);
      if (requestJwtResponse) await oauth.validateApplicationLevelSignature(as, response, http);
      expect(answer).toMatchObject({ active: true, sub: "ada", scope: "orders:full" });
    }
  });

  test("R7009-01, R7009-02 revocation, of an access token and then of the API token", async () => {
    const { secret: mortal } = await site.issue("bob");
    const exchange = () => oauth.refreshTokenGrantRequest(as, cli, oauth.None(), mortal, http);
    const exchanged = await oauth.processRefreshTokenResponse(as, cli, await exchange());
    const isActive = async (): Promise<boolean> => {
      const response = await oauth.introspectionRequest(
        ...([as, keyed, oauth.PrivateKeyJwt(robotKey), exchanged.access_token, http] as const),
      );
      return (await oauth.processIntrospectionResponse(as, keyed, response)).active;
    };
    expect(await isActive()).toBe(true);
    const revoke = async (token: string): Promise<void> => {
      const response = await oauth.revocationRequest(as, cli, oauth.None(), token, http);
      await oauth.processRevocationResponse(response);
    };
    await revoke(exchanged.access_token);
    expect(await isActive()).toBe(false);
    expect((await exchange()).status).toBe(200);
    await revoke(mortal);
    const refused = oauth.processRefreshTokenResponse(as, cli, await exchange());
    await expect(refused).rejects.toMatchObject({ error: "invalid_grant" });
  });
});
