import { type CryptoKey, exportJWK, generateKeyPair } from "jose";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const REFRESH_TYPE = "urn:ietf:params:oauth:token-type:refresh_token";

let site: Site;
let robotKey: CryptoKey;
let secret: string;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  robotKey = privateKey;
  const jwk = await exportJWK(publicKey);
  const clients = new Map<string, object>();
  site = await openSite({
    server: { clients: { find: (id) => clients.get(id) as never }, dpop: { nonces: true } },
    verifier: () => ({ dpop: { nonces: true } }),
    algorithm: "RS256",
  });
  const { tokenId } = await site.issue("robot");
  const introspects = [site.resource];
  clients.set("robot-keys", { id: "robot-keys", tokenId, jwks: { keys: [jwk] }, introspects });
  ({ secret } = await site.issue("ada"));
});
afterAll(() => site[Symbol.asyncDispose]());

function discover(id: string, authentication: client.ClientAuth): Promise<client.Configuration> {
  return client.discovery(new URL(site.issuer), id, {}, authentication, {
    ...{ algorithm: "oauth2", execute: [client.allowInsecureRequests] },
  });
}

const asCli = (): Promise<client.Configuration> => discover("cli", client.None());
const asRobot = (): Promise<client.Configuration> =>
  discover("robot-keys", client.PrivateKeyJwt(robotKey));

async function orders(
  config: client.Configuration,
  token: string,
  options?: client.DPoPOptions,
): Promise<unknown> {
  const url = new URL(`${site.resource}/orders`);
  const more = [undefined, undefined, options] as const;
  return (await client.fetchProtectedResource(config, token, url, "GET", ...more)).json();
}

describe("openid-client completes", () => {
  test("R8414-01 discovery and the refresh grant (OWN-14)", async () => {
    const config = await asCli();
    const answer = await client.refreshTokenGrant(config, secret, { scope: "orders:read" });
    expect(answer).toMatchObject({ scope: "orders:read", refresh_token: secret });
    expect(await orders(config, answer.access_token)).toEqual({ for: "ada" });
  });

  test("R8693-01 token exchange", async () => {
    const answer = await client.genericGrantRequest(await asCli(), EXCHANGE, {
      ...{ subject_token: secret, subject_token_type: REFRESH_TYPE },
    });
    expect(answer.scope).toBe("orders:full");
  });

  test("OKT-90 client credentials by private_key_jwt, and by the API token", async () => {
    const keyed = await client.clientCredentialsGrant(await asRobot());
    expect(keyed.scope).toBe("orders:full");
    const config = await discover("ada", client.ClientSecretBasic(secret));
    expect(await client.clientCredentialsGrant(config)).toMatchObject({ token_type: "bearer" });
  });

  test("R9449-04 DPoP, whose nonces it finds out by itself", async () => {
    const config = await asCli();
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
    const answer = await client.refreshTokenGrant(config, secret, undefined, { DPoP });
    expect(answer.token_type).toBe("dpop");
    expect(await orders(config, answer.access_token, { DPoP })).toEqual({ for: "ada" });
  });

  test("R7662-03 introspection and R7009-06 revocation, which ends what was exchanged before", async () => {
    const { secret: mortal } = await site.issue("bob");
    const [cli, robot] = [await asCli(), await asRobot()];
    const { access_token: token } = await client.refreshTokenGrant(cli, mortal);
    expect(await client.tokenIntrospection(robot, token)).toMatchObject({
      active: true,
      sub: "bob",
    });
    await client.tokenRevocation(cli, mortal);
    expect(await client.tokenIntrospection(robot, token)).toEqual({ active: false });
    const again = client.refreshTokenGrant(cli, mortal);
    await expect(again).rejects.toMatchObject({ error: "invalid_grant" });
  });
});
