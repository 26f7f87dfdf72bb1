import { describe, expect, it } from "vitest";
import type { Owner } from "../../../src/index.ts";
import type { OAuthClient } from "../../../src/oauth/server/clients.ts";
import { readForm } from "../../../src/oauth/server/form.ts";
import { movableClock } from "../../support/clock.ts";
import { assertionOf, basic, clientKey, createOAuthWorld, type OAuthWorld } from "../fixtures.ts";

const sending = { address: "192.0.2.1" };
const ENDED = { token: "acme_svc_x", client_id: "cli" };
const CLIENT_GRANT = { grant_type: "client_credentials" };

/** The quickest of a few, in milliseconds: the others have waited for somebody. */
async function quickestMs(body: string): Promise<number> {
  let quickestSoFar = Number.POSITIVE_INFINITY;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (let run = 0; run < 7; run += 1) {
    const request = new Request("https://auth.example.com/token", {
      ...{ method: "POST", headers, body },
    });
    const startedAt = performance.now();
    await readForm(request);
    quickestSoFar = Math.min(quickestSoFar, performance.now() - startedAt);
  }
  return quickestSoFar;
}

describe("a form of one parameter again and again", () => {
  it("costs by its length, and not by the square of it", async () => {
    const [short, long] = ["resource=&".repeat(800), "resource=&".repeat(6400)];
    await quickestMs(long);
    // By the square it would be 64.
    expect((await quickestMs(long)) / (await quickestMs(short))).toBeLessThan(20);
  });

  it("keeps each of its values, and the empty ones apart", async () => {
    const form = await readForm(
      new Request("https://auth.example.com/token", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "resource=a&resource=&resource=b&scope=",
      }),
    );
    if (typeof form === "string") throw new Error(form);
    expect(form.all("resource")).toEqual(["a", "b"]);
    expect([form.get("resource"), form.get("scope"), form.get("x")]).toEqual([
      ...["a", undefined, undefined],
    ]);
  });
});

describe("an API token that ends while it is exchanged", () => {
  it("OWN-21 its access token is not dated later than its end", async () => {
    const clock = movableClock();
    const startedAt = clock.now();
    let pass = (): void => {};
    const find = (id: string): Owner => {
      pass();
      return { id, account: "acme", active: true };
    };
    const world = await createOAuthWorld(
      { clock },
      { clock, directory: { find }, cache: { owner: false } },
    );
    const { secret } = await world.issue();
    // A directory that is slow: whatever happens meanwhile is later than the look at the API token.
    pass = () => clock.pass({ seconds: 10 });
    const answered = await world.refresh(secret.reveal());
    expect(clock.now()).toBe(startedAt + 10_000);
    expect(JSON.parse(atob(`${answered.body.access_token}`.split(".")[1] ?? ""))).toMatchObject({
      ...{ iat: startedAt / 1000, exp: startedAt / 1000 + 900 },
    });
  });
});

describe("the name of a client that must authenticate", () => {
  async function createNamedWorld(): Promise<OAuthWorld & { readonly clients: OAuthClient[] }> {
    const clients: OAuthClient[] = [];
    const find = (id: string): OAuthClient | undefined => clients.find((each) => each.id === id);
    return { ...(await createOAuthWorld({ clients: { find } })), clients };
  }

  it("RFC 9068 section 5 does not come by an owner of the same name, with another API token", async () => {
    const world = await createNamedWorld();
    const [{ secret, token }, { secret: other }] = [await world.issue(), await world.issue()];
    world.clients.push({ id: "ada", tokenId: token.id });
    for (const each of [other, secret])
      expect(await world.refresh(each.reveal())).toMatchObject({
        ...{ status: 401, body: { error: "invalid_client" } },
      });
    const headers = basic("ada", secret.reveal());
    const answered = await world.post(CLIENT_GRANT, { headers });
    expect(await world.claimsOf(answered)).toMatchObject({ client_id: "ada" });
    expect((await world.refresh(other.reveal(), { client_id: "cli" })).status).toBe(200);
  });

  it("a public client of that name keeps nobody out", async () => {
    const world = await createNamedWorld();
    world.clients.push({ id: "ada" });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal())).status).toBe(200);
  });
});

describe("an assertion whose expiry is within a second", () => {
  it("OKT-90 RFC 7523 section 3 is good once until the last moment", async () => {
    const key = await clientKey();
    const clients: OAuthClient[] = [];
    const find = (id: string): OAuthClient | undefined => clients.find((each) => each.id === id);
    const world = await createOAuthWorld({ clients: { find } });
    const { token } = await world.issue();
    clients.push({ id: "daemon", tokenId: token.id, jwks: { keys: [key.publicJwk] } });
    const now = world.clock.now();
    const exp = now / 1000 + 30.25;
    const proof = await assertionOf(key, "daemon", now, { claims: { exp } });
    expect((await world.post({ ...CLIENT_GRANT, ...proof })).status).toBe(200);
    // Without the fraction it was forgotten at 35,250, and good until 36,000.
    for (const laterMs of [29_000, 35_249, 35_250, 35_999, 36_000]) {
      world.clock.set(now + laterMs);
      const again = await world.post({ ...CLIENT_GRANT, ...proof });
      expect([laterMs, again.status, again.body.error]).toEqual([laterMs, 401, "invalid_client"]);
    }
  });
});

describe("what somebody is looked up for, or a signature is checked for, counts", () => {
  /** One more failure than that is too many. */
  const limited = { guessing: { limit: 1 } } as const;

  it.each([
    { name: "a proof that is none", headers: { dpop: "nonsense" }, status: 400 },
    { name: "a client without authentication", form: CLIENT_GRANT, status: 401 },
    { name: "an API token that is none, to be revoked", form: ENDED, path: "/revoke", status: 200 },
    { name: "nobody, who introspects", form: ENDED, path: "/introspect", status: 401 },
  ])("CORE-68 $name", async ({ form, headers = {}, path = "/token", status }) => {
    const world = await createOAuthWorld(limited);
    const { secret } = await world.issue();
    const refresh = { grant_type: "refresh_token", refresh_token: secret.reveal() };
    const answered = await world.post(form ?? refresh, { ...sending, path, headers });
    expect(answered.status).toBe(status);
    expect((await world.refresh(secret.reveal(), {}, sending)).status).toBe(429);
    const elsewhere = { address: "192.0.2.2" };
    expect((await world.refresh(secret.reveal(), {}, elsewhere)).status).toBe(200);
  });

  it("a revocation that ended something does not", async () => {
    const world = await createOAuthWorld(limited);
    const { secret } = await world.issue();
    const { secret: other } = await world.issue();
    await world.post({ token: secret.reveal() }, { ...sending, path: "/revoke" });
    expect((await world.refresh(other.reveal(), {}, sending)).status).toBe(200);
  });
});
