import { describe, expect, it } from "vitest";
import { generateKeys } from "../../../src/oauth/keys/generate-keys.ts";
import { type OAuthServerOptions, resolveServer } from "../../../src/oauth/server/options.ts";
import { createWorld } from "../../support/world.ts";
import { clientKey, createOAuthWorld, ISSUER, ORDERS, signingKeys } from "../fixtures.ts";

const GOOD: OAuthServerOptions = {
  ...{ issuer: ISSUER, resources: [ORDERS] },
  keys: await signingKeys(),
};
const { privateKey, publicJwk } = await clientKey();
const PRIVATE = { ...publicJwk, d: "secret" };

/** As a host without types would pass it. */
function resolve(options: Readonly<Record<string, unknown>>): unknown {
  return resolveServer({ ...GOOD, ...options } as OAuthServerOptions);
}

describe("wrong options", () => {
  it.each([
    [{ isuer: ISSUER }, TypeError, "options: there is no"],
    [{ issuer: undefined }, TypeError, "options.issuer"],
    [{ issuer: "http://auth.example.com" }, RangeError, "options.issuer"],
    [{ issuer: `${ISSUER}?a` }, RangeError, "options.issuer"],
    [{ issuer: `${ISSUER}#a` }, RangeError, "options.issuer"],
    [{ issuer: "https://user@auth.example.com" }, RangeError, "options.issuer"],
    [{ issuer: "https://AUTH.example.com" }, RangeError, "options.issuer"],
    [{ issuer: `${ISSUER}:443` }, RangeError, "options.issuer"],
    [{ issuer: `${ISSUER}/a/` }, RangeError, "options.issuer"],
    [{ issuer: `${ISSUER}/a/../b` }, RangeError, "options.issuer"],
    [{ keys: undefined }, TypeError, "options.keys"],
    [{ keys: { current: () => {} } }, TypeError, "options.keys.current"],
    [{ keys: { current: () => {}, published: 1 } }, TypeError, "options.keys.published"],
    [{ keys: { current: publicJwk } }, TypeError, "options.keys.current"],
    [{ accessTokenLifetime: { seconds: 59 } }, RangeError, "options.accessTokenLifetime"],
    [{ accessTokenLifetime: { hours: 25 } }, RangeError, "options.accessTokenLifetime"],
    [{ accessTokenLifetime: { months: 1 } }, RangeError, "options.accessTokenLifetime"],
    [{ accessTokenLifetime: 900 }, TypeError, "options.accessTokenLifetime"],
    [{ resources: undefined }, TypeError, "options.resources"],
    [{ resources: [] }, RangeError, "options.resources"],
    [{ resources: {} }, RangeError, "options.resources"],
    [{ resources: [ORDERS, ORDERS] }, RangeError, "options.resources must not name one twice"],
    [{ resources: ["orders"] }, RangeError, "options.resources[0]"],
    [{ resources: ["https://a.example/#b"] }, RangeError, "options.resources[0]"],
    [{ resources: ["https://a.example/ b"] }, RangeError, "options.resources[0]"],
    [{ resources: [1] }, TypeError, "options.resources[0]"],
    [{ resources: { [ORDERS]: { api: [] } } }, TypeError, "options.resources[0]"],
    [{ resources: { [ORDERS]: { apis: [] } } }, RangeError, "options.resources[0].apis"],
    [{ resources: { [ORDERS]: { apis: [1] } } }, TypeError, "options.resources[0].apis[0]"],
    [{ resources: { [ORDERS]: { apis: "orders" } } }, TypeError, "options.resources[0].apis"],
    [{ clients: 1 }, TypeError, "options.clients"],
    [{ clients: {} }, TypeError, "options.clients.find"],
    [{ clients: [null] }, TypeError, "options.clients[0]"],
    [{ clients: [{ id: "" }] }, RangeError, "options.clients[0].id"],
    [{ clients: [{ id: "é" }] }, RangeError, "options.clients[0].id"],
    [{ clients: [{ id: "a" }, { id: "a" }] }, RangeError, "options.clients"],
    [{ clients: [{ id: "a", secret: "b" }] }, TypeError, "options.clients[0]: there is no"],
    [{ clients: [{ id: "a", tokenId: 1 }] }, TypeError, "options.clients[0].tokenId"],
    [{ clients: [{ id: "a", jwks: { keys: [publicJwk] } }] }, TypeError, "clients[0].tokenId"],
    [{ clients: [{ id: "a", introspects: [ORDERS] }] }, TypeError, "options.clients[0].tokenId"],
    [{ clients: [{ id: "a", tokenId: "t", introspects: ["b"] }] }, RangeError, "clients[0].intro"],
    [{ clients: [{ id: "a", tokenId: "t", jwks: {} }] }, RangeError, "clients[0].jwks.keys"],
    [{ clients: [{ id: "a", dpopBoundAccessTokens: 1 }] }, TypeError, "dpopBoundAccessTokens"],
    [
      { dpop: false, clients: [{ id: "a", dpopBoundAccessTokens: true }] },
      RangeError,
      "options.clients[0].dpopBoundAccessTokens needs options.dpop",
    ],
    [{ registeredClientsOnly: true }, TypeError, "options.registeredClientsOnly"],
    [{ registeredClientsOnly: 1, clients: [] }, TypeError, "options.registeredClientsOnly"],
    [{ wholeScope: "" }, RangeError, "options.wholeScope"],
    [{ wholeScope: "a b" }, RangeError, "options.wholeScope"],
    [{ wholeScope: "a a" }, RangeError, "options.wholeScope"],
    [{ wholeScope: 'a"' }, RangeError, "options.wholeScope"],
    [{ dpop: true }, TypeError, "options.dpop"],
    [{ dpop: { nonce: true } }, TypeError, "options.dpop"],
    [{ dpop: { algorithms: ["HS256"] } }, RangeError, "options.dpop.algorithms[0]"],
    [{ replays: {} }, TypeError, "options.replays.add"],
    [{ introspection: { sign: true } }, TypeError, "options.introspection"],
    [{ introspection: { signed: 1 } }, TypeError, "options.introspection.signed"],
    [{ claims: {} }, TypeError, "options.claims"],
    [{ onError: 1 }, TypeError, "options.onError"],
    [{ clock: {} }, TypeError, "options.clock.now"],
    [{ guessing: { limit: 0 } }, RangeError, "options.guessing.limit"],
    [{ allowedOrigins: "*" }, TypeError, "options.allowedOrigins"],
    [{ allowedOrigins: ["*"] }, RangeError, "options.allowedOrigins[0]"],
    [{ allowedOrigins: [`${ISSUER}/`] }, RangeError, "options.allowedOrigins[0]"],
  ])("%o throw", (options, type, path) => {
    const attempt = (): unknown => resolve(options);
    expect(attempt).toThrow(type as ErrorConstructor);
    expect(attempt).toThrow(path as string);
  });

  it.each([
    [PRIVATE],
    [{ kty: "oct", k: "c2VjcmV0" }],
    [{ ...publicJwk, k: "secret" }],
    [{ kty: "oct" }],
    [privateKey],
  ])("a client's key that is not public throws, and is not told", (key) => {
    const attempt = (): unknown =>
      resolve({ clients: [{ id: "a", tokenId: "t", jwks: { keys: [key] } }] });
    expect(attempt).toThrow("options.clients[0].jwks.keys[0] must be a public key");
    expect(attempt).not.toThrow("secret");
  });

  it("more than 50 keys of a client are too many (OKT-93)", () => {
    const clientWith = (count: number): unknown => {
      const jwks = { keys: Array.from({ length: count }, () => publicJwk) };
      return resolve({ clients: [{ id: "a", tokenId: "t", jwks }] });
    };
    expect(() => clientWith(50)).not.toThrow();
    expect(() => clientWith(51)).toThrow("options.clients[0].jwks.keys");
  });
});

describe("good options", () => {
  it.each([
    { issuer: "http://localhost:3000" },
    { issuer: "http://127.0.0.1:3000/auth" },
    { issuer: `${ISSUER}/` },
    { accessTokenLifetime: { minutes: 1 } },
    { accessTokenLifetime: { days: 1 } },
    { resources: ["urn:example:orders", "https://a.example/b?c=d"] },
    { clients: { find: () => undefined } },
    { clients: [{ id: "a", tokenId: "t", introspects: [ORDERS] }], registeredClientsOnly: true },
    { wholeScope: "api:access" },
    { guessing: false, dpop: false },
  ])("%o are taken", (options) => {
    expect(() => resolve(options)).not.toThrow();
  });

  it("keys may be as generateKeys makes them", async () => {
    const { keys } = resolveServer({
      ...GOOD,
      keys: await generateKeys({ algorithm: "ES256" }),
    }).context;
    expect((await keys.published()).keys).toHaveLength(2);
  });

  it("without a clock it is the platform's", async () => {
    const { tokens } = createWorld();
    expect(tokens).toBeDefined();
    const { now } = resolveServer(GOOD).context;
    expect(Math.abs(now() - Date.now())).toBeLessThan(10_000);
  });

  it("a look-up may answer null and by a promise", async () => {
    const world = await createOAuthWorld({ clients: { find: async () => null as never } });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal(), { client_id: "a" })).status).toBe(200);
  });
});
