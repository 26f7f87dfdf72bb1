import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { Owner } from "../../../src/index.ts";
import type { OAuthClient } from "../../../src/oauth/server/clients.ts";
import { oauthServer } from "../../../src/oauth/server/oauth-server.ts";
import { memoryReplays } from "../../../src/storage/memory/replays.ts";
import {
  type Answered,
  ASSERTION_TYPE,
  assertionOf,
  basic,
  type ClientKey,
  clientKey,
  createOAuthWorld,
  formRequest,
  ISSUER,
  type OAuthWorld,
  ORDERS,
} from "../fixtures.ts";

const GRANT = { grant_type: "client_credentials" };
const DAEMON = "daemon";

/** A world with a client that is registered with a token of Ada's and a key. */
async function createDaemonWorld(
  key: ClientKey,
  client: Partial<OAuthClient> = {},
): Promise<OAuthWorld & { readonly secret: string; readonly tokenId: string }> {
  const clients: OAuthClient[] = [];
  const replays = memoryReplays();
  const world = await createOAuthWorld({
    replays,
    clients: { find: (id) => clients.find((known) => known.id === id) },
  });
  const { secret, token } = await world.issue();
  clients.push({ id: DAEMON, tokenId: token.id, jwks: { keys: [key.publicJwk] }, ...client });
  return { ...world, secret: secret.reveal(), tokenId: token.id };
}

const outcomeOf = ({ status, body }: Answered): unknown => [status, body.error];
const REFUSED = [401, "invalid_client"];

describe("client_secret_basic and client_secret_post", () => {
  it("RFC 6749 section 2.3.1 a registered client's secret is its own API token, and no other", async () => {
    const world = await createDaemonWorld(await clientKey());
    const { secret: other } = await world.issue();
    const headers = basic(DAEMON, world.secret);
    expect((await world.post(GRANT, { headers })).status).toBe(200);
    const form = { ...GRANT, client_id: DAEMON, client_secret: world.secret };
    expect((await world.post(form)).status).toBe(200);
    const wrong = await world.post(GRANT, { headers: basic(DAEMON, other.reveal()) });
    expect(outcomeOf(wrong)).toEqual(REFUSED);
  });

  it("of an unregistered client it is an API token of the owner of this name", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    expect((await world.post(GRANT, { headers: basic("ada", secret.reveal()) })).status).toBe(200);
    const other = await world.post(GRANT, { headers: basic("bob", secret.reveal()) });
    expect(outcomeOf(other)).toEqual(REFUSED);
  });

  it("an owner cannot take the place of a registered client of the same name", async () => {
    const world = await createDaemonWorld(await clientKey());
    const named = await createOAuthWorld({ clients: [{ id: "ada" }, { id: "bob", tokenId: "t" }] });
    for (const owner of ["ada", "bob"]) {
      const { secret } = await named.issue({ owner });
      const answered = await named.post(GRANT, { headers: basic(owner, secret.reveal()) });
      expect(outcomeOf(answered)).toEqual(REFUSED);
    }
    expect(await world.codeOf(world.secret)).toBe("ok");
  });

  it("id and secret are form-encoded", async () => {
    const owner = "ada lovelace:é%+";
    const world = await createOAuthWorld();
    world.directory.change(owner, {});
    const { secret } = await world.issue({ owner });
    const id = "ada+lovelace%3A%C3%A9%25%2B";
    const headers = { authorization: `bAsIc  ${btoa(`${id}:${secret.reveal()}`)}` };
    // Outside visible ASCII there is no client id (RFC 6749 appendix A.1).
    expect(outcomeOf(await world.post(GRANT, { headers }))).toEqual(REFUSED);
    const ascii = "ada lovelace:%+";
    world.directory.change(ascii, {});
    const { secret: other } = await world.issue({ owner: ascii });
    const encoded = btoa(`ada+lovelace%3A%25%2B:${other.reveal()}`);
    const answered = await world.post(GRANT, { headers: { authorization: `bAsIc  ${encoded}` } });
    expect(answered.status).toBe(200);
  });

  it.each([
    ["Bearer abc"],
    ["Basic"],
    ["Basic ===="],
    ["Basic !"],
    [`Basic ${btoa("no colon")}`],
    [`Basic ${btoa(":secret")}`],
    [`Basic ${btoa("ada:%E0%A4%A")}`],
    [`Basic ${btoa("\u00ff\u00fe:x")}`],
    [`Basic ${btoa(`${"a".repeat(257)}:x`)}`],
    [`Basic ${btoa("ada:")}`],
  ])("%s is invalid_client, with a challenge", async (authorization) => {
    const world = await createOAuthWorld();
    const answered = await world.post(GRANT, { headers: { authorization } });
    expect(outcomeOf(answered)).toEqual(REFUSED);
    expect(answered.headers.get("www-authenticate")).toBe('Basic realm="oauth"');
  });

  it("RFC 6749 section 5.2 there is a challenge where the header was used, and only there", async () => {
    const world = await createOAuthWorld();
    const form = { ...GRANT, client_id: "ada", client_secret: "wrong" };
    const answered = await world.post(form);
    expect(outcomeOf(answered)).toEqual(REFUSED);
    expect(answered.headers.has("www-authenticate")).toBe(false);
  });

  it("RFC 6749 section 2.3 more ways than one, and more lines than one, are invalid_request", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const headers = basic("ada", secret.reveal());
    const twice = { authorization: `${headers.authorization}, ${headers.authorization}` };
    const post = { client_id: "ada", client_secret: secret.reveal() };
    const assertion = { client_assertion: "a.b.c", client_assertion_type: ASSERTION_TYPE };
    const answers = [
      await world.post({ ...GRANT, ...post }, { headers }),
      await world.post({ ...GRANT, ...assertion }, { headers }),
      await world.post({ ...GRANT, ...assertion, ...post }),
      await world.post({ ...GRANT, client_id: "bob" }, { headers }),
      await world.post(GRANT, { headers: twice }),
      await world.post({ ...GRANT, client_secret: secret.reveal() }),
      await world.post({ ...GRANT, client_assertion: "a.b.c" }),
      await world.post({ ...GRANT, client_assertion_type: ASSERTION_TYPE }),
      await world.post({ ...GRANT, client_id: "a\u0001" }),
    ];
    for (const answered of answers) expect(outcomeOf(answered)).toEqual([400, "invalid_request"]);
    expect((await world.post({ ...GRANT, client_id: "ada" }, { headers })).status).toBe(200);
  });

  it("CORE-14 every failure is the same answer", async () => {
    const world = await createDaemonWorld(await clientKey());
    const { secret: networked } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    const { secret: off } = await world.issue({ owner: "bob" });
    world.directory.change("bob", { apiAccess: false });
    await world.tokens.ownerChanged("bob");
    const { secret: foreign } = await (await createOAuthWorld()).issue();
    const texts = new Set<string>();
    for (const [id, secret] of [
      ...[
        ["ada", networked.reveal()],
        ["bob", off.reveal()],
        ["ada", foreign.reveal()],
      ],
      ...[
        ["ada", "nonsense"],
        ["nobody", world.secret],
        [DAEMON, networked.reveal()],
      ],
    ]) {
      const answered = await world.post(GRANT, { headers: basic(`${id}`, `${secret}`) });
      expect(outcomeOf(answered)).toEqual(REFUSED);
      texts.add(answered.text);
    }
    expect(texts.size).toBe(1);
  });
});

describe("clients without authentication", () => {
  it("ASVS 10.4.10 who is registered with a token must authenticate, for every grant", async () => {
    const world = await createDaemonWorld(await clientKey());
    const answered = await world.refresh(world.secret, { client_id: DAEMON });
    expect(outcomeOf(answered)).toEqual(REFUSED);
  });

  it("registeredClientsOnly refuses the others", async () => {
    const world = await createOAuthWorld({ clients: [{ id: "cli" }], registeredClientsOnly: true });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal(), { client_id: "cli" })).status).toBe(200);
    expect(outcomeOf(await world.refresh(secret.reveal()))).toEqual(REFUSED);
    const other = await world.refresh(secret.reveal(), { client_id: "other" });
    expect(outcomeOf(other)).toEqual(REFUSED);
    const own = await world.post(GRANT, { headers: basic("ada", secret.reveal()) });
    expect(outcomeOf(own)).toEqual(REFUSED);
  });
});

describe("private_key_jwt", () => {
  it.each([
    ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
    ...["EdDSA", "Ed25519"],
  ])("OKT-90 proves the client by %s", async (algorithm) => {
    const key = await clientKey(algorithm);
    const world = await createDaemonWorld(key);
    const proof = await assertionOf(key, DAEMON, world.clock.now());
    const answered = await world.post({ ...GRANT, ...proof });
    expect(answered.status).toBe(200);
    expect(await world.claimsOf(answered)).toMatchObject({ sub: "ada", client_id: DAEMON });
  });

  it.each([ISSUER, `${ISSUER}/token`, ["https://other.example.com", ISSUER]])(
    "RFC 7523 section 3 may be for %s",
    async (aud) => {
      const key = await clientKey();
      const world = await createDaemonWorld(key);
      const proof = await assertionOf(key, DAEMON, world.clock.now(), { claims: { aud } });
      expect((await world.post({ ...GRANT, client_id: DAEMON, ...proof })).status).toBe(200);
    },
  );

  const now = Math.floor(Date.UTC(2026, 10, 22, 12) / 1000);
  it.each([
    ["for somebody else", { aud: "https://other.example.com" }],
    ["for the issuer, nearly", { aud: `${ISSUER}/` }],
    ["for an endpoint that it did not come to", { aud: `${ISSUER}/revoke` }],
    ["for nobody", { aud: undefined }],
    ["by somebody else", { iss: "other" }],
    ["about somebody else", { sub: "other" }],
    ["of and about somebody else", { iss: "other", sub: "other" }],
    ["by nobody", { iss: undefined }],
    ["about nobody", { sub: undefined }],
    ["without an end", { exp: undefined }],
    ["that has ended", { exp: now - 5 }],
    ["good for more than an hour", { exp: now + 3601 }],
    ["from the future", { nbf: now + 6 }],
    ["whose end is no number", { exp: "never" }],
  ])("OKT-90 one %s is invalid_client", async (_name, claims) => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const proof = await assertionOf(key, DAEMON, world.clock.now(), { claims });
    const answered = await world.post({ ...GRANT, ...proof });
    expect([outcomeOf(answered), answered.headers.has("www-authenticate")]).toEqual([
      REFUSED,
      false,
    ]);
  });

  it.each([
    ["an hour ahead", { exp: now + 3600 }],
    ["ended within what clocks differ", { exp: now - 4 }],
    ["from within what clocks differ", { nbf: now + 5 }],
  ])("OKT-90 one %s is good", async (_name, claims) => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const proof = await assertionOf(key, DAEMON, world.clock.now(), { claims });
    expect((await world.post({ ...GRANT, ...proof })).status).toBe(200);
  });

  it("another client_id than its own is invalid_client", async () => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const proof = await assertionOf(key, DAEMON, world.clock.now());
    const answered = await world.post({ ...GRANT, client_id: "other", ...proof });
    expect(outcomeOf(answered)).toEqual(REFUSED);
  });

  it("another type of assertion is invalid_client", async () => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const proof = await assertionOf(key, DAEMON, world.clock.now());
    const saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    const answered = await world.post({ ...GRANT, ...proof, client_assertion_type: saml });
    expect(outcomeOf(answered)).toEqual(REFUSED);
  });

  it.each(["jti", "text"])("OKT-90 ASVS 10.4.16 is used once, by its %s", async (by) => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const claims = by === "jti" ? { jti: "same" } : { jti: undefined };
    const proof = await assertionOf(key, DAEMON, world.clock.now(), { claims });
    expect((await world.post({ ...GRANT, ...proof })).status).toBe(200);
    world.clock.pass({ seconds: 64 });
    expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
    const again = await assertionOf(key, DAEMON, world.clock.now(), { claims });
    // The name may be used again once the first has ended.
    expect((await world.post({ ...GRANT, ...again })).status).toBe(by === "jti" ? 401 : 200);
    world.clock.pass({ seconds: 1 });
    const later = await assertionOf(key, DAEMON, world.clock.now(), { claims });
    expect((await world.post({ ...GRANT, ...later })).status).toBe(200);
  });

  it("OKT-90 of an assertion without jti another signature is no other assertion", async () => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const claims = { jti: undefined };
    const { client_assertion: first } = await assertionOf(key, DAEMON, world.clock.now(), {
      claims,
    });
    const { client_assertion: second } = await assertionOf(key, DAEMON, world.clock.now(), {
      claims,
    });
    expect(first).not.toBe(second);
    const post = async (assertion: string): Promise<unknown> =>
      outcomeOf(
        await world.post({
          ...GRANT,
          client_assertion: assertion,
          client_assertion_type: ASSERTION_TYPE,
        }),
      );
    expect([await post(first), await post(second)]).toEqual([[200, undefined], REFUSED]);
  });

  it("ASVS 9.1.1 another's signature is invalid_client", async () => {
    const world = await createDaemonWorld(await clientKey());
    const proof = await assertionOf(await clientKey(), DAEMON, world.clock.now());
    expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
  });

  it("ASVS 9.1.2 none, and HMAC under the public key, are invalid_client", async () => {
    const key = await clientKey("RS256");
    const world = await createDaemonWorld(key);
    const claims = { iss: DAEMON, sub: DAEMON, aud: ISSUER, exp: now + 60, jti: "a" };
    const secret = new TextEncoder().encode(JSON.stringify(key.publicJwk));
    const hmac = new SignJWT(claims).setProtectedHeader({ alg: "HS256" });
    for (const assertion of [
      new UnsecuredJWT(claims).encode(),
      await hmac.sign(secret),
      "a",
      "a.b.c",
    ]) {
      const proof = { client_assertion: assertion, client_assertion_type: ASSERTION_TYPE };
      expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
    }
  });

  it.each(["jwk", "jku", "x5u", "x5c"])(
    "ASVS 9.1.3 a key that the assertion brings by %s is not looked at",
    async (member) => {
      const mallory = await clientKey();
      const world = await createDaemonWorld(await clientKey());
      const fetched: unknown[] = [];
      const { fetch } = globalThis;
      globalThis.fetch = async (...request) => {
        fetched.push(request);
        return Response.json({ keys: [mallory.publicJwk] });
      };
      try {
        const brought =
          { jwk: mallory.publicJwk, x5c: ["MIIB"] }[member] ?? "https://mallory.example";
        const header = { [member]: brought };
        const proof = await assertionOf(mallory, DAEMON, world.clock.now(), { header });
        expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
        expect(fetched).toEqual([]);
      } finally {
        globalThis.fetch = fetch;
      }
    },
  );

  it("of several keys without a kid the one that fits counts, in any order", async () => {
    const keys = [await clientKey(), await clientKey()];
    const jwks = { keys: keys.map(({ publicJwk }) => publicJwk) };
    for (const key of keys) {
      const world = await createDaemonWorld(key, { jwks });
      const proof = await assertionOf(key, DAEMON, world.clock.now());
      expect((await world.post({ ...GRANT, ...proof })).status).toBe(200);
      const other = await assertionOf(await clientKey(), DAEMON, world.clock.now());
      expect(outcomeOf(await world.post({ ...GRANT, ...other }))).toEqual(REFUSED);
    }
  });

  it.each([`${ISSUER}/token`, `${ISSUER}/introspect`])(
    "RFC 7523 section 3 for %s it is good at the introspection endpoint",
    async (aud) => {
      const key = await clientKey();
      const world = await createDaemonWorld(key);
      const proof = await assertionOf(key, DAEMON, world.clock.now(), { claims: { aud } });
      const answered = await world.post({ token: "a", ...proof }, { path: "/introspect" });
      expect([answered.status, answered.body]).toEqual([200, { active: false }]);
    },
  );

  it("OKT-90 two clients may use the same jti", async () => {
    const key = await clientKey();
    const world = await createOAuthWorld();
    const { token } = await world.issue();
    const ids = ["one", "two"];
    const jwks = { keys: [key.publicJwk] };
    const server = oauthServer(world.tokens, {
      ...{ issuer: ISSUER, keys: world.keys, resources: [ORDERS], clock: world.clock },
      clients: ids.map((id) => ({ id, tokenId: token.id, jwks })),
    });
    for (const id of ids) {
      const claims = { jti: "same" };
      const proof = await assertionOf(key, id, world.clock.now(), { claims });
      expect((await server(formRequest({ ...GRANT, ...proof }))).status).toBe(200);
    }
  });

  it("AP-4 nobody is asked for a client of an id that there cannot be", async () => {
    const asked: string[] = [];
    const world = await createOAuthWorld({
      clients: {
        find(id) {
          asked.push(id);
          return;
        },
      },
    });
    const key = await clientKey();
    for (const id of ["é", "a".repeat(257), ""]) {
      const proof = await assertionOf(key, id, world.clock.now());
      expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
    }
    expect(asked).toEqual([]);
  });

  it("OKT-90 ends with its API token", async () => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    await world.tokens.revoke({ tokenId: world.tokenId, actor: "mia" });
    const proof = await assertionOf(key, DAEMON, world.clock.now());
    expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
  });

  it("authenticates a refresh, too", async () => {
    const key = await clientKey();
    const world = await createDaemonWorld(key);
    const proof = await assertionOf(key, DAEMON, world.clock.now());
    const answered = await world.refresh(world.secret, { ...proof });
    expect((await world.claimsOf(answered)).client_id).toBe(DAEMON);
  });

  it("a client without keys proves nothing by one", async () => {
    const key = await clientKey();
    const world = await createOAuthWorld({ clients: [{ id: "cli" }] });
    const proof = await assertionOf(key, "cli", world.clock.now());
    expect(outcomeOf(await world.post({ ...GRANT, ...proof }))).toEqual(REFUSED);
  });
});

describe("outages", () => {
  it("clients, replay store and tokens that cannot be read are 503, and reported", async () => {
    const key = await clientKey();
    const away = (): never => {
      throw new Error("away");
    };
    const find = await createOAuthWorld({ clients: { find: away } });
    const { secret } = await find.issue();
    expect((await find.refresh(secret.reveal(), { client_id: "a" })).status).toBe(503);
    const jwks = { keys: [key.publicJwk] };
    const replays = await createOAuthWorld({
      replays: { add: away, has: away },
      clients: [{ id: DAEMON, tokenId: "t", jwks }],
    });
    const proof = await assertionOf(key, DAEMON, replays.clock.now());
    expect((await replays.post({ ...GRANT, ...proof })).status).toBe(503);
    expect([find.reported, replays.reported].map(({ length }) => length)).toEqual([1, 1]);
  });

  it("a directory that is out is 503 for every way, and told by the tokenry alone", async () => {
    const key = await clientKey();
    let isOut = false;
    const find = (id: string): Owner => {
      if (isOut) throw new Error("away");
      return { id, account: "acme", active: true };
    };
    const clients: OAuthClient[] = [];
    const world = await createOAuthWorld(
      { clients: { find: (id) => clients.find((client) => client.id === id) } },
      { directory: { find }, cache: { owner: false } },
    );
    const { secret, token } = await world.issue();
    clients.push({ id: DAEMON, tokenId: token.id, jwks: { keys: [key.publicJwk] } });
    isOut = true;
    const answers = [
      await world.refresh(secret.reveal()),
      await world.post(GRANT, { headers: basic("ada", secret.reveal()) }),
      await world.post({ ...GRANT, ...(await assertionOf(key, DAEMON, world.clock.now())) }),
    ];
    for (const answered of answers) {
      expect(outcomeOf(answered)).toEqual([503, "temporarily_unavailable"]);
      expect(answered.headers.get("retry-after")).toBe("5");
    }
    expect([world.reported.length, world.errors.length]).toEqual([0, 3]);
  });

  it("what a look-up of clients must not give is nobody", async () => {
    const world = await createOAuthWorld({ clients: { find: () => ({ id: "other" }) } });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal(), { client_id: "a" })).status).toBe(503);
    expect(`${world.reported[0]?.cause}`).toContain("must have the id that was asked for");
  });
});

describe("guessing", () => {
  it("CORE-68 failed clients and tokens of an address end in 429, and others go on", async () => {
    const world = await createOAuthWorld({ guessing: { limit: 2 } });
    const { secret } = await world.issue();
    const sending = { address: "192.0.2.1" };
    await world.refresh("nonsense", {}, sending);
    await world.post(GRANT, { ...sending, headers: basic("ada", "nonsense") });
    const waiting = await world.refresh(secret.reveal(), {}, sending);
    expect(waiting).toMatchObject({ status: 429, body: { error: "temporarily_unavailable" } });
    expect(waiting.headers.get("retry-after")).toBe("30");
    expect((await world.refresh(secret.reveal(), {}, { address: "192.0.2.2" })).status).toBe(200);
    world.clock.pass({ seconds: 30 });
    expect((await world.refresh(secret.reveal(), {}, sending)).status).toBe(200);
  });

  it("what is no guess does not count", async () => {
    const world = await createOAuthWorld({ guessing: { limit: 1 } });
    const { secret } = await world.issue();
    const { secret: narrow } = await world.issue({
      ...{ kind: "application", access: { orders: "read" } },
      network: { exclude: ["192.0.2.9"] },
    });
    const sending = { address: "192.0.2.1" };
    await world.refresh(secret.reveal(), { scope: "shipments:read" }, sending);
    await world.refresh(narrow.reveal(), { scope: "orders:full" }, sending);
    await world.refresh(narrow.reveal(), {}, { address: "192.0.2.9" });
    expect((await world.refresh(secret.reveal(), {}, { address: "192.0.2.9" })).status).toBe(200);
    await world.refresh(secret.reveal(), { resource: "urn:a:b" }, sending);
    expect((await world.refresh(secret.reveal(), {}, sending)).status).toBe(200);
  });
});
