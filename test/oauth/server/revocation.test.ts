import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";
import { describe, expect, it, vi } from "vitest";
import { SYSTEM } from "../../../src/index.ts";
import { generateKeys } from "../../../src/oauth/keys/generate-keys.ts";
import { revokedKey } from "../../../src/oauth/revoked-key.ts";
import { memoryReplays } from "../../../src/storage/memory/replays.ts";
import { ADA, BOB } from "../../support/directory.ts";
import { basic, createEndpointWorld, type EndpointWorld, ISSUER } from "../endpoint-world.ts";

const INACTIVE = { active: false };

/** Status and body of an answer to a revocation. */
async function revoke(
  world: EndpointWorld,
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [number, string]> {
  const response = await world.post("/revoke", parameters, headers);
  return [response.status, await response.text()];
}

const DONE = [200, ""];

async function isActive(world: EndpointWorld, token: string): Promise<unknown> {
  return (await world.introspect(token)).active;
}

describe("revocation of API tokens", () => {
  it("R7009-01 R7009-05 R7009-06: ends the API token at once, and its access tokens", async () => {
    const world = await createEndpointWorld();
    const issued = await world.issue();
    const token = await world.exchange(issued);
    const other = await world.issue({ name: "another" });
    expect(await isActive(world, token)).toBe(true);
    expect(await revoke(world, { token: issued.secret.reveal() })).toEqual(DONE);
    expect(await world.codeOf(issued.secret)).toBe("unknown_token");
    expect(await world.introspect(token)).toEqual(INACTIVE);
    expect(await world.codeOf(other.secret)).toBe("ok");
    await expect(world.exchange(issued)).rejects.toThrow("invalid_grant");
  });

  it("R7009-02: is done again and again, and for what never was", async () => {
    const world = await createEndpointWorld();
    const { secret } = await world.issue();
    const token = secret.reveal();
    expect(await revoke(world, { token })).toEqual(DONE);
    for (const each of [
      token,
      token.slice(0, -1),
      "x",
      "💥",
      "a.b",
      "a.b.c",
      "..",
      "x".repeat(9999),
    ])
      expect(await revoke(world, { token: each })).toEqual(DONE);
  });

  it.each(["refresh_token", "access_token", "jwt", ""])(
    "R7009-03: the hint %j narrows nothing",
    async (hint) => {
      const world = await createEndpointWorld();
      const issued = await world.issue();
      const token = await world.exchange(issued);
      expect(await revoke(world, { token, token_type_hint: hint })).toEqual(DONE);
      expect(await isActive(world, token)).toBe(false);
      expect(await revoke(world, { token: issued.secret.reveal(), token_type_hint: hint })).toEqual(
        DONE,
      );
      expect(await world.codeOf(issued.secret)).toBe("unknown_token");
    },
  );

  it("R7009-01: takes a form by POST alone, with a token in it", async () => {
    const world = await createEndpointWorld();
    const get = await world.handler(new Request(`${ISSUER}/revoke?token=x`));
    expect(get.status).toBe(405);
    const inUrl = await world.post("/revoke?token=x", {});
    expect(inUrl.status).toBe(400);
    const [status, body] = await revoke(world, {});
    expect([status, JSON.parse(body).error]).toEqual([400, "invalid_request"]);
  });

  it("OKT-10: whoever has a secret may end it, a client that is somebody else, too", async () => {
    const world = await createEndpointWorld();
    const { secret } = await world.issue();
    expect(await revoke(world, { token: secret.reveal() }, basic(world.worker))).toEqual(DONE);
    expect(await world.codeOf(secret)).toBe("unknown_token");
  });
});

describe("revocation of access tokens", () => {
  it("R7009-05 R7009-06: ends the one token, not its API token and not its siblings", async () => {
    const world = await createEndpointWorld();
    const issued = await world.issue();
    const [token, sibling] = [await world.exchange(issued), await world.exchange(issued)];
    expect(await revoke(world, { token })).toEqual(DONE);
    expect(await world.introspect(token)).toEqual(INACTIVE);
    expect(await isActive(world, sibling)).toBe(true);
    expect(await world.codeOf(issued.secret)).toBe("ok");
    expect(await revoke(world, { token })).toEqual(DONE);
  });

  it("R7009-05: is remembered by a hash to the token's expiry, and no longer", async () => {
    const replays = memoryReplays();
    const add = vi.spyOn(replays, "add");
    const world = await createEndpointWorld({ replays });
    const token = await world.exchange(await world.issue());
    const { jti, exp } = decodeJwt(token) as { jti: string; exp: number };
    world.clock.pass({ minutes: 5 });
    await revoke(world, { token });
    const key = revokedKey(jti);
    expect(add).toHaveBeenLastCalledWith(key, 600_000, world.clock.now());
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(replays.has(key, exp * 1000 - 1)).toBe(true);
    expect(replays.has(key, exp * 1000)).toBe(false);
  });

  it("R7009-02 OWN-13: of what has expired, and of what others signed, nothing is remembered", async () => {
    const replays = memoryReplays();
    const add = vi.spyOn(replays, "add");
    const world = await createEndpointWorld({ replays });
    const token = await world.exchange(await world.issue());
    const elsewhere = await createEndpointWorld({ keys: await generateKeys() });
    const other = await elsewhere.exchange(await elsewhere.issue());
    expect(await revoke(world, { token: other })).toEqual(DONE);
    world.clock.pass({ minutes: 15 });
    expect(await revoke(world, { token })).toEqual(DONE);
    expect(add).not.toHaveBeenCalled();
  });

  it("R7009-04: the token of another client is refused, and lives on", async () => {
    const world = await createEndpointWorld();
    const issued = await world.issue();
    const named = await world.exchange(issued, { client_id: "cli" });
    const unnamed = await world.exchange(issued);
    const refusal = {
      error: "invalid_grant",
      error_description: "The token was issued to another client.",
    };
    const refused = async (token: string, by: object, headers = {}): Promise<void> => {
      const [status, body] = await revoke(world, { token, ...by }, headers);
      expect([status, JSON.parse(body)]).toEqual([400, refusal]);
      expect(await isActive(world, token)).toBe(true);
    };
    await refused(named, { client_id: "other" });
    await refused(named, {});
    await refused(named, {}, basic(world.worker));
    await refused(unnamed, { client_id: "cli" });
    await refused(unnamed, {}, basic(world.worker));
    expect(await revoke(world, { token: named, client_id: "cli" })).toEqual(DONE);
    expect(await revoke(world, { token: unnamed })).toEqual(DONE);
    expect([await isActive(world, named), await isActive(world, unnamed)]).toEqual([false, false]);
  });

  it("R7009-04: a confidential client must authenticate, and then ends its own", async () => {
    const world = await createEndpointWorld();
    const response = await world.post(
      "/token",
      { grant_type: "client_credentials" },
      basic(world.worker),
    );
    const { access_token: token } = (await response.json()) as { access_token: string };
    const [status, body] = await revoke(world, { token, client_id: "worker" });
    expect([status, JSON.parse(body).error]).toEqual([401, "invalid_client"]);
    expect((await revoke(world, { token }))[0]).toBe(400);
    expect(await world.introspect(token, world.worker)).toMatchObject({ active: true });
    expect(await revoke(world, { token }, basic(world.worker))).toEqual(DONE);
    expect(await world.introspect(token, world.worker)).toEqual(INACTIVE);
  });

  it("R7009-04: a client that is called as its owner does not lose its token to who has no name", async () => {
    const world = await createEndpointWorld();
    const { secret, token: own } = await world.issue({ owner: BOB });
    const named = await createEndpointWorld(
      {
        clients: { find: (id) => (id === BOB ? { id, tokenId: own.id } : undefined) },
      },
      { repository: world.repository },
    );
    const credentials = basic({ id: BOB, secret: secret.reveal() });
    const response = await named.post("/token", { grant_type: "client_credentials" }, credentials);
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect(decodeJwt(token)).toMatchObject({ sub: BOB, client_id: BOB });
    expect((await revoke(named, { token }))[0]).toBe(400);
    expect(
      await named.introspect(token, { id: BOB, secret: secret.reveal(), tokenId: own.id }),
    ).toMatchObject({ active: true });
    expect(await revoke(named, { token }, credentials)).toEqual(DONE);
  });

  it("R7009-02: oauth4webapi takes the answers", async () => {
    const world = await createEndpointWorld();
    const token = await world.exchange(await world.issue(), { client_id: "cli" });
    const as = { issuer: ISSUER, revocation_endpoint: `${ISSUER}/revoke` };
    const ask = async (id: string): Promise<Response> =>
      oauth.revocationRequest(as, { client_id: id }, oauth.None(), token, {
        [oauth.customFetch]: (url, init) => world.handler(new Request(url, init)),
      });
    await expect(oauth.processRevocationResponse(await ask("other"))).rejects.toMatchObject({
      error: "invalid_grant",
    });
    await oauth.processRevocationResponse(await ask("cli"));
    expect(await isActive(world, token)).toBe(false);
  });
});

describe("outages of revocation", () => {
  it("R7009-07: what cannot be remembered is 503 with Retry-After, and the token lives", async () => {
    const replays = memoryReplays();
    const world = await createEndpointWorld({ replays });
    const token = await world.exchange(await world.issue());
    vi.spyOn(replays, "add").mockRejectedValueOnce(new Error("down"));
    const response = await world.post("/revoke", { token });
    expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    expect(await isActive(world, token)).toBe(true);
  });

  it("R7009-07: an API token whose store is down", async () => {
    const world = await createEndpointWorld();
    const { secret } = await world.issue({ owner: ADA });
    vi.spyOn(world.repository, "commit").mockRejectedValueOnce(new Error("down"));
    const response = await world.post("/revoke", { token: secret.reveal() });
    expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    expect(await world.codeOf(secret)).toBe("ok");
    await world.tokens.revokeAll({ owner: ADA, actor: SYSTEM });
  });
});
