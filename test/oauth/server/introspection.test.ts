import fc from "fast-check";
import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from "jose";
import * as oauth from "oauth4webapi";
import { describe, expect, it, vi } from "vitest";
import { type Issued, type IssueRequest, SYSTEM } from "../../../src/index.ts";
import { generateKeys } from "../../../src/oauth/keys/generate-keys.ts";
import { suppliedKeys } from "../../../src/oauth/keys/supplied-keys.ts";
import { memoryReplays } from "../../../src/storage/memory/replays.ts";
import { ADA, BOB } from "../../support/directory.ts";
import {
  basic,
  createEndpointWorld,
  type EndpointWorld,
  INVOICES,
  ISSUER,
  ORDERS,
} from "../endpoint-world.ts";

const INACTIVE = { active: false };

/** A token of Ada's that can be regenerated and changed, for orders in full and invoices to read. */
function issueApplication(
  world: EndpointWorld,
  request: Partial<IssueRequest> = {},
): Promise<Issued> {
  const access = { orders: "full", invoices: "read" } as const;
  return world.issue({ kind: "application", access, ...request });
}

const asWorker = (world: EndpointWorld): Record<string, string> => basic(world.worker);

describe("introspection of access tokens", () => {
  it("R7662-03: tells all that an access token says, with times in whole seconds", async () => {
    const world = await createEndpointWorld();
    const issued = await issueApplication(world);
    const token = await world.exchange(issued, { scope: "orders:full", client_id: "cli" });
    const answer = await world.introspect(token);
    expect(answer).toEqual({ ...decodeJwt(token), active: true, token_type: "Bearer" });
    expect(answer).toMatchObject({
      ...{ iss: ISSUER, sub: ADA, aud: ORDERS, client_id: "cli", scope: "orders:full" },
      tokenry: {
        id: issued.token.id,
        kind: "application",
        budgets: { orders: [300, 600, 60_000] },
      },
    });
    const { iat, exp } = answer as { iat: number; exp: number };
    expect([Number.isInteger(iat), exp - iat]).toEqual([true, 900]);
  });

  it("R7662-01 R7662-08: takes a form by POST alone, with a token in it", async () => {
    const world = await createEndpointWorld();
    const get = await world.handler(new Request(`${ISSUER}/introspect?token=x`));
    expect(get.status).toBe(405);
    const without = await world.post("/introspect", {}, basic(world.ordersApi));
    expect([without.status, await without.json()]).toMatchObject([
      400,
      { error: "invalid_request" },
    ]);
    const empty = await world.post("/introspect", { token: "" }, basic(world.ordersApi));
    expect(empty.status).toBe(400);
    const json = await world.handler(
      new Request(`${ISSUER}/introspect`, {
        method: "POST",
        headers: { ...basic(world.ordersApi), "content-type": "application/json" },
        body: JSON.stringify({ token: "x" }),
      }),
    );
    expect(json.status).toBe(400);
  });

  it("R7662-02: refuses who does not authenticate, whatever the token is", async () => {
    const world = await createEndpointWorld();
    const token = await world.exchange(await issueApplication(world));
    const asking = async (more: object, headers: Record<string, string> = {}): Promise<unknown> => {
      const response = await world.post("/introspect", { token, ...more }, headers);
      return [response.status, await response.json()];
    };
    const refused = [401, { error: "invalid_client", error_description: expect.any(String) }];
    expect(await asking({})).toEqual(refused);
    expect(await asking({ client_id: "cli" })).toEqual(refused);
    expect(await asking({ client_id: "orders-api" })).toEqual(refused);
    expect(await asking({}, basic({ ...world.ordersApi, secret: world.worker.secret }))).toEqual(
      refused,
    );
    const challenged = await world.post("/introspect", { token }, basic({ id: "x", secret: "y" }));
    expect(challenged.headers.get("www-authenticate")).toContain("Basic");
  });

  it("R7662-02: a client ends with its own API token", async () => {
    const world = await createEndpointWorld();
    const token = await world.exchange(await issueApplication(world));
    await world.tokens.revoke({ tokenId: world.ordersApi.tokenId, actor: SYSTEM });
    const response = await world.post("/introspect", { token }, basic(world.ordersApi));
    expect(response.status).toBe(401);
  });

  it("R7662-04 R7662-06: is told to who serves a resource of the token, and to nobody else", async () => {
    const world = await createEndpointWorld();
    const issued = await issueApplication(world);
    const orders = await world.exchange(issued, { resource: ORDERS });
    const both = await world.exchange(issued);
    expect(decodeJwt(both).aud).toEqual([ORDERS, INVOICES]);
    const isActive = async (token: string, by = world.ordersApi): Promise<unknown> =>
      (await world.introspect(token, by as EndpointWorld["ordersApi"])).active;
    expect(await isActive(orders)).toBe(true);
    expect(await world.introspect(orders, world.invoicesApi)).toEqual(INACTIVE);
    expect(await world.introspect(orders, world.worker)).toEqual(INACTIVE);
    expect(await world.introspect(both, world.invoicesApi)).toMatchObject({ active: true });
  });

  it("R7662-04: is told to the client that the token was issued to", async () => {
    const world = await createEndpointWorld();
    const response = await world.post(
      "/token",
      { grant_type: "client_credentials" },
      asWorker(world),
    );
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect(await world.introspect(token, world.worker)).toMatchObject({
      ...{ active: true, client_id: "worker", sub: BOB },
    });
  });

  it("R7662-04 CORE-14: of what is not active nothing else is told, byte for byte", async () => {
    const world = await createEndpointWorld();
    const issued = await issueApplication(world);
    const token = await world.exchange(issued, { resource: ORDERS });
    const [header = "", payload = "", signature = ""] = token.split(".");
    const bodies = async (each: string, hint?: string): Promise<string> => {
      const parameters = { token: each, ...(hint === undefined ? {} : { token_type_hint: hint }) };
      const response = await world.post("/introspect", parameters, basic(world.ordersApi));
      expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
      return response.text();
    };
    const known = [await bodies(token)];
    expect(known[0]).toContain('"active":true');
    const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const none = btoa('{"alg":"none","typ":"at+jwt"}').replace(/=+$/, "");
    const unknown = [
      ...["x", "a.b.c", "..", "💥", issued.secret.reveal().slice(0, -1)],
      ...[`${header}.${payload}.${flipped}`, `${none}.${payload}.`, `${header}.${payload}.`],
    ];
    for (const each of unknown) expect(await bodies(each)).toBe('{"active":false}');
    await world.tokens.revoke({ tokenId: issued.token.id, actor: SYSTEM });
    expect(await bodies(token)).toBe('{"active":false}');
    expect(await bodies(issued.secret.reveal())).toBe('{"active":false}');
  });

  it("R7662-06: a token of another issuer, type, key or audience is not active", async () => {
    const signing = await generateKeys({ algorithm: "ES256" });
    const world = await createEndpointWorld({ keys: signing });
    const token = await world.exchange(await issueApplication(world));
    const { kid, privateKey } = await suppliedKeys(signing).current();
    const signed = (changes: object, typ = "at+jwt", key = privateKey): Promise<string> =>
      new SignJWT({ ...decodeJwt(token), ...changes })
        .setProtectedHeader({ alg: "ES256", kid, typ })
        .sign(key);
    expect(await world.introspect(await signed({}))).toMatchObject({ active: true });
    const { privateKey: foreign } = await generateKeyPair("ES256");
    const others = [
      signed({ iss: "https://evil.example.com" }),
      signed({ aud: "https://other.example.com" }),
      signed({ exp: undefined }),
      signed({ nbf: 9_999_999_999 }),
      signed({ tokenry: undefined }),
      signed({ jti: undefined }),
      signed({}, "JWT"),
      signed({}, "token-introspection+jwt"),
      signed({}, "at+jwt", foreign),
    ];
    for (const other of others) expect(await world.introspect(await other)).toEqual(INACTIVE);
  });

  it("R7662-06: keys in a header are not looked at, and a public key is no shared secret", async () => {
    const world = await createEndpointWorld();
    const claims = decodeJwt(await world.exchange(await issueApplication(world)));
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const own = new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", jwk: await exportJWK(publicKey) })
      .sign(privateKey);
    expect(await world.introspect(await own)).toEqual(INACTIVE);
    const published = await world.handler(new Request(`${ISSUER}/jwks`));
    const shared = new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
      .sign(new TextEncoder().encode(await published.text()));
    expect(await world.introspect(await shared)).toEqual(INACTIVE);
  });

  it("R7662-06: to the millisecond of its expiry", async () => {
    const world = await createEndpointWorld();
    const token = await world.exchange(await issueApplication(world));
    const expiresAt = (decodeJwt(token).exp as number) * 1000;
    world.clock.set(expiresAt - 1);
    expect(await world.introspect(token)).toMatchObject({ active: true });
    world.clock.set(expiresAt);
    expect(await world.introspect(token)).toEqual(INACTIVE);
  });

  it.each([
    ["revoked", (world, { token }) => world.tokens.revoke({ tokenId: token.id, actor: SYSTEM })],
    [
      "regenerated",
      (world, { token }) => {
        // The same millisecond would be the same secret's.
        world.clock.pass({ seconds: 1 });
        return world.tokens.regenerate({ tokenId: token.id, actor: SYSTEM });
      },
    ],
    [
      "narrowed",
      (world, { token }) =>
        world.tokens.update({ tokenId: token.id, actor: SYSTEM, access: { orders: "read" } }),
    ],
    ["deprovisioned", (world) => world.tokens.deprovision({ owner: ADA, actor: SYSTEM })],
    ["of an inactive owner", async (world) => world.directory.change(ADA, { active: false })],
    [
      "of an owner without API access",
      async (world) => world.directory.change(ADA, { apiAccess: false }),
    ],
    [
      "of an owner who may do less",
      async (world) => world.directory.change(ADA, { methods: ["GET"] }),
    ],
    ["of an owner who moved", async (world) => world.directory.change(ADA, { account: "globex" })],
  ] satisfies readonly [string, (world: EndpointWorld, issued: Issued) => Promise<unknown>][])(
    "R7662-06 R7009-06 OWN-21 CORE-39: no access token of an API token that is %s is active",
    async (_name, change) => {
      const world = await createEndpointWorld();
      const issued = await issueApplication(world);
      const token = await world.exchange(issued, { resource: ORDERS });
      expect(await world.introspect(token)).toMatchObject({ active: true, scope: "orders:full" });
      await change(world, issued);
      await world.tokens.ownerChanged(ADA);
      expect(await world.introspect(token)).toEqual(INACTIVE);
    },
  );

  it("CORE-41: what was narrowed elsewhere, or widened, ends nothing", async () => {
    const world = await createEndpointWorld();
    const issued = await issueApplication(world, { access: { orders: "read", invoices: "full" } });
    const token = await world.exchange(issued, { resource: ORDERS });
    const access = { orders: ["GET", "PUT"], invoices: "none" } as const;
    await world.tokens.update({ tokenId: issued.token.id, actor: SYSTEM, access });
    expect(await world.introspect(token)).toMatchObject({ active: true, scope: "orders:read" });
  });

  it("spends no budget and notes no use of the API token", async () => {
    const world = await createEndpointWorld();
    const issued = await issueApplication(world, { budgets: { orders: 1, invoices: 1 } });
    const token = await world.exchange(issued, { resource: ORDERS });
    for (let count = 0; count < 10; count += 1)
      expect(await world.introspect(token)).toMatchObject({ active: true });
    const left = await world.verify(issued.secret);
    expect(left).toMatchObject({ ok: true, budget: { remaining: 4 } });
  });

  it("imports the published keys once", async () => {
    const world = await createEndpointWorld();
    const token = await world.exchange(await issueApplication(world));
    expect(await world.introspect(token)).toMatchObject({ active: true });
    const imported = vi.spyOn(crypto.subtle, "importKey");
    expect(await world.introspect(token)).toMatchObject({ active: true });
    expect(imported).not.toHaveBeenCalled();
  });

  it("a key that was retired still tells; one that is gone does not", async () => {
    const [first, second] = [
      await generateKeys({ algorithm: "ES256" }),
      await generateKeys({ algorithm: "RS256" }),
    ];
    let keys = suppliedKeys(first);
    const world = await createEndpointWorld({
      keys: { current: () => keys.current(), published: () => keys.published() },
    });
    const token = await world.exchange(await issueApplication(world));
    keys = suppliedKeys({ current: second.current, retired: [first.current] });
    expect(await world.introspect(token)).toMatchObject({ active: true });
    keys = suppliedKeys({ current: second.current });
    expect(await world.introspect(token)).toEqual(INACTIVE);
  });
});

describe("introspection of API tokens", () => {
  it("R7662-03 R7662-05: tells what an API token opens at the resources of who asks, whatever the hint", async () => {
    const world = await createEndpointWorld();
    const issued = await issueApplication(world, { expiresIn: { months: 3 } });
    const secret = issued.secret.reveal();
    const expected = {
      ...{ active: true, iss: ISSUER, sub: ADA, scope: "orders:full" },
      iat: Math.floor(world.clock.now() / 1000),
      exp: Math.floor((issued.token.expiresAt as Date).getTime() / 1000),
    };
    for (const hint of ["refresh_token", "access_token", "jwt", "💥"])
      expect(await world.introspect(secret, world.ordersApi, { token_type_hint: hint })).toEqual(
        expected,
      );
    expect(await world.introspect(secret)).toEqual(expected);
    expect(await world.introspect(secret, world.invoicesApi)).toMatchObject({
      scope: "invoices:read",
    });
    expect(await world.introspect(secret, world.worker)).toEqual(INACTIVE);
  });

  it("R7662-05: a wrong hint finds an access token all the same", async () => {
    const world = await createEndpointWorld();
    const token = await world.exchange(await issueApplication(world));
    expect(
      await world.introspect(token, world.ordersApi, { token_type_hint: "refresh_token" }),
    ).toMatchObject({ active: true });
  });

  it("R7662-04: who serves nothing has nothing looked up", async () => {
    const world = await createEndpointWorld();
    const { secret } = await issueApplication(world);
    await world.introspect("x", world.worker);
    await world.tokens.ownerChanged(ADA);
    const asked = world.directory.asked.length;
    expect(await world.introspect(secret.reveal(), world.worker)).toEqual(INACTIVE);
    expect(world.directory.asked).toHaveLength(asked);
  });

  it("has no expiry where there is none", async () => {
    const world = await createEndpointWorld();
    const issued = await world.issue({ kind: "direct" });
    const answer = await world.introspect(issued.secret.reveal());
    expect(answer).toMatchObject({ active: true, scope: "orders:full" });
    expect(answer).not.toHaveProperty("exp");
  });

  it.each([
    ["opens nothing there", { access: { invoices: "full" } }],
    ["has a rule about networks", { network: { include: ["203.0.113.0/24"] } }],
  ] satisfies readonly [string, Partial<IssueRequest>][])(
    "R7662-06: is not active for who asks when it %s",
    async (_name, request) => {
      const world = await createEndpointWorld();
      const issued = await issueApplication(world, request);
      expect(await world.introspect(issued.secret.reveal())).toEqual(INACTIVE);
    },
  );

  it("R7662-06: is not active from its expiry on, swept or not", async () => {
    const world = await createEndpointWorld();
    const { secret } = await world.issue();
    world.clock.pass({ days: 20 });
    // Who asks lives on by that.
    expect(await world.introspect(secret.reveal())).toMatchObject({ active: true });
    world.clock.pass({ days: 10 });
    expect(await world.introspect(secret.reveal())).toEqual(INACTIVE);
  });
});

describe("outages of introspection", () => {
  it("R7662-06: what cannot be looked up is 503 with Retry-After, never inactive", async () => {
    const replays = memoryReplays();
    const errors: unknown[] = [];
    const world = await createEndpointWorld({ replays, onError: (error) => errors.push(error) });
    const token = await world.exchange(await issueApplication(world));
    vi.spyOn(replays, "has").mockRejectedValueOnce(new Error("down"));
    const response = await world.post("/introspect", { token }, basic(world.ordersApi));
    expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(errors).toHaveLength(1);
  });

  it.each(["access", "api"])(
    "R7662-06: a directory that is down, for an %s token",
    async (which) => {
      const world = await createEndpointWorld();
      const issued = await issueApplication(world);
      const token = which === "api" ? issued.secret.reveal() : await world.exchange(issued);
      await world.tokens.ownerChanged(ADA);
      const find = world.directory.find;
      vi.spyOn(world.directory, "find").mockImplementation((id) => {
        if (id === ADA) throw new Error("down");
        return find(id);
      });
      const response = await world.post("/introspect", { token }, basic(world.ordersApi));
      expect(response.status).toBe(503);
    },
  );

  it("keys that cannot be had", async () => {
    const keys = suppliedKeys(await generateKeys({ algorithm: "ES256" }));
    const world = await createEndpointWorld({ keys });
    const token = await world.exchange(await issueApplication(world));
    vi.spyOn(keys, "published").mockRejectedValue(new Error("down"));
    const response = await world.post("/introspect", { token }, basic(world.ordersApi));
    expect(response.status).toBe(503);
  });
});

describe("signed answers (RFC 9701)", () => {
  const ACCEPT = "application/token-introspection+jwt";
  const ask = async (world: EndpointWorld, token: string, accept: string): Promise<Response> =>
    world.post("/introspect", { token }, { ...basic(world.ordersApi), accept });

  it("oauth4webapi takes the answer, and its signature is of the published keys", async () => {
    const world = await createEndpointWorld({ introspection: { signed: true } });
    const token = await world.exchange(await issueApplication(world));
    const call = async (url: string, init: object): Promise<Response> =>
      world.handler(new Request(url, init));
    const issuer = new URL(ISSUER);
    const as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: "oauth2", [oauth.customFetch]: call }),
    );
    const skew = Math.round((world.clock.now() - Date.now()) / 1000);
    const client: oauth.Client = {
      client_id: "orders-api",
      introspection_signed_response_alg: "ES256",
      [oauth.clockSkew]: skew,
    };
    const response = await oauth.introspectionRequest(
      ...([as, client, oauth.ClientSecretBasic(world.ordersApi.secret), token] as const),
      { [oauth.customFetch]: call },
    );
    expect(response.headers.get("content-type")).toBe(ACCEPT);
    const copy = response.clone();
    const result = await oauth.processIntrospectionResponse(as, client, response);
    expect(result).toMatchObject({ active: true, sub: ADA, token_type: "Bearer" });

    const keys = createRemoteJWKSet(new URL(as.jwks_uri as string), { [customFetch]: call });
    const { payload, protectedHeader } = await jwtVerify(await copy.text(), keys, {
      ...{ issuer: ISSUER, audience: "orders-api", typ: "token-introspection+jwt" },
      currentDate: new Date(world.clock.now()),
    });
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect(Object.keys(payload).sort()).toEqual(["aud", "iat", "iss", "token_introspection"]);
    expect(payload.token_introspection).toEqual({
      ...decodeJwt(token),
      active: true,
      token_type: "Bearer",
    });
    // It is no access token, and nothing that an endpoint takes.
    expect(await world.introspect(await (await ask(world, token, ACCEPT)).text())).toEqual(
      INACTIVE,
    );
  });

  it("R7662-04: of what is not active nothing else is signed", async () => {
    const world = await createEndpointWorld({ introspection: { signed: true } });
    const payload = decodeJwt(await (await ask(world, "x", ACCEPT)).text());
    expect(payload.token_introspection).toEqual(INACTIVE);
  });

  it.each([
    [true, "Application/Token-Introspection+JWT", "jwt"],
    [true, `application/json;q=0.5, ${ACCEPT} ; q=1.0`, "jwt"],
    [true, `${ACCEPT};q=0`, "json"],
    [true, `${ACCEPT};q=0.000`, "json"],
    [true, `${ACCEPT};q=0.001`, "jwt"],
    [true, "*/*", "json"],
    [true, "application/json", "json"],
    [true, `${ACCEPT}x`, "json"],
    [false, ACCEPT, "json"],
  ])("signed: %s, Accept: %s gives %s", async (signed, accept, type) => {
    const world = await createEndpointWorld({ introspection: { signed } });
    const response = await ask(world, "x", accept);
    expect(response.headers.get("content-type")).toBe(type === "jwt" ? ACCEPT : "application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("hostile tokens", () => {
  it("R7662-04: any text is inactive, and never an error", async () => {
    const world = await createEndpointWorld();
    const part = fc.base64String({ maxLength: 40 }).map((text) => text.replaceAll(/[+/=]/g, "-"));
    const text = fc.oneof(
      fc.string({ minLength: 1, unit: "binary" }),
      fc.tuple(part, part, part).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect(await world.introspect(token)).toEqual(INACTIVE);
      }),
      { numRuns: 100 },
    );
  });
});
