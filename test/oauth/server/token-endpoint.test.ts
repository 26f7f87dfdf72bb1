import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import {
  type Answered,
  basic,
  clientKey,
  createOAuthWorld,
  EXCHANGE,
  INVOICES,
  ISSUER,
  ORDERS,
  proofOf,
  signingKeys,
  TOKEN_TYPE,
} from "../fixtures.ts";

describe("the refresh grant", () => {
  it("OWN-01 OWN-14 OWN-15 OWN-16 exchanges an API token, as Own's clients do", async () => {
    const world = await createOAuthWorld({ wholeScope: "api:access" });
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal(), {
      scope: "api:access",
      client_id: "Acme CLI/1.0",
    });
    expect(answered.status).toBe(200);
    expect(answered.body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 900,
      scope: "invoices:full orders:full",
      refresh_token: secret.reveal(),
    });
  });

  it("R6750-10 no cache may keep the answer, nor a refusal", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    for (const text of [secret.reveal(), "nonsense"]) {
      const { headers } = await world.refresh(text);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("pragma")).toBe("no-cache");
      expect(headers.get("content-type")).toBe("application/json");
    }
  });

  it("R9068-01 R9068-03 the access token has the claims of the profile", async () => {
    const world = await createOAuthWorld();
    const { secret, token } = await world.issue();
    const answered = await world.refresh(secret.reveal(), { client_id: "cli" });
    const now = world.clock.now() / 1000;
    expect(await world.claimsOf(answered)).toEqual({
      ...{ iss: ISSUER, sub: "ada", client_id: "cli", aud: [ORDERS, INVOICES] },
      ...{ iat: now, exp: now + 900, jti: expect.stringMatching(/^[\w-]{22}$/) },
      scope: "invoices:full orders:full",
      tokenry: {
        ...{ id: token.id, kind: "service", account: "acme", hint: token.hint },
        secretCreatedAt: world.clock.now(),
        budgets: { orders: [300, 600, 60_000], invoices: [500, 1000, 60_000] },
        methods: { invoices: ["GET", "POST"] },
      },
    });
    const { kid } = await world.keys.current();
    expect(decodeProtectedHeader(`${answered.body.access_token}`)).toEqual({
      ...{ alg: "ES256", kid, typ: "at+jwt" },
    });
  });

  it.each(["RS256", "EdDSA"] as const)(
    "R9068-02 signs by %s where the key is of it",
    async (alg) => {
      const keys = await signingKeys(alg);
      const world = await createOAuthWorld({ keys });
      const { secret } = await world.issue();
      const { body } = await world.refresh(secret.reveal());
      const { kid } = await keys.current();
      expect(decodeProtectedHeader(`${body.access_token}`)).toMatchObject({ alg, kid });
    },
  );

  it("R9068-03 a client that names itself not has its owner's id, and every token its own jti", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const [one, two] = await Promise.all([
      world.refresh(secret.reveal()).then(world.claimsOf),
      world.refresh(secret.reveal()).then(world.claimsOf),
    ]);
    expect(one.client_id).toBe("ada");
    expect(one.jti).not.toBe(two.jti);
  });

  it("OWN-18 DEC-06 the API token is not rotated: it is exchanged again and again", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    for (let round = 0; round < 3; round += 1)
      expect((await world.refresh(secret.reveal())).status).toBe(200);
    expect(await world.codeOf(secret)).toBe("ok");
  });

  it("R9068-03 no access token lives longer than its API token", async () => {
    const world = await createOAuthWorld();
    const { secret, token } = await world.issue({ kind: "personal" });
    const end = token.expiresAt?.getTime() ?? 0;
    world.clock.set(end - 60_500);
    const answered = await world.refresh(secret.reveal());
    const { exp, iat } = await world.claimsOf(answered);
    expect([exp, answered.body.expires_in]).toEqual([end / 1000, (exp ?? 0) - (iat ?? 0)]);
    world.clock.set(end - 1);
    expect((await world.refresh(secret.reveal())).status).toBe(200);
    world.clock.set(end);
    expect((await world.refresh(secret.reveal())).body.error).toBe("invalid_grant");
  });

  it("an API token that ends within the second gives nothing that has ended before it is there", async () => {
    const world = await createOAuthWorld();
    world.clock.set(world.clock.now() + 700);
    const { secret, token } = await world.issue({ kind: "personal" });
    world.clock.set((token.expiresAt?.getTime() ?? 0) - 100);
    expect(await world.refresh(secret.reveal())).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  it("OKT-91 the lifetime is as configured", async () => {
    const world = await createOAuthWorld({ accessTokenLifetime: { hours: 1 } });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal())).body.expires_in).toBe(3600);
  });

  it("R8693-07 CORE-14 whatever is wrong with the token is one and the same invalid_grant", async () => {
    const world = await createOAuthWorld({ guessing: false });
    const texts = new Set<string>();
    const { secret: unknown } = await (await createOAuthWorld()).issue();
    const { secret: revoked, token } = await world.issue();
    await world.tokens.revoke({ tokenId: token.id, actor: "mia" });
    const { secret: inactive } = await world.issue({ owner: "bob" });
    world.directory.change("bob", { active: false });
    await world.tokens.ownerChanged("bob");
    const { secret: expired } = await world.issue({ kind: "personal" });
    world.clock.pass({ days: 181 });
    for (const text of [
      "x",
      unknown.reveal(),
      revoked.reveal(),
      inactive.reveal(),
      expired.reveal(),
    ])
      texts.add((await world.refresh(text)).text);
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain("invalid_grant");
  });

  it("OWN-12 an owner whose API access is off is told so, after the token was found good", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    world.directory.change("ada", { apiAccess: false });
    await world.tokens.ownerChanged("ada");
    expect((await world.refresh(secret.reveal())).body).toEqual({
      error: "invalid_grant",
      error_description: "API access is switched off for this user.",
    });
  });

  it("CORE-51 the token's network counts for the exchange", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    const good = await world.refresh(secret.reveal(), {}, { address: "10.1.2.3" });
    expect(good.status).toBe(200);
    for (const address of ["192.0.2.1", undefined]) {
      const sending = address === undefined ? {} : { address };
      expect((await world.refresh(secret.reveal(), {}, sending)).body).toEqual({
        error: "invalid_grant",
        error_description: "The token may not be used from this network.",
      });
    }
  });
});

describe("parameters", () => {
  it.each([
    [{}, "invalid_request"],
    [{ grant_type: "refresh_token" }, "invalid_request"],
    [{ grant_type: "refresh_token", refresh_token: "" }, "invalid_request"],
    [{ grant_type: "password", username: "a", password: "b" }, "unsupported_grant_type"],
    [{ grant_type: "authorization_code", code: "a" }, "unsupported_grant_type"],
    [{ grant_type: "constructor" }, "unsupported_grant_type"],
  ])("ASVS 10.4.4 %o is %s", async (form, error) => {
    const world = await createOAuthWorld();
    expect(await world.post(form)).toMatchObject({ status: 400, body: { error } });
  });

  it("R8693-01 parameters, client, proof and token are looked at in this order", async () => {
    const world = await createOAuthWorld();
    const bad = { headers: { ...basic("ada", "wrong"), dpop: "wrong" } };
    const answers = [
      await world.refresh("wrong", { scope: "a" }, bad),
      await world.refresh("wrong", {}, bad),
      await world.refresh("wrong", {}, { headers: { dpop: "wrong" } }),
      await world.refresh("wrong"),
    ];
    expect(answers.map(({ body }) => body.error)).toEqual([
      ...["invalid_scope", "invalid_client", "invalid_dpop_proof", "invalid_grant"],
    ]);
  });
});

describe("scopes", () => {
  it.each([
    ["orders:read", "orders:read"],
    ["orders:GET", "orders:read"],
    ["orders:read orders:PUT", "orders:PUT orders:read"],
    ["orders:read orders:full", "orders:full"],
    [
      "orders:GET orders:POST orders:PUT orders:PATCH orders:DELETE",
      expect.stringContaining("PUT"),
    ],
    ["invoices:read orders:read", "invoices:read orders:read"],
  ])("R8693-04 R9068-05 OKT-91 %s gives %s", async (scope, given) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal(), { scope });
    expect([answered.status, answered.body.scope]).toEqual([200, given]);
    expect((await world.claimsOf(answered)).scope).toEqual(given);
  });

  it.each([
    ...["orders:full", "orders:PUT", "invoices:read", "orders:read invoices:read"],
    ...["shipments:read", "orders:none", "orders", ":read", "openid", "orders:read  orders:PUT"],
    ...["orders:read\u00e9", "ORDERS:read", "__proto__:read", "%6frders:read", "api:access"],
  ])("CORE-41 %s of a token that opens orders:read is invalid_scope", async (scope) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue({ kind: "application", access: { orders: "read" } });
    expect(await world.refresh(secret.reveal(), { scope })).toMatchObject({
      status: 400,
      body: { error: "invalid_scope" },
    });
  });

  it("OWN-15 the whole scope stands alone", async () => {
    const world = await createOAuthWorld({ wholeScope: "api:access" });
    const { secret } = await world.issue({ kind: "application", access: { orders: "read" } });
    const whole = await world.refresh(secret.reveal(), { scope: "api:access" });
    expect(whole.body.scope).toBe("orders:read");
    const mixed = await world.refresh(secret.reveal(), { scope: "api:access orders:read" });
    expect(mixed.body.error).toBe("invalid_scope");
  });

  it("CORE-41 what the owner may not do any more is not given", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    world.directory.change("ada", { access: { orders: "read" } });
    await world.tokens.ownerChanged("ada");
    expect((await world.refresh(secret.reveal())).body.scope).toBe("orders:read");
    const { body } = await world.refresh(secret.reveal(), { scope: "orders:full" });
    expect(body.error).toBe("invalid_scope");
  });

  it("a token that opens nothing gives nothing", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue({ kind: "application" });
    expect((await world.refresh(secret.reveal())).body.error).toBe("invalid_scope");
    const all = await createOAuthWorld({ resources: [ORDERS] });
    const { secret: other } = await all.issue({ kind: "application" });
    expect((await all.refresh(other.reveal())).body.error).toBe("invalid_scope");
  });

  it("what was asked for is given as it was, not by the widest word for it", async () => {
    const methods = ["GET", "POST"];
    const apis = { orders: { limit: 600, window: { minutes: 1 }, methods } };
    const world = await createOAuthWorld({ resources: [ORDERS] }, { apis });
    const { secret } = await world.issue();
    const { body } = await world.refresh(secret.reveal(), { scope: "orders:read orders:POST" });
    expect(body.scope).toBe("orders:POST orders:read");
  });
});

describe("resources", () => {
  it.each(["resource", "audience"])("R8693-03 %s chooses what the token is for", async (name) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal(), { [name]: ORDERS });
    expect(await world.claimsOf(answered)).toMatchObject({ aud: ORDERS, scope: "orders:full" });
  });

  it("RFC 8707 several may be named, and one twice", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const answered = await world.post({
      ...{ grant_type: "refresh_token", refresh_token: secret.reveal() },
      ...{ resource: [ORDERS, INVOICES], audience: ORDERS, scope: "orders:read" },
    });
    expect(await world.claimsOf(answered)).toMatchObject({
      ...{ aud: [ORDERS, INVOICES], scope: "orders:read" },
    });
  });

  it("RFC 8707 without one the token is for those that serve what it opens", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal(), { scope: "invoices:read" });
    expect((await world.claimsOf(answered)).aud).toBe(INVOICES);
  });

  it.each([
    ...["https://other.example.com", `${ORDERS}/`, `${ORDERS}#a`, "orders", "/orders"],
    ...["HTTPS://orders.example.com", "https://orders.example.com:443"],
  ])("R8693-05 %s is invalid_target", async (resource) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal(), { resource });
    expect(answered).toMatchObject({ status: 400, body: { error: "invalid_target" } });
  });

  it("a scope that the resource does not serve is invalid_scope, not left out", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const more = { resource: ORDERS, scope: "orders:read invoices:read" };
    expect((await world.refresh(secret.reveal(), more)).body.error).toBe("invalid_scope");
  });

  it("an API that no resource serves is in no access token", async () => {
    const world = await createOAuthWorld({ resources: { [ORDERS]: { apis: ["orders"] } } });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal())).body.scope).toBe("orders:full");
  });

  it("a resource without a list serves all", async () => {
    const world = await createOAuthWorld({ resources: [ORDERS, "urn:example:all"] });
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal());
    expect(await world.claimsOf(answered)).toMatchObject({
      ...{ aud: [ORDERS, "urn:example:all"], scope: "invoices:full orders:full" },
    });
  });

  it("a token of a network is narrowed to a resource all the same", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    const sending = { address: "10.0.0.1" };
    const answered = await world.refresh(secret.reveal(), { resource: ORDERS }, sending);
    expect(answered.body.scope).toBe("orders:full");
  });
});

describe("budgets", () => {
  const apis = {
    orders: { limit: 4, window: { minutes: 1 } },
    invoices: { limit: 1000, window: { minutes: 1 } },
  };

  it("an exchange is one call of each API of its scope, and 429 when there is none left", async () => {
    const world = await createOAuthWorld({}, { apis });
    const { secret } = await world.issue();
    const answers: Answered[] = [];
    for (let call = 0; call < 3; call += 1)
      answers.push(await world.refresh(secret.reveal(), { resource: ORDERS }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const [, , last] = answers;
    expect(last?.body).toEqual({
      error: "temporarily_unavailable",
      error_description: "The rate limit is reached. Try again later.",
    });
    expect(last?.headers.get("retry-after")).toBe("30");
    expect((await world.refresh(secret.reveal(), { resource: INVOICES })).status).toBe(200);
    const { body } = await world.refresh(secret.reveal(), { scope: "invoices:full" });
    expect(body.scope).toBe("invoices:full");
  });

  it("a refusal spends nothing", async () => {
    const world = await createOAuthWorld({}, { apis });
    const { secret } = await world.issue({ kind: "application", access: { orders: "read" } });
    for (let call = 0; call < 5; call += 1)
      await world.refresh(secret.reveal(), { scope: "orders:full" });
    expect(await world.codeOf(secret)).toBe("ok");
  });

  it("what no key can be found for spends nothing, and is an outage", async () => {
    const keys = { ...(await signingKeys()), current: () => Promise.reject(new Error("away")) };
    const world = await createOAuthWorld({ keys }, { apis });
    const { secret } = await world.issue();
    for (let call = 0; call < 5; call += 1) {
      const answered = await world.refresh(secret.reveal());
      expect(answered).toMatchObject({ status: 503, body: { error: "temporarily_unavailable" } });
      expect(answered.headers.get("retry-after")).toBe("5");
      expect(answered.text).not.toContain("away");
    }
    expect(world.reported).toHaveLength(5);
    expect(world.reported[0]).toMatchObject({ code: "unavailable", cause: new Error("away") });
    expect(await world.codeOf(secret)).toBe("ok");
  });
});

describe("token exchange", () => {
  const exchange = (secret: string): Record<string, string> => ({
    grant_type: EXCHANGE,
    subject_token: secret,
    subject_token_type: `${TOKEN_TYPE}refresh_token`,
  });

  it.each([
    [{}, "access_token"],
    [{ subject_token_type: `${TOKEN_TYPE}access_token` }, "access_token"],
    [{ requested_token_type: `${TOKEN_TYPE}access_token` }, "access_token"],
    [{ requested_token_type: `${TOKEN_TYPE}jwt` }, "jwt"],
  ])("R8693-01 R8693-04 %o", async (more, issued) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const { status, body } = await world.post({ ...exchange(secret.reveal()), ...more });
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        token_type: "Bearer",
        expires_in: 900,
        scope: "invoices:full orders:full",
        issued_token_type: `${TOKEN_TYPE}${issued}`,
      },
    ]);
  });

  it("R8693-06 the API token stays as it was", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    await world.post(exchange(secret.reveal()));
    expect(await world.codeOf(secret)).toBe("ok");
  });

  it.each([
    { subject_token: "" },
    { subject_token_type: "" },
    { subject_token_type: `${TOKEN_TYPE}jwt` },
    { subject_token_type: `${TOKEN_TYPE}saml2` },
    { requested_token_type: `${TOKEN_TYPE}refresh_token` },
    { requested_token_type: `${TOKEN_TYPE}id_token` },
  ])("R8693-01 R8693-03 %o is invalid_request", async (more) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const answered = await world.post({ ...exchange(secret.reveal()), ...more });
    expect(answered).toMatchObject({ status: 400, body: { error: "invalid_request" } });
  });

  it("R8693-02 actor_token and its type go together, and no actor is accepted", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const type = { actor_token_type: `${TOKEN_TYPE}access_token` };
    const actor = { actor_token: secret.reveal() };
    for (const more of [type, actor, { ...type, ...actor }]) {
      const answered = await world.post({ ...exchange(secret.reveal()), ...more });
      expect(answered).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    }
  });

  it("R8693-05 an invalid subject_token is invalid_request, an access token of our own too", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const { body } = await world.post(exchange(secret.reveal()));
    for (const text of ["nonsense", `${body.access_token}`]) {
      const more = { subject_token_type: `${TOKEN_TYPE}access_token` };
      expect(await world.post({ ...exchange(text), ...more })).toMatchObject({
        status: 400,
        body: { error: "invalid_request", error_description: "The subject_token is not valid." },
      });
    }
  });

  it("R8693-05 a network that refuses is told as invalid_request", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    expect((await world.post(exchange(secret.reveal()))).body).toEqual({
      error: "invalid_request",
      error_description: "The token may not be used from this network.",
    });
  });
});

describe("client credentials", () => {
  const grant = { grant_type: "client_credentials" };

  it("EDG-18 RFC 6749 section 4.4 an owner's API token is its client secret, and the answer has no refresh token", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const { body } = await world.post(grant, { headers: basic("ada", secret.reveal()) });
    expect(Object.keys(body)).toEqual(["access_token", "token_type", "expires_in", "scope"]);
    expect(decodeJwt(`${body.access_token}`)).toMatchObject({ sub: "ada", client_id: "ada" });
  });

  it("who does not authenticate is invalid_client; a public client never may", async () => {
    const world = await createOAuthWorld({ clients: [{ id: "cli" }] });
    expect(await world.post(grant)).toMatchObject({
      status: 401,
      body: { error: "invalid_client" },
    });
    const named = await world.post({ ...grant, client_id: "other" });
    expect(named).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    const known = await world.post({ ...grant, client_id: "cli" });
    expect(known).toMatchObject({ status: 400, body: { error: "unauthorized_client" } });
  });

  it("a scope beyond the token's is invalid_scope", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue({ kind: "application", access: { orders: "read" } });
    const headers = basic("ada", secret.reveal());
    const { body } = await world.post({ ...grant, scope: "orders:full" }, { headers });
    expect(body.error).toBe("invalid_scope");
  });
});

describe("proofs of possession", () => {
  it("R9449-01 a proof binds the access token to its key", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const key = await clientKey();
    const headers = { dpop: await proofOf(key, world.clock.now()) };
    const answered = await world.refresh(secret.reveal(), {}, { headers });
    expect(answered.body.token_type).toBe("DPoP");
    expect(answered.headers.has("dpop-nonce")).toBe(false);
    expect((await world.claimsOf(answered)).cnf).toEqual({
      jkt: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it.each([
    ["another URL", { htu: `${ISSUER}/introspect` }],
    ["another method", { htm: "GET" }],
    ["an old time", { iat: 1 }],
    ["no name", { jti: "" }],
  ])("R9449-02 a proof with %s is invalid_dpop_proof", async (_name, claims) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const headers = { dpop: await proofOf(await clientKey(), world.clock.now(), claims) };
    expect(await world.refresh(secret.reveal(), {}, { headers })).toMatchObject({
      status: 400,
      body: { error: "invalid_dpop_proof" },
    });
  });

  it("R9449-01 R9449-05 two proofs, and one a second time, are invalid_dpop_proof", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const key = await clientKey();
    const [one, two] = [
      await proofOf(key, world.clock.now()),
      await proofOf(key, world.clock.now()),
    ];
    const errors: unknown[] = [];
    for (const dpop of [`${one}, ${two}`, one, one])
      errors.push((await world.refresh(secret.reveal(), {}, { headers: { dpop } })).body.error);
    expect(errors).toEqual(["invalid_dpop_proof", undefined, "invalid_dpop_proof"]);
  });

  it("R9449-04 OKT-94 with nonces a proof without one is told it once, and each answer tells the next", async () => {
    const world = await createOAuthWorld({ dpop: { nonces: true } });
    const { secret } = await world.issue();
    const key = await clientKey();
    const first = await world.refresh(
      secret.reveal(),
      {},
      {
        headers: { dpop: await proofOf(key, world.clock.now()) },
      },
    );
    expect(first).toMatchObject({ status: 400, body: { error: "use_dpop_nonce" } });
    const nonce = first.headers.get("dpop-nonce");
    expect(nonce).toMatch(/^[0-9a-f]{64}$/);
    const second = await world.refresh(
      secret.reveal(),
      {},
      {
        headers: { dpop: await proofOf(key, world.clock.now(), { nonce }) },
      },
    );
    expect([second.status, second.headers.get("dpop-nonce")]).toEqual([200, nonce]);
    const bearer = await world.refresh(secret.reveal());
    expect([bearer.status, bearer.headers.has("dpop-nonce")]).toEqual([200, false]);
  });

  it("R9449-01 ASVS 10.4.14 a client that must prove a key is refused without", async () => {
    const world = await createOAuthWorld({ clients: [{ id: "cli", dpopBoundAccessTokens: true }] });
    const { secret } = await world.issue();
    const bare = await world.refresh(secret.reveal(), { client_id: "cli" });
    expect(bare).toMatchObject({ status: 400, body: { error: "invalid_dpop_proof" } });
    const headers = { dpop: await proofOf(await clientKey(), world.clock.now()) };
    const bound = await world.refresh(secret.reveal(), { client_id: "cli" }, { headers });
    expect(bound.body.token_type).toBe("DPoP");
  });

  it("a server without DPoP passes over the field", async () => {
    const world = await createOAuthWorld({ dpop: false });
    const { secret } = await world.issue();
    const { body } = await world.refresh(secret.reveal(), {}, { headers: { dpop: "nonsense" } });
    expect(body.token_type).toBe("Bearer");
  });
});

describe("claims of the host's own", () => {
  it("are added", async () => {
    const world = await createOAuthWorld({ claims: ({ owner }) => ({ roles: [owner.account] }) });
    const { secret } = await world.issue();
    const answered = await world.refresh(secret.reveal());
    expect((await world.claimsOf(answered)).roles).toEqual(["acme"]);
  });

  it.each(["iss", "sub", "aud", "scope", "cnf", "tokenry", "act", "nbf"])(
    "%s is the server's: no token is made, and the host is told",
    async (name) => {
      const world = await createOAuthWorld({ claims: async () => ({ [name]: "mallory" }) });
      const { secret } = await world.issue();
      expect((await world.refresh(secret.reveal())).status).toBe(503);
      expect(`${world.reported[0]?.cause}`).toContain(`must not hold "${name}"`);
    },
  );
});
