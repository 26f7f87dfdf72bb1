import { createHmac } from "node:crypto";
import { exportSPKI } from "jose";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { memoryBudgets, type Verdict } from "../../../src/index.ts";
import {
  type AccessTokenVerifier,
  accessTokenVerifier,
} from "../../../src/oauth/verifier/access-token-verifier.ts";
import type { AccessTokenVerifierOptions } from "../../../src/oauth/verifier/options.ts";
import { movableClock, START } from "../../support/clock.ts";
import { createWorld } from "../../support/world.ts";
import {
  ISSUER,
  makeKey,
  makeProof,
  NOW,
  ORDERS,
  sampleClaims,
  sign,
  type TestKey,
} from "../issuer.ts";

const GET = { api: "orders", method: "GET" } as const;

let key: TestKey;
let rsa: TestKey;
let edwards: TestKey;
beforeAll(async () => {
  [key, rsa, edwards] = await Promise.all([makeKey(), makeKey("RS256"), makeKey("EdDSA")]);
});

type Options = Partial<AccessTokenVerifierOptions>;

function verifierOf(options: Options = {}): AccessTokenVerifier {
  const jwks = { keys: [key.jwk, rsa.jwk, edwards.jwk] };
  return accessTokenVerifier({
    ...{ issuer: ISSUER, audience: ORDERS, jwks, clock: movableClock() },
    ...options,
  });
}

function codeOf(verdict: Verdict): string {
  return verdict.ok ? "ok" : verdict.code;
}

async function check(token: string, options: Options = {}, call: object = {}): Promise<string> {
  const verifier = verifierOf(options);
  const code = codeOf(await verifier.verify(token, { ...GET, ...call }));
  // What is remembered is decided alike.
  expect(codeOf(await verifier.verify(token, { ...GET, ...call }))).toBe(code);
  return code;
}

describe("the verdict on an access token", () => {
  test("R9068-02, R9068-03, ASVS 10.3.3 has the facts of its API token, its owner and budget, and the claims", async () => {
    for (const each of [key, rsa, edwards]) {
      const claims = sampleClaims();
      const verdict = await verifierOf().verify(await sign(each, claims), GET);
      expect(verdict).toMatchObject({
        ok: true,
        token: {
          ...{ id: "tok_1", kind: "personal", owner: "ada", account: "acme" },
          ...{ access: { orders: "read" }, expiresAt: new Date((NOW + 900) * 1000) },
        },
        owner: { id: "ada", account: "acme", active: true, access: { orders: "read" } },
        budget: { limit: 300, remaining: 299, windowMs: 60_000 },
        ...{ budgetOf: "token", claims },
      });
    }
  });

  test("a profile is what the host makes of the claims", async () => {
    const profile = ({ sub }: { sub: string }) => ({ role: `role of ${sub}` });
    const verdict = await verifierOf({ profile }).verify(await sign(key, sampleClaims()), GET);
    expect(verdict.ok && verdict.owner.profile).toEqual({ role: "role of ada" });
  });

  test("what was handed out cannot be written to", async () => {
    const verdict = await verifierOf().verify(await sign(key, sampleClaims()), GET);
    if (!verdict.ok) throw new Error(verdict.code);
    const { tokenry } = verdict.claims as { tokenry: { budgets: Record<string, unknown> } };
    expect(() => Object.assign(tokenry.budgets, { orders: [9, 9, 9] })).toThrow(TypeError);
  });

  test("a type with its registry's whole name is the same", async () => {
    expect(await check(await sign(key, sampleClaims(), { typ: "application/at+jwt" }))).toBe("ok");
  });
});

describe("R9068-01, R9068-02 what is no access token of the issuer", () => {
  test("EDG-18 nothing, an API token, and what has no shape", async () => {
    const verifier = verifierOf();
    // Whatever a request brings.
    const presented = [undefined, null, "", 7, "acme_pat_x", "a.b.c", "..", "e30.e30.e30"];
    const codes = await Promise.all(
      presented.map(async (each) => codeOf(await verifier.verify(each as string, GET))),
    );
    expect(codes).toEqual([
      ...["missing_token", "missing_token", "missing_token"],
      ...Array(5).fill("malformed_token"),
    ]);
  });

  test("of endless length", async () => {
    const token = await sign(key, sampleClaims({ more: "x".repeat(20_000) }));
    expect(await check(token)).toBe("malformed_token");
  });

  test("ASVS 9.1.2 alg none, with and without a signature", async () => {
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString("base64url");
    const body = `${encode({ alg: "none", typ: "at+jwt" })}.${encode(sampleClaims())}`;
    for (const token of [`${body}.`, `${body}.AAAA`]) expect(await check(token)).not.toBe("ok");
  });

  test("ASVS 9.1.2 key confusion: the public key as the secret of an HMAC", async () => {
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString("base64url");
    const body = `${encode({ alg: "HS256", typ: "at+jwt", kid: rsa.jwk.kid })}.${encode(sampleClaims())}`;
    for (const secret of [await exportSPKI(rsa.publicKey), JSON.stringify(rsa.jwk)]) {
      const signature = createHmac("sha256", secret).update(body).digest("base64url");
      expect(await check(`${body}.${signature}`)).toBe("unknown_token");
    }
  });

  test("ASVS 9.1.3 jwk, jku, x5u and x5c of the header are not looked at", async () => {
    const forger = await makeKey();
    const fetch = vi.fn();
    const headers = [
      { jwk: forger.jwk },
      { jku: "https://evil.example/jwks" },
      { x5u: "https://evil.example/cert" },
      { x5c: ["AAAA"] },
    ];
    for (const header of headers) {
      for (const kid of [forger.jwk.kid, key.jwk.kid]) {
        const token = await sign(forger, sampleClaims(), { ...header, kid });
        expect(await check(token, { fetch })).toBe("unknown_token");
      }
    }
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each(["JWT", "dpop+jwt", "logout+jwt", "at+JWT2", undefined])(
    "ASVS 9.2.2 type %s",
    async (typ) => {
      const header = { typ } as { typ: string };
      expect(await check(await sign(key, sampleClaims(), header))).toBe("unknown_token");
    },
  );

  test("an algorithm that is not pinned, though the key is known", async () => {
    expect(await check(await sign(key, sampleClaims()), { algorithms: ["RS256"] })).toBe(
      "unknown_token",
    );
  });

  test("ASVS 9.1.1 a signature of another key, of other claims, and cut short", async () => {
    const forger = await makeKey();
    const forged = await sign({ ...forger, jwk: key.jwk }, sampleClaims());
    const [header, , signature] = (await sign(key, sampleClaims())).split(".");
    const [, claims] = (await sign(key, sampleClaims({ sub: "eve" }))).split(".");
    for (const token of [
      forged,
      `${header}.${claims}.${signature}`,
      `${header}.${claims}.${signature?.slice(0, -4)}`,
    ])
      expect(await check(token)).toBe("unknown_token");
  });

  test("stripped of its cnf", async () => {
    const [header, payload = "", signature] = (
      await sign(key, sampleClaims({ cnf: { jkt: key.thumbprint } }))
    ).split(".");
    const { cnf: _, ...claims } = JSON.parse(Buffer.from(payload, "base64url").toString());
    const stripped = Buffer.from(JSON.stringify(claims)).toString("base64url");
    expect(await check(`${header}.${stripped}.${signature}`)).toBe("unknown_token");
  });
});

describe("R9068-04, R7519-04, ASVS 9.2.3, ASVS 10.3.1 issuer and audience, exactly", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["foreign issuer", { iss: "https://evil.example" }, "unknown_token"],
    ["an issuer with a slash more", { iss: `${ISSUER}/` }, "unknown_token"],
    ["no issuer", { iss: undefined }, "unknown_token"],
    ["wrong audience", { aud: "https://invoices.acme.example" }, "unknown_token"],
    ["an audience in other case", { aud: ORDERS.toUpperCase() }, "unknown_token"],
    ["no audience", { aud: undefined }, "unknown_token"],
    ["several audiences", { aud: ["https://a.example", ORDERS] }, "ok"],
    ["several others", { aud: ["https://a.example"] }, "unknown_token"],
    ["no subject", { sub: undefined }, "unknown_token"],
    ["no client", { client_id: undefined }, "unknown_token"],
    ["no identifier", { jti: undefined }, "unknown_token"],
    ["no time of issue", { iat: undefined }, "unknown_token"],
    ["no end", { exp: undefined }, "unknown_token"],
    ["no scope", { scope: undefined }, "unknown_token"],
    ["claims of nobody's tokenry", { tokenry: undefined }, "unknown_token"],
    [
      "R8705-02 bound to a certificate that nobody sees",
      { cnf: { "x5t#S256": "x" } },
      "unknown_token",
    ],
    ["bound in two ways", { cnf: { jkt: "x", "x5t#S256": "x" } }, "unknown_token"],
    ["bound to nothing", { cnf: {} }, "unknown_token"],
  ])("%s", async (_name, changes, code) => {
    expect(await check(await sign(key, sampleClaims(changes)))).toBe(code);
  });

  test("one of several audiences of the server", async () => {
    const audience = ["https://old.acme.example", ORDERS];
    expect(await check(await sign(key, sampleClaims()), { audience })).toBe("ok");
  });
});

describe("R7519-01, R7519-02, R7519-03, ASVS 9.2.1 time", () => {
  const at = async (
    ms: number,
    options: Options = {},
    claims: Record<string, unknown> = {},
  ): Promise<string> => {
    const clock = movableClock();
    clock.set(ms);
    return check(await sign(key, sampleClaims(claims)), { clock, ...options });
  };
  const END = (NOW + 900) * 1000;

  test("expired by a millisecond, and not a millisecond before", async () => {
    expect(await at(END - 1)).toBe("ok");
    expect(await at(END)).toBe("expired_token");
  });

  test("a token that is remembered ends to the millisecond, too", async () => {
    const clock = movableClock();
    const verifier = verifierOf({ clock });
    const token = await sign(key, sampleClaims());
    expect(codeOf(await verifier.verify(token, GET))).toBe("ok");
    clock.set(END - 1);
    expect(codeOf(await verifier.verify(token, GET))).toBe("ok");
    clock.set(END);
    expect(codeOf(await verifier.verify(token, GET))).toBe("expired_token");
  });

  test("a clock that tells no time is an outage, for a token that is remembered, too", async () => {
    const clock = movableClock();
    const verifier = verifierOf({ clock });
    const token = await sign(key, sampleClaims());
    expect(codeOf(await verifier.verify(token, GET))).toBe("ok");
    clock.set(Number.NaN);
    expect(codeOf(await verifier.verify(token, GET))).toBe("unavailable");
  });

  test("the tolerance that was asked for, and no more than five minutes of it", async () => {
    const clockTolerance = { seconds: 30 };
    expect(await at(END + 29_999, { clockTolerance })).toBe("ok");
    expect(await at(END + 30_000, { clockTolerance })).toBe("expired_token");
    expect(() => verifierOf({ clockTolerance: { minutes: 6 } })).toThrow("options.clockTolerance");
  });

  test("not before its time, and at it", async () => {
    expect(await at(START, {}, { nbf: NOW + 1 })).toBe("unknown_token");
    expect(await at(START, {}, { nbf: NOW })).toBe("ok");
  });
});

describe("EDG-19, ASVS 10.3.2 scope", () => {
  test.each<[string, string, object, string]>([
    ["read", "orders:read", {}, "ok"],
    ["HEAD is a GET", "orders:read", { method: "HEAD" }, "ok"],
    ["no more than read", "orders:read", { method: "POST" }, "access_denied"],
    ["full", "orders:full", { method: "DELETE" }, "ok"],
    ["a method by itself", "orders:PUT orders:read", { method: "PUT" }, "ok"],
    ["and no other", "orders:PUT", { method: "GET" }, "access_denied"],
    ["another API's", "invoices:full", {}, "access_denied"],
    ["scopes of the host's own", "profile orders:read openid", {}, "ok"],
    ["none", "", {}, "access_denied"],
    ["a level that reads", "orders:read", { level: "read" }, "ok"],
    ["a level that is full", "orders:read", { level: "full" }, "access_denied"],
    ["and is there", "orders:full", { level: "full" }, "ok"],
    ["methods besides", "orders:read orders:PUT", { level: ["GET", "PUT"] }, "ok"],
    ["a method too many", "orders:read", { level: ["GET", "PUT"] }, "access_denied"],
    ["a property of every object", "orders:read", { api: "constructor" }, "access_denied"],
    ["permitted by the host", "orders:read", { permits: () => true }, "ok"],
    ["not permitted", "orders:read", { permits: () => false }, "access_denied"],
    ["a predicate that is none", "orders:read", { permits: async () => true }, "unavailable"],
    [
      "a method that no API has unless it says so",
      "orders:full",
      { method: "PURGE" },
      "access_denied",
    ],
  ])("%s", async (_name, scope, call, code) => {
    expect(await check(await sign(key, sampleClaims({ scope })), {}, call)).toBe(code);
  });
});

test("CORE-45 full is what the API has, where that is not the standard", async () => {
  const methods = { orders: ["GET", "PURGE"] };
  const claims = { scope: "orders:full", tokenry: { ...sampleClaims().tokenry, methods } };
  const token = await sign(key, sampleClaims(claims));
  expect(await check(token, {}, { method: "PURGE" })).toBe("ok");
  expect(await check(token, {}, { method: "HEAD" })).toBe("ok");
  expect(await check(token, {}, { method: "POST" })).toBe("access_denied");
  const wrong = { tokenry: { ...sampleClaims().tokenry, methods: { orders: "GET" } } };
  expect(await check(await sign(key, sampleClaims(wrong)))).toBe("unknown_token");
});

describe("budgets, as the token tells them", () => {
  const budgets = { orders: [2, 3, 60_000] };
  const claims = () => sampleClaims({ tokenry: { ...sampleClaims().tokenry, budgets } });

  test("the token's own, over all its access tokens", async () => {
    const verifier = verifierOf();
    const tokens = [
      await sign(key, claims()),
      await sign(key, claims()),
      await sign(key, claims()),
    ];
    const verdicts: Verdict[] = [];
    for (const token of tokens) verdicts.push(await verifier.verify(token, GET));
    expect(verdicts.map(codeOf)).toEqual(["ok", "ok", "budget_exceeded"]);
    expect(verdicts[2]).toMatchObject({
      ...{ status: 429, tokenId: "tok_1", budgetOf: "token", retryAfterMs: 30_000 },
      budget: { limit: 2, remaining: 0 },
    });
  });

  test("a call may cost more than one, and a refused one spends nothing", async () => {
    const verifier = verifierOf();
    const token = await sign(key, claims());
    expect(codeOf(await verifier.verify(token, { ...GET, cost: 3 }))).toBe("budget_exceeded");
    expect(codeOf(await verifier.verify(token, { ...GET, method: "POST" }))).toBe("access_denied");
    expect(codeOf(await verifier.verify(token, { ...GET, cost: 2 }))).toBe("ok");
  });

  test("in one store, they are those of the API token itself", async () => {
    const store = memoryBudgets();
    const apis = { orders: { limit: 4, window: { minutes: 1 } } };
    const world = createWorld({ budgets: store, apis });
    const { secret, token } = await world.issue();
    const facts = { ...sampleClaims().tokenry, id: token.id, budgets: { orders: [2, 4, 60_000] } };
    const access = await sign(key, sampleClaims({ tokenry: facts }));
    const verifier = verifierOf({ budgets: store, clock: world.clock });
    expect(codeOf(await verifier.verify(access, GET))).toBe("ok");
    expect([await world.codeOf(secret), await world.codeOf(secret)]).toEqual([
      "ok",
      "budget_exceeded",
    ]);
    expect(codeOf(await verifier.verify(access, GET))).toBe("budget_exceeded");
  });

  test("an outage of the store: by its policy", async () => {
    const take = () => Promise.reject(new Error("out of reach"));
    const token = await sign(key, sampleClaims());
    const onError = vi.fn();
    expect(await check(token, { budgets: { take }, onError })).toBe("ok");
    expect(await check(token, { budgets: { take, onOutage: "deny" }, onError })).toBe(
      "unavailable",
    );
    expect(onError).toHaveBeenCalled();
  });
});

describe("R9449-06 tokens that are bound to a key", () => {
  const presented = (scheme: string, proofs: readonly string[] = []) => ({
    presented: { scheme, proofs, target: "/orders?page=2" },
  });
  const bound = () => sign(key, sampleClaims({ cnf: { jkt: edwards.thumbprint } }));
  const prove = async (token: string, facts: object = {}) => [
    await makeProof(edwards, { token, ...facts }),
  ];

  test("with a proof by that key", async () => {
    const token = await bound();
    const call = presented("dpop", await prove(token));
    expect(codeOf(await verifierOf({ dpop: {} }).verify(token, { ...GET, ...call }))).toBe("ok");
  });

  test("as Bearer, without a word of how it came, and where nobody checks proofs", async () => {
    const token = await bound();
    const proofs = await prove(token);
    expect(await check(token, { dpop: {} }, presented("bearer", proofs))).toBe("unknown_token");
    expect(await check(token, { dpop: {} })).toBe("unknown_token");
    expect(await check(token, {}, presented("dpop", proofs))).toBe("unknown_token");
  });

  test("R9449-01 to R9449-05 a proof that is none, replayed, of another key, token or request", async () => {
    const token = await bound();
    const invalid = "invalid_dpop_proof";
    const proofs = await prove(token);
    const verifier = verifierOf({ dpop: {} });
    const verify = async (call: object) =>
      codeOf(await verifier.verify(token, { ...GET, ...call }));
    expect(await verify(presented("dpop"))).toBe(invalid);
    expect(await verify(presented("dpop", [...proofs, ...proofs]))).toBe(invalid);
    expect(await verify(presented("dpop", [await makeProof(rsa, { token })]))).toBe(invalid);
    expect(await verify(presented("dpop", await prove("another.token.x")))).toBe(invalid);
    expect(await verify({ ...presented("dpop", proofs), method: "POST" })).toBe(invalid);
    expect(await verify(presented("dpop", proofs))).toBe("ok");
    expect(await verify(presented("dpop", proofs))).toBe(invalid);
  });

  test("R9449-04 with a nonce where one is asked for", async () => {
    const token = await bound();
    const verifier = verifierOf({ dpop: { nonces: true } });
    const verify = async (claims: object) => {
      const call = presented("dpop", await prove(token, { claims }));
      return codeOf(await verifier.verify(token, { ...GET, ...call }));
    };
    expect(await verify({})).toBe("use_dpop_nonce");
    expect(await verify({ nonce: verifier.dpop?.nonce() })).toBe("ok");
    expect(verifierOf({ dpop: {} }).dpop?.nonce()).toBeUndefined();
  });

  test.each<[string, Options, string]>([
    ["the path of an audience is in that of the request", { audience: `${ORDERS}/orders` }, "ok"],
    ["a prefix that a proxy takes away", { dpop: { url: `${ORDERS}/shop` } }, "invalid_dpop_proof"],
    ["an origin that is not the audience's", { audience: "orders", dpop: { url: ORDERS } }, "ok"],
  ])("R9449-02 %s", async (_name, options, code) => {
    const cnf = { jkt: edwards.thumbprint };
    const token = await sign(key, sampleClaims({ aud: options.audience ?? ORDERS, cnf }));
    const call = presented("dpop", await prove(token));
    const verifier = verifierOf({ dpop: {}, ...options });
    expect(codeOf(await verifier.verify(token, { ...GET, ...call }))).toBe(code);
  });

  test("ASVS 10.3.5 a token that is bound to none is no DPoP token, and may not be required to be", async () => {
    const token = await sign(key, sampleClaims());
    expect(await check(token, { dpop: {} }, presented("dpop", await prove(token)))).toBe(
      "unknown_token",
    );
    expect(await check(token, { dpop: {} }, presented("bearer"))).toBe("ok");
    expect(await check(token, { dpop: { required: true } }, presented("bearer"))).toBe(
      "unknown_token",
    );
  });

  test("a store of proofs that is out of reach", async () => {
    const token = await bound();
    const replays = { add: () => Promise.reject(new Error("gone")), has: () => false };
    const call = presented("dpop", await prove(token));
    const verdict = await verifierOf({ dpop: { replays } }).verify(token, { ...GET, ...call });
    expect(codeOf(verdict)).toBe("unavailable");
  });
});

describe("OWN-21 the API token behind it", () => {
  const withState = (answer: unknown): Options => ({
    parent: { check: () => answer as "lives" },
  });
  test.each<[string, unknown, string]>([
    ["lives", "lives", "ok"],
    ["has ended", "ended", "unknown_token"],
    ["nobody can tell", "unknown", "unavailable"],
    ["no answer at all", undefined, "unavailable"],
    ["later", Promise.resolve("ended"), "unknown_token"],
  ])("%s", async (_name, answer, code) => {
    expect(await check(await sign(key, sampleClaims()), withState(answer))).toBe(code);
  });

  test("is asked with each call, after the proof", async () => {
    const states: string[] = ["lives", "ended"];
    const parent = { check: vi.fn(() => states.shift() as "lives"), close: vi.fn() };
    const verifier = verifierOf({ parent });
    const token = await sign(key, sampleClaims());
    expect(codeOf(await verifier.verify(token, GET))).toBe("ok");
    expect(codeOf(await verifier.verify(token, GET))).toBe("unknown_token");
    await verifier.verify(await sign(key, sampleClaims({ cnf: { jkt: "x" } })), GET);
    expect(parent.check).toHaveBeenCalledTimes(2);
    await verifier.close();
    expect(parent.close).toHaveBeenCalledOnce();
  });
});

test("it ends no token", async () => {
  expect(await verifierOf().revokeCurrent(await sign(key, sampleClaims()))).toEqual({ revoked: 0 });
});

describe("R9728-04 where its metadata is", () => {
  test.each<[AccessTokenVerifierOptions["resourceMetadata"], string | undefined]>([
    [undefined, undefined],
    [true, `${ORDERS}/.well-known/oauth-protected-resource`],
    ["https://meta.example/x", "https://meta.example/x"],
  ])("%s", (resourceMetadata, expected) => {
    const options = resourceMetadata === undefined ? {} : { resourceMetadata };
    expect(verifierOf(options).resourceMetadata).toBe(expected);
  });
});

describe("misuse names what is wrong", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ issuer: undefined }, "options.issuer"],
    [{ issuer: "http://auth.example" }, "options.issuer"],
    [{ issuer: "https://auth.example?x" }, "options.issuer"],
    [{ audience: [] }, "options.audience"],
    [{ audience: 1 }, "options.audience"],
    [{ jwks: "http://auth.example/jwks" }, "options.jwks"],
    [{ jwks: {} }, "options.jwks"],
    [{ jwks: 7 }, "options.jwks"],
    [{ algorithms: ["HS256"] }, "options.algorithms[0]"],
    [{ algorithms: [] }, "options.algorithms"],
    [{ cache: { max: 0 } }, "options.cache.max"],
    [{ cache: { ttl: 1 } }, "options.cache"],
    [{ budgets: {} }, "options.budgets.take"],
    [{ parent: {} }, "options.parent.check"],
    [{ clock: {} }, "options.clock.now"],
    [{ profile: 1 }, "options.profile"],
    [{ dpop: { algorithms: ["HS256"] } }, "options.dpop.algorithms[0]"],
    [{ dpop: { nonces: { key: new Uint8Array(8) } } }, "options.dpop.nonces.key"],
    [{ dpop: {}, audience: "orders" }, "options.dpop.url"],
    [{ dpop: { url: "https://a.example?x=1" } }, "options.dpop.url"],
    [{ dpop: { required: 1 } }, "options.dpop.required"],
    [{ dpop: { replays: {} } }, "options.dpop.replays.add"],
    [{ resourceMetadata: true, audience: "orders" }, "options.audience"],
    [{ more: 1 }, "options"],
  ])("%o", (options, path) => {
    expect(() => verifierOf(options as Options)).toThrow(path);
  });

  test.each<[object, string]>([
    [{ api: 1 }, "request.api"],
    [{ method: 1 }, "request.method"],
    [{ cost: 0 }, "request.cost"],
    [{ cost: "1" }, "request.cost"],
    [{ level: "none" }, "request.level"],
    [{ permits: 1 }, "request.permits"],
  ])("%o", async (call, path) => {
    await expect(verifierOf().verify("x", { ...GET, ...call } as never)).rejects.toThrow(path);
  });
});
