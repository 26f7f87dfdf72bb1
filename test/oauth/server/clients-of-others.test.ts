import * as client from "openid-client";
import { describe, expect, it } from "vitest";
import type { OAuthClient } from "../../../src/oauth/server/clients.ts";
import type { OAuthServerOptions } from "../../../src/oauth/server/options.ts";
import {
  clientKey,
  createOAuthWorld,
  EXCHANGE,
  ISSUER,
  type OAuthWorld,
  ORDERS,
  TOKEN_TYPE,
} from "../fixtures.ts";

/** A world at the present time, as openid-client reads the platform's clock. */
async function createPresentWorld(options: Partial<OAuthServerOptions> = {}): Promise<OAuthWorld> {
  const world = await createOAuthWorld(options);
  world.clock.set(Date.now());
  return world;
}

async function discover(
  { server }: OAuthWorld,
  id: string,
  authentication: client.ClientAuth,
): Promise<client.Configuration> {
  const execute: NonNullable<client.DiscoveryRequestOptions["execute"]> = [];
  return client.discovery(new URL(ISSUER), id, undefined, authentication, {
    algorithm: "oauth2",
    execute,
    // A cast: its types of what a body may be are wider than the platform's.
    [client.customFetch]: (url, init) => server(new Request(url, init as RequestInit)),
  });
}

describe("openid-client, over oauth4webapi", () => {
  it("R8414-02 OWN-15 discovers the server and refreshes as a public client", async () => {
    const world = await createPresentWorld();
    const { secret } = await world.issue();
    const config = await discover(world, "cli", client.None());
    const tokens = await client.refreshTokenGrant(config, secret.reveal(), { resource: ORDERS });
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 900, scope: "orders:full" });
    expect(tokens.refresh_token).toBe(secret.reveal());
  });

  it("R8693-01 exchanges tokens", async () => {
    const world = await createPresentWorld();
    const { secret } = await world.issue();
    const config = await discover(world, "cli", client.None());
    const tokens = await client.genericGrantRequest(config, EXCHANGE, {
      subject_token: secret.reveal(),
      subject_token_type: `${TOKEN_TYPE}refresh_token`,
      scope: "orders:read",
    });
    expect(tokens).toMatchObject({ scope: "orders:read" });
    expect(tokens.issued_token_type).toBe(`${TOKEN_TYPE}access_token`);
  });

  it.each([
    ["ClientSecretBasic", client.ClientSecretBasic],
    ["ClientSecretPost", client.ClientSecretPost],
  ])("RFC 6749 section 4.4 has client credentials by %s", async (_name, authenticate) => {
    const world = await createPresentWorld();
    const { secret } = await world.issue();
    const config = await discover(world, "ada", authenticate(secret.reveal()));
    const tokens = await client.clientCredentialsGrant(config, { scope: "orders:read" });
    expect(tokens.scope).toBe("orders:read");
  });

  it("OKT-90 has client credentials by a key; R7662-06 R7009-02 introspects and revokes", async () => {
    const key = await clientKey();
    const clients: OAuthClient[] = [];
    const find = (id: string): OAuthClient | undefined => clients.find((known) => known.id === id);
    const world = await createPresentWorld({ clients: { find } });
    const { token } = await world.issue();
    clients.push({ id: "daemon", tokenId: token.id, jwks: { keys: [key.publicJwk] } });
    const config = await discover(world, "daemon", client.PrivateKeyJwt(key.privateKey));
    const { access_token: text } = await client.clientCredentialsGrant(config);
    expect(await client.tokenIntrospection(config, text)).toMatchObject({ active: true });
    await client.tokenRevocation(config, text);
    expect(await client.tokenIntrospection(config, text)).toEqual({ active: false });
  });

  it("R9449-04 proves its key, with the nonce that it is told", async () => {
    const world = await createPresentWorld({ dpop: { nonces: true } });
    const { secret } = await world.issue();
    const config = await discover(world, "cli", client.None());
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    const tokens = await client.refreshTokenGrant(config, secret.reveal(), undefined, { DPoP });
    expect(tokens.token_type).toBe("dpop");
  });

  it("reads our errors", async () => {
    const world = await createPresentWorld();
    const config = await discover(world, "cli", client.None());
    await expect(client.refreshTokenGrant(config, "nonsense")).rejects.toMatchObject({
      ...{ error: "invalid_grant", status: 400 },
      error_description: "The API token is not valid.",
    });
    const wrong = await discover(world, "ada", client.ClientSecretBasic("nonsense"));
    await expect(client.clientCredentialsGrant(wrong)).rejects.toMatchObject({ status: 401 });
  });
});
