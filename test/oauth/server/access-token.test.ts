import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import {
  type AccessTokenFacts,
  claimsFor,
  newJti,
  signAccessToken,
} from "../../../src/oauth/server/access-token.ts";
import { createWorld } from "../../support/world.ts";
import { ISSUER, ORDERS, signingKeys } from "../fixtures.ts";

async function factsOf(more: Partial<AccessTokenFacts> = {}): Promise<AccessTokenFacts> {
  const world = createWorld();
  const { secret } = await world.issue({ kind: "web" });
  const grant = await world.tokens.grant(secret);
  if (!grant.ok) throw new Error(grant.code);
  return {
    ...{ issuer: ISSUER, grant, levels: { orders: "read" }, audience: ORDERS },
    ...{ clientId: undefined, thumbprint: undefined, lifetimeMs: 900_000, ...more },
  };
}

describe("claimsFor", () => {
  it("R9068-03 an API token without an end sets none but the lifetime", async () => {
    const claims = claimsFor(await factsOf(), "a", 1_000_999);
    expect([claims?.iat, claims?.exp]).toEqual([1000, 1900]);
  });

  it("R9449-03 a key is confirmed by its thumbprint", async () => {
    const claims = claimsFor(await factsOf({ thumbprint: "abc" }), "a", 0);
    expect(claims?.cnf).toEqual({ jkt: "abc" });
    expect(claimsFor(await factsOf(), "a", 0)).not.toHaveProperty("cnf");
  });
});

describe("signAccessToken", () => {
  it("R9068-03 claims of the host's own never take the place of the server's", async () => {
    const claims = claimsFor(await factsOf(), newJti(), 0);
    if (claims === undefined) throw new Error("none");
    const key = await (await signingKeys()).current();
    const text = await signAccessToken(key, claims, { iss: "mallory", exp: 9e9, roles: ["admin"] });
    expect(decodeJwt(text)).toEqual({ ...claims, roles: ["admin"] });
  });
});
