import { describe, expect, it } from "vitest";
import { oauthServer } from "../../../src/oauth/server/oauth-server.ts";
import type { OAuthServerOptions } from "../../../src/oauth/server/options.ts";
import { createWorld } from "../../support/world.ts";
import {
  basic,
  clientKey,
  createOAuthWorld,
  formRequest,
  INVOICES,
  ISSUER,
  ORDERS,
  proofOf,
  signingKeys,
} from "../fixtures.ts";

const METADATA = "/.well-known/oauth-authorization-server";
const FORMS = ["/token", "/introspect", "/revoke"];

describe("paths", () => {
  it("R8414-01 the endpoints are below the issuer's path, its metadata between host and path", async () => {
    for (const [issuer, paths] of [
      [ISSUER, [METADATA, "/jwks", ...FORMS]],
      [`${ISSUER}/`, [METADATA, "/jwks", ...FORMS]],
      [`${ISSUER}/a/b`, [`${METADATA}/a/b`, ...["/jwks", ...FORMS].map((path) => `/a/b${path}`)]],
    ] as const) {
      const { server, send } = await createOAuthWorld({ issuer });
      expect(server.paths).toEqual(paths);
      const { status, body } = await send(new Request(`${ISSUER}${paths[0]}`));
      expect([status, body.issuer]).toEqual([200, issuer]);
      expect(body.jwks_uri).toBe(`${ISSUER}${paths[1]}`);
    }
  });

  it.each([
    ...["/", "/token/", "/Token", "/x/token", "//token", "/%74oken", "/jwks.json"],
    ...["/.well-known/openid-configuration", `${METADATA}/`, `/a${METADATA}`],
  ])("%s is 404", async (path) => {
    const { send } = await createOAuthWorld();
    expect((await send(new Request(`${ISSUER}${path}`))).status).toBe(404);
  });

  it("a proof is of the endpoint's URL, whatever host the request came to", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const form = { grant_type: "refresh_token", refresh_token: secret.reveal() };
    const dpop = await proofOf(await clientKey(), world.clock.now());
    const { headers, method } = formRequest(form, { headers: { dpop } });
    const body = `${new URLSearchParams(form)}`;
    const request = new Request("http://10.0.0.7:8080/token", { method, headers, body });
    expect((await world.send(request)).body.token_type).toBe("DPoP");
  });
});

describe("methods", () => {
  it.each(FORMS)("GET and others of %s are 405", async (path) => {
    const { send } = await createOAuthWorld();
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const answered = await send(new Request(`${ISSUER}${path}`, { method }));
      expect([answered.status, answered.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    }
  });

  it.each([METADATA, "/jwks"])("HEAD of %s is as GET, without a body", async (path) => {
    const { send } = await createOAuthWorld();
    const get = await send(new Request(`${ISSUER}${path}`));
    const head = await send(new Request(`${ISSUER}${path}`, { method: "HEAD" }));
    expect([head.status, [...head.headers], head.body]).toEqual([200, [...get.headers], {}]);
    const post = await send(new Request(`${ISSUER}${path}`, { method: "POST" }));
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
});

describe("forms", () => {
  it.each(FORMS)("ASVS 14.2.1 whatever is in the query of %s is invalid_request", async (path) => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const form = { grant_type: "refresh_token", refresh_token: secret.reveal(), token: "a" };
    for (const query of [`?refresh_token=${secret.reveal()}`, "?a", "?client_secret=a"]) {
      const answered = await world.post(form, { path: `${path}${query}` });
      expect(answered).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    }
  });

  it.each(FORMS)(
    "R7662-01 R7009-01 another type of body at %s is invalid_request",
    async (path) => {
      const { post } = await createOAuthWorld();
      for (const type of ["application/json", "multipart/form-data", "text/plain", ""]) {
        const answered = await post({ token: "a" }, { path, headers: { "content-type": type } });
        expect(answered).toMatchObject({ status: 400, body: { error: "invalid_request" } });
      }
    },
  );

  it("the type may have parameters, in any case", async () => {
    const world = await createOAuthWorld();
    const { secret } = await world.issue();
    const headers = { "content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8" };
    expect((await world.refresh(secret.reveal(), {}, { headers })).status).toBe(200);
  });

  it.each(["grant_type", "refresh_token", "scope", "client_id", "unknown"])(
    "RFC 6749 section 3.2 %s twice is invalid_request",
    async (name) => {
      const world = await createOAuthWorld();
      const { secret } = await world.issue();
      const form = { grant_type: "refresh_token", refresh_token: secret.reveal() };
      const twice = { ...form, [name]: ["a", "a"] };
      expect(await world.post(twice)).toMatchObject({
        status: 400,
        body: { error: "invalid_request", error_description: "A parameter is there twice." },
      });
    },
  );

  it("AP-4 a body over 64 KiB is refused, and no more of it read", async () => {
    const { send, post } = await createOAuthWorld();
    expect((await post({ a: "x".repeat(70_000) })).status).toBe(413);
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16_384).fill(97));
      },
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const request = new Request(`${ISSUER}/token`, {
      method: "POST",
      headers,
      body,
      duplex: "half",
    });
    expect((await send(request)).status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  it("what is no UTF-8, and a body that breaks off, are invalid_request", async () => {
    const { send } = await createOAuthWorld();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("reset"));
      },
    });
    for (const body of [new Uint8Array([97, 61, 255]), broken]) {
      const init = { method: "POST", headers, body, duplex: "half" } as const;
      const answered = await send(new Request(`${ISSUER}/token`, init));
      expect(answered).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    }
  });

  it("a body that was read before is the host's mistake", async () => {
    const { server } = await createOAuthWorld();
    const request = formRequest({ grant_type: "refresh_token" });
    await request.text();
    await expect(server(request)).rejects.toThrow(TypeError);
  });
});

describe("metadata and keys", () => {
  it("R8414-01 R8414-02 the whole of it, and nothing without elements", async () => {
    const { send } = await createOAuthWorld();
    const { status, headers, body } = await send(new Request(`${ISSUER}${METADATA}`));
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    const secrets = ["client_secret_basic", "client_secret_post"];
    expect(body).toEqual({
      issuer: ISSUER,
      token_endpoint: `${ISSUER}/token`,
      token_endpoint_auth_methods_supported: ["none", ...secrets],
      introspection_endpoint: `${ISSUER}/introspect`,
      introspection_endpoint_auth_methods_supported: secrets,
      revocation_endpoint: `${ISSUER}/revoke`,
      revocation_endpoint_auth_methods_supported: ["none", ...secrets],
      jwks_uri: `${ISSUER}/jwks`,
      grant_types_supported: [
        ...["refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"],
        "client_credentials",
      ],
      scopes_supported: ["invoices:full", "invoices:read", "orders:full", "orders:read"],
      dpop_signing_alg_values_supported: ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"],
      protected_resources: [ORDERS, INVOICES],
    });
  });

  it("with clients, a scope for everything, signed introspection and without DPoP", async () => {
    const { send } = await createOAuthWorld({
      ...{ clients: [], wholeScope: "api:access", dpop: false, resources: [ORDERS] },
      introspection: { signed: true },
    });
    const { body } = await send(new Request(`${ISSUER}${METADATA}`));
    expect(body.token_endpoint_auth_methods_supported).toContain("private_key_jwt");
    expect(body.token_endpoint_auth_signing_alg_values_supported).toContain("ES256");
    expect(body.introspection_signing_alg_values_supported).toEqual(["ES256"]);
    expect(body.scopes_supported).toEqual(["api:access"]);
    expect(body).not.toHaveProperty("dpop_signing_alg_values_supported");
  });

  it("the published keys, which nobody may change and which hold nothing private", async () => {
    const { send, keys } = await createOAuthWorld();
    const { headers, body } = await send(new Request(`${ISSUER}/jwks`));
    expect(headers.get("content-type")).toBe("application/jwk-set+json");
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    expect(body).toEqual(await keys.published());
    expect(JSON.stringify(body)).not.toContain('"d"');
  });

  it("keys that cannot be read are 503, and reported", async () => {
    const keys = { ...(await signingKeys()), published: () => Promise.reject(new Error("away")) };
    const world = await createOAuthWorld({ keys });
    const answered = await world.send(new Request(`${ISSUER}/jwks`));
    expect([answered.status, answered.headers.get("cache-control")]).toEqual([503, "no-store"]);
    expect(world.reported).toHaveLength(1);
  });
});

describe("CORS", () => {
  const origin = "https://app.example.com";
  const allowedOrigins = [origin];
  const cors = (headers: Headers): unknown =>
    ["vary", "access-control-allow-origin", "access-control-expose-headers"].map((name) =>
      headers.get(name),
    );
  const EXPOSED = "DPoP-Nonce, WWW-Authenticate, Retry-After";

  it("R9449-07 answers are for pages of the allowed origins alone", async () => {
    const world = await createOAuthWorld({ allowedOrigins });
    for (const path of FORMS) {
      const from = async (headers: Record<string, string>): Promise<unknown> =>
        cors((await world.post({ grant_type: "a" }, { path, headers })).headers);
      expect(await from({ origin })).toEqual(["Origin", origin, EXPOSED]);
      expect(await from({ origin: "https://evil.example.com" })).toEqual(["Origin", null, null]);
      expect(await from({ origin: "null" })).toEqual(["Origin", null, null]);
      expect(await from({})).toEqual(["Origin", null, null]);
    }
    const none = await createOAuthWorld();
    const { headers } = await none.post({}, { headers: { origin } });
    expect(cors(headers)).toEqual([null, null, null]);
  });

  it.each([METADATA, "/jwks"])("%s is for everyone", async (path) => {
    const { send } = await createOAuthWorld();
    const { headers } = await send(new Request(`${ISSUER}${path}`, { headers: { origin } }));
    expect(headers.get("access-control-allow-origin")).toBe("*");
  });

  it("a preflight is answered by what pages may send", async () => {
    const { send } = await createOAuthWorld({ allowedOrigins });
    const init = { method: "OPTIONS", headers: { origin } };
    const { status, headers } = await send(new Request(`${ISSUER}/token`, init));
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    expect(headers.get("access-control-allow-headers")).toBe("Authorization, Content-Type, DPoP");
    expect(headers.get("access-control-allow-methods")).toBe("POST, OPTIONS");
    expect(headers.has("access-control-allow-credentials")).toBe(false);
  });
});

describe("secrets", () => {
  it("R9457-06 ASVS 16.2.5 none is in an answer or an error but the refresh_token that was sent", async () => {
    const away = (): never => {
      throw new Error("away");
    };
    const world = await createOAuthWorld({ dpop: { nonces: true } });
    const out = await createOAuthWorld({
      keys: { ...(await signingKeys()), current: away },
      clients: { find: (id) => (id === "out" ? away() : undefined) },
    });
    const { secret } = await world.issue();
    const { secret: other } = await out.issue();
    const [text, foreign] = [secret.reveal(), other.reveal()];
    const headers = basic("ada", text);
    const answers = [
      await world.refresh(foreign),
      await world.refresh(text, { scope: text }),
      await world.refresh(text, { resource: `urn:a:${text}` }),
      await world.refresh(text, {}, { headers: basic("bob", text) }),
      await world.post({ grant_type: text, token: text }),
      await world.post({ grant_type: "client_credentials" }, { headers }),
      await world.post({}, { path: `/token?refresh_token=${text}` }),
      await world.send(new Request(`${ISSUER}/${text}`)),
      await out.refresh(foreign),
      await out.refresh(foreign, { client_id: "out" }),
    ];
    const seen = JSON.stringify([
      ...[answers, world.reported.map(String), out.reported.map(String)],
      out.reported.map(({ cause }) => String(cause)),
    ]);
    expect(seen).not.toContain(text);
    expect(seen).not.toContain(foreign);
    // Nor the random part alone.
    expect(seen).not.toContain(text.slice(-40));
    const good = await world.refresh(text);
    expect(JSON.stringify({ ...good.body, refresh_token: "" })).not.toContain(text);
    const payload = `${good.body.access_token}`.split(".")[1] ?? "";
    expect(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).not.toContain(text.slice(-40));
  });
});

describe("an error handler of the host's that throws", () => {
  it.each([
    () => {
      throw new Error("mine");
    },
    () => Promise.reject(new Error("mine")) as never,
  ])("changes nothing", async (onError) => {
    const keys = { ...(await signingKeys()), current: () => Promise.reject(new Error("away")) };
    const world = await createOAuthWorld({ keys, onError });
    const { secret } = await world.issue();
    expect((await world.refresh(secret.reveal())).status).toBe(503);
  });
});

describe("misuse", () => {
  it("tokens must be a tokenry", async () => {
    const options: OAuthServerOptions = {
      ...{ issuer: ISSUER, resources: [ORDERS] },
      keys: await signingKeys(),
    };
    const { tokens } = createWorld();
    expect(() => oauthServer({ ...tokens, grant: undefined } as never, options)).toThrow(
      "tokens.grant must be a function",
    );
  });
});
