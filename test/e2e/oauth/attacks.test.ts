import { createHmac, createPublicKey } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import {
  base64url,
  type CryptoKey,
  decodeJwt,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mount } from "../../../src/adapters/express.ts";
import { manyChoice, manySliding, memoryBus } from "../../../src/index.ts";
import {
  generateKeys,
  introspectParent,
  type OAuthClient,
  oauthServer,
  suppliedKeys,
  watchParent,
} from "../../../src/oauth/index.ts";
import type { RawAnswer } from "../../../src/testing/http/raw-answer.ts";
import { openConnection } from "../../../src/testing/http/raw-client.ts";
import { openSite, type Site, type SiteOptions } from "./site.ts";

const TYPE = "urn:ietf:params:oauth:token-type:";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const INVOICES = "https://invoices.example.com";
/** Of the service of another tenant. */
const STRANGER = "eve";

type Form = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, string>>;

/** A key pair of a client, or of an attacker. */
interface Pair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function createPair(algorithm = "ES256"): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { privateKey, jwk: await exportJWK(publicKey) };
}

/** The server's own keys: what is forged with them is wrong in one thing alone. */
let own: Awaited<ReturnType<typeof generateKeys>>;
/** A client's that is registered. */
let daemon: Pair;
let mallory: Pair;
let site: Site;
let secret: string;
let daemonToken: { readonly secret: string; readonly tokenId: string };

/** The client `daemon`, once it has a token. */
function clientsOf(token: () => string | undefined, resource: () => string): SiteOptions["server"] {
  const find = (id: string): OAuthClient | undefined => {
    const tokenId = token();
    if (id !== "daemon" || tokenId === undefined) return undefined;
    return { id, tokenId, jwks: { keys: [daemon.jwk] }, introspects: [resource()] };
  };
  return { clients: { find }, keys: suppliedKeys(own), guessing: false };
}

const kinds = {
  service: manySliding({ prefix: "acme_svc" }),
  application: manyChoice({ prefix: "acme_app" }),
};
const directory = {
  find: (id: string) => ({ id, account: id === STRANGER ? "globex" : "acme", active: true }),
};

beforeAll(async () => {
  own = await generateKeys();
  [daemon, mallory] = [await createPair(), await createPair("RS256")];
  site = await openSite({
    guessing: false,
    server: {
      ...clientsOf(
        () => daemonToken?.tokenId,
        () => site.resource,
      ),
      introspection: { signed: true },
    },
    verifier: () => ({ dpop: {} }),
    tokenry: { kinds, directory },
  });
  daemonToken = await site.issue("robot");
  ({ secret } = await site.issue("ada"));
});
afterAll(() => site[Symbol.asyncDispose]());

async function post(
  path: string,
  form: Form | string,
  headers: Fields = {},
  at: string = site.issuer,
): Promise<Response> {
  const body = typeof form === "string" ? form : new URLSearchParams(form).toString();
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return fetch(`${at}${path}`, { method: "POST", headers: { ...type, ...headers }, body });
}

/** Status and error of an answer. */
async function refusalOf(answering: Promise<Response>): Promise<readonly [number, unknown]> {
  const answer = await answering;
  const { error } = (await answer.json()) as { error?: unknown };
  return [answer.status, error];
}

const refreshForm = (more: Form = {}): Form => ({
  ...{ grant_type: "refresh_token", refresh_token: secret, client_id: "cli" },
  ...more,
});

/** An honest exchange. */
async function exchanged(
  more: Form = {},
  { headers = {}, at = site.issuer }: { headers?: Fields; at?: string } = {},
): Promise<string> {
  const answer = await post("/token", refreshForm(more), headers, at);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

function orders(
  token: string,
  headers: Fields = {},
  at: string = site.resource,
): Promise<Response> {
  return fetch(`${at}/orders`, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

const statusOf = async (answering: Promise<Response>): Promise<number> => (await answering).status;

/** What a forged token says and how. */
interface Forgery {
  readonly claims?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: CryptoKey;
  /** Claims that are not there. */
  readonly without?: readonly string[];
}

/** The claims of a token that was issued, signed anew. As it is it opens what that token did. */
async function forged({ claims, header, key, without = [] }: Forgery = {}): Promise<string> {
  const payload: JWTPayload = { ...decodeJwt(await exchanged()), ...claims };
  for (const name of without) delete payload[name];
  const { kid, alg = "RS256" } = own.current;
  const signing = key ?? ((await importJWK(own.current, alg)) as CryptoKey);
  return new SignJWT(payload)
    .setProtectedHeader({ alg, typ: "at+jwt", ...(kid === undefined ? {} : { kid }), ...header })
    .sign(signing);
}

const encoded = (value: object): string => base64url.encode(JSON.stringify(value));

async function proofFor(
  { privateKey, jwk }: Pair,
  claims: JWTPayload,
  alg = "ES256",
): Promise<string> {
  const times = { iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID() };
  return new SignJWT({ ...times, ...claims })
    .setProtectedHeader({ alg, typ: "dpop+jwt", jwk })
    .sign(privateKey);
}

async function athOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return base64url.encode(new Uint8Array(digest));
}

/** An access token that is bound to the daemon's key, and what makes proofs for it. */
async function bound(): Promise<{
  readonly token: string;
  proof(claims?: JWTPayload, pair?: Pair): Promise<string>;
}> {
  const dpop = await proofFor(daemon, { htm: "POST", htu: `${site.issuer}/token` });
  const token = await exchanged({}, { headers: { dpop } });
  const call = { htm: "GET", htu: `${site.resource}/orders`, ath: await athOf(token) };
  return { token, proof: (claims, pair = daemon) => proofFor(pair, { ...call, ...claims }) };
}

async function assertion(claims: JWTPayload = {}, header: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    ...{ iss: "daemon", sub: "daemon", aud: site.issuer, iat: now, exp: now + 60 },
    ...{ jti: crypto.randomUUID(), ...claims },
  })
    .setProtectedHeader({ alg: "ES256", ...header })
    .sign(daemon.privateKey);
}

const asserted = (client_assertion: string, more: Form = {}): Form => ({
  ...{ client_assertion, client_assertion_type: ASSERTION_TYPE },
  ...more,
});

const basic = (id: string, text: string): Fields => ({
  authorization: `Basic ${btoa(`${id}:${text}`)}`,
});

/** Sends lines as they are. */
async function sendRaw(at: string, lines: readonly string[], body = ""): Promise<RawAnswer> {
  const { port, host } = new URL(at);
  const connection = await openConnection(Number(port), "attack");
  const hosts = lines.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`];
  const [start = "", ...fields] = lines;
  const head = [start, ...hosts, ...fields, `Content-Length: ${body.length}`, "", ""];
  connection.send(head.join("\r\n") + body);
  const answer = await connection.answer(start.split(" ")[0]);
  connection.destroy();
  return answer;
}

const FORM_LINE = "Content-Type: application/x-www-form-urlencoded";

describe("a forged access token", () => {
  test("control: the same claims under the server's own key are taken", async () => {
    expect(await statusOf(orders(await forged()))).toBe(200);
  });

  test("ASVS 9.1.2 alg none, in every spelling", async () => {
    const payload = encoded(decodeJwt(await exchanged()));
    const signature = (await exchanged()).split(".")[2] ?? "";
    for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
      const header = encoded({ alg, typ: "at+jwt", kid: own.current.kid });
      for (const end of ["", signature])
        expect([alg, await statusOf(orders(`${header}.${payload}.${end}`))]).toEqual([alg, 401]);
    }
  });

  test("ASVS 9.1.2 the public key taken for the secret of an HMAC", async () => {
    const { kty = "", n = "", e = "", kid } = own.current;
    const publicKey = createPublicKey({ key: { kty, n, e }, format: "jwk" });
    const keys = [
      await exportSPKI(publicKey),
      publicKey.export({ type: "spki", format: "der" }),
      JSON.stringify((await suppliedKeys(own).published()).keys[0]),
      Buffer.from(n, "base64url"),
    ];
    const payload = encoded(decodeJwt(await exchanged()));
    const head = encoded({ alg: "HS256", typ: "at+jwt", kid });
    for (const key of keys) {
      const signature = createHmac("sha256", key).update(`${head}.${payload}`).digest("base64url");
      expect(await statusOf(orders(`${head}.${payload}.${signature}`))).toBe(401);
    }
  });

  test("ASVS 9.1.3 a key that the token brings or points to; nobody goes there", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url}`);
      response.end(JSON.stringify({ keys: [{ ...mallory.jwk, kid: "mallory", alg: "RS256" }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A server on TCP has an address of this shape.
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    const key = mallory.privateKey;
    for (const header of [{ jwk: mallory.jwk }, { jku: url }, { x5u: url }, { x5c: ["AAAA"] }])
      for (const kid of [own.current.kid, "mallory", undefined]) {
        const token = await forged({ key, header: { ...header, kid } });
        expect([header, kid, await statusOf(orders(token))]).toEqual([header, kid, 401]);
      }
    server.close();
    expect(asked).toEqual([]);
  });

  test.each(["JWT", "jwt", "dpop+jwt", "token-introspection+jwt", "id+jwt", undefined])(
    "R9068-01 of the type %s",
    async (typ) => {
      expect(await statusOf(orders(await forged({ header: { typ } })))).toBe(401);
    },
  );

  test("R9068-04 for another audience, none, or one that only begins alike", async () => {
    const other = `${site.resource}/`;
    for (const aud of [INVOICES, other, site.resource.slice(0, -1), [INVOICES, other], []])
      expect([aud, await statusOf(orders(await forged({ claims: { aud } })))]).toEqual([aud, 401]);
    expect(await statusOf(orders(await forged({ without: ["aud"] })))).toBe(401);
  });

  test("R9068-04 by a foreign issuer that has the same keys and names this resource", async () => {
    const foreign = await openSite({
      server: {
        ...{ keys: suppliedKeys(own), resources: { [site.resource]: { apis: ["orders"] } } },
      },
    });
    const issued = await foreign.issue("ada");
    const at = foreign.issuer;
    const token = await exchanged({ refresh_token: issued.secret }, { at });
    expect(decodeJwt(token)).toMatchObject({ iss: at, aud: site.resource });
    expect(await statusOf(orders(token))).toBe(401);
    await foreign[Symbol.asyncDispose]();
  });

  test("whose scope was widened, or whose binding was taken out, under the old signature", async () => {
    const { token } = await bound();
    const [head, , signature] = token.split(".");
    const { cnf: _cnf, ...unbound } = decodeJwt(token);
    for (const claims of [unbound, { ...unbound, scope: "orders:full" }])
      expect(await statusOf(orders(`${head}.${encoded(claims)}.${signature}`))).toBe(401);
  });
});

describe("an access token that is over", () => {
  test("R7519-01 is taken to the last millisecond, and not at its expiry", async () => {
    let now = Date.now();
    const opened = await openSite({ verifier: () => ({ clock: { now: () => now } }) });
    const issued = await opened.issue("ada");
    const token = await exchanged({ refresh_token: issued.secret }, { at: opened.issuer });
    const { exp = 0 } = decodeJwt(token);
    const at = async (when: number, text: string): Promise<number> => {
      now = when;
      return statusOf(orders(text, {}, opened.resource));
    };
    expect(await at(exp * 1000 - 1, token)).toBe(200);
    // Remembered, and met for the first time.
    expect(await at(exp * 1000, token)).toBe(401);
    const fresh = await exchanged({ refresh_token: issued.secret }, { at: opened.issuer });
    expect(await at((decodeJwt(fresh).exp ?? 0) * 1000, fresh)).toBe(401);
    await opened[Symbol.asyncDispose]();
  });

  test("OWN-21 the parent is revoked: introspectParent knows after ttl", async () => {
    let now = Date.now();
    const clock = { now: () => now };
    let robot: { readonly tokenId: string } | undefined;
    const privateKey = await exportJWK(daemon.privateKey);
    const opened: Site = await openSite({
      server: {
        ...clientsOf(
          () => robot?.tokenId,
          () => opened.resource,
        ),
      },
      verifier: ({ issuer }) => ({
        clock,
        parent: introspectParent({
          endpoint: `${issuer}/introspect`,
          client: { id: "daemon", privateKey },
          ttl: { seconds: 10 },
          clock,
        }),
      }),
    });
    robot = await opened.issue("robot");
    const issued = await opened.issue("ada");
    const token = await exchanged({ refresh_token: issued.secret }, { at: opened.issuer });
    const status = (): Promise<number> => statusOf(orders(token, {}, opened.resource));
    expect(await status()).toBe(200);
    expect((await post("/revoke", { token: issued.secret }, {}, opened.issuer)).status).toBe(200);
    now += 9999;
    expect(await status()).toBe(200);
    now += 1;
    expect(await status()).toBe(401);
    await opened[Symbol.asyncDispose]();
  });

  test("OWN-21 the parent is revoked: watchParent knows with the message", async () => {
    const bus = memoryBus();
    // As if it had begun to listen, and the API tokens had been issued, a minute before.
    let behindMs = 60_000;
    const clock = { now: () => Date.now() - behindMs };
    const opened = await openSite({
      tokenry: { bus },
      verifier: () => ({ parent: watchParent({ bus, clock }) }),
    });
    const [issued, other] = [await opened.issue("bob"), await opened.issue("carl")];
    behindMs = 0;
    const [token, spared] = [
      await exchanged({ refresh_token: issued.secret }, { at: opened.issuer }),
      await exchanged({ refresh_token: other.secret }, { at: opened.issuer }),
    ];
    const aged = (text: string): Promise<number> => statusOf(orders(text, {}, opened.resource));
    expect([await aged(token), await aged(spared)]).toEqual([200, 200]);
    await post("/revoke", { token: issued.secret }, {}, opened.issuer);
    expect(await aged(token)).toBe(401);
    expect(await aged(spared)).toBe(200);
    await opened[Symbol.asyncDispose]();
  });
});

describe("a token that is bound to a key (DPoP)", () => {
  test("R9449-06 as Bearer, without its proof, with another's, or with one of another call", async () => {
    const { token, proof } = await bound();
    const call = (dpop: string | undefined, scheme = "DPoP"): Promise<number> =>
      statusOf(orders(token, { authorization: `${scheme} ${token}`, ...(dpop && { dpop }) }));
    const other = await createPair();
    expect(await call(await proof())).toBe(200);
    expect(await call(await proof(), "Bearer")).toBe(401);
    expect(await call(undefined)).toBe(401);
    expect(await call(await proof({}, other))).toBe(401);
    expect(await call(await proof({ ath: await athOf(await exchanged()) }))).toBe(401);
    expect(await call(await proof({ htm: "POST" }))).toBe(401);
    expect(await call(await proof({ htu: `${site.resource}/other` }))).toBe(401);
    expect(await call(await proof({ iat: Math.floor(Date.now() / 1000) - 70 }))).toBe(401);
  });

  test("R9449-05 a proof that was used before, one after the other and at the same time", async () => {
    const { token, proof } = await bound();
    const authorization = `DPoP ${token}`;
    const dpop = await proof();
    expect(await statusOf(orders(token, { authorization, dpop }))).toBe(200);
    expect(await statusOf(orders(token, { authorization, dpop }))).toBe(401);
    const raced = { authorization, dpop: await proof() };
    const statuses = await Promise.all(
      Array.from({ length: 8 }, () => statusOf(orders(token, raced))),
    );
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
  });

  test("R9449-05 a proof of the token endpoint, used again", async () => {
    const dpop = await proofFor(daemon, { htm: "POST", htu: `${site.issuer}/token` });
    await exchanged({}, { headers: { dpop } });
    const again = post("/token", refreshForm(), { dpop });
    expect(await refusalOf(again)).toEqual([400, "invalid_dpop_proof"]);
  });

  test("R9449-02 htu is of this server, whatever Host says", async () => {
    const { token, proof } = await bound();
    const dpop = await proof({ htu: "http://evil.example/orders" });
    const lines = [`Authorization: DPoP ${token}`, `DPoP: ${dpop}`, "Host: evil.example"];
    for (const target of ["/orders", "http://evil.example/orders"])
      expect((await sendRaw(site.resource, [`GET ${target} HTTP/1.1`, ...lines])).status).toBe(401);
    const honest = await proof();
    const fields = [`Authorization: DPoP ${token}`, `DPoP: ${honest}`, "Host: evil.example"];
    expect((await sendRaw(site.resource, ["GET /orders HTTP/1.1", ...fields])).status).toBe(200);

    const body = new URLSearchParams(refreshForm()).toString();
    const other = await proofFor(daemon, { htm: "POST", htu: "http://evil.example/token" });
    const sent = [FORM_LINE, `DPoP: ${other}`, "Host: evil.example"];
    const answer = await sendRaw(site.issuer, ["POST /token HTTP/1.1", ...sent], body);
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, "invalid_dpop_proof"]);
  });

  test("R9449-01 two DPoP lines, at either server", async () => {
    const { token, proof } = await bound();
    const lines = [`DPoP: ${await proof()}`, `DPoP: ${await proof()}`];
    const call = [`GET /orders HTTP/1.1`, `Authorization: DPoP ${token}`, ...lines];
    expect((await sendRaw(site.resource, call)).status).toBe(401);
    const claims = { htm: "POST", htu: `${site.issuer}/token` };
    const proofs = [await proofFor(daemon, claims), await proofFor(daemon, claims)];
    const sent = ["POST /token HTTP/1.1", FORM_LINE, ...proofs.map((each) => `DPoP: ${each}`)];
    const body = new URLSearchParams(refreshForm()).toString();
    const answer = await sendRaw(site.issuer, sent, body);
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, "invalid_dpop_proof"]);
  });
});

describe("one kind of token in the place of another", () => {
  test("OKT-90 a client's assertion as an access token, and all that the server's key signs beside", async () => {
    const token = await exchanged();
    const claims = decodeJwt(token);
    const forms = asserted(await assertion(), { token });
    const accept = { accept: "application/token-introspection+jwt" };
    const introspected = await post("/introspect", forms, accept);
    expect(introspected.headers.get("content-type")).toBe(accept.accept);
    const others = [
      await introspected.text(),
      await assertion(),
      // With all that an access token says.
      await assertion({ ...claims }, { typ: "at+jwt", kid: own.current.kid }),
      await proofFor(daemon, claims),
    ];
    for (const other of others) expect(await statusOf(orders(other))).toBe(401);
  });

  test("OKT-90 an access token as a client's assertion", async () => {
    const [token, forAll] = [await exchanged(), await forged({ claims: forDaemon() })];
    for (const text of [token, forAll])
      expect(
        await refusalOf(post("/token", asserted(text, { grant_type: "client_credentials" }))),
      ).toEqual([401, "invalid_client"]);
  });

  test("R9449-01 an access token as a proof", async () => {
    const claims = { htm: "POST", htu: `${site.issuer}/token`, jti: "1" };
    const { kty, n, e } = own.current;
    const header = { jwk: { kty, n, e } };
    const dpop = await forged({ claims, header });
    expect(await refusalOf(post("/token", refreshForm(), { dpop }))).toEqual([
      ...[400, "invalid_dpop_proof"],
    ]);
  });

  test("R8693-05 the server's own access tokens, exchanged for others", async () => {
    const token = await exchanged({ scope: "orders:read" });
    expect(await refusalOf(post("/token", refreshForm({ refresh_token: token })))).toEqual([
      ...[400, "invalid_grant"],
    ]);
    for (const type of ["access_token", "refresh_token", "jwt"]) {
      const form = { grant_type: EXCHANGE, subject_token: token };
      const asked = post("/token", { ...form, subject_token_type: `${TYPE}${type}` });
      expect(await refusalOf(asked)).toEqual([400, "invalid_request"]);
    }
    expect(
      await refusalOf(post("/token", { grant_type: "client_credentials" }, basic("ada", token))),
    ).toEqual([401, "invalid_client"]);
  });

  test("OKT-90 an assertion that was used before, one after the other and at the same time", async () => {
    const send = async (text: string): Promise<number> =>
      statusOf(post("/token", asserted(text, { grant_type: "client_credentials" })));
    const once = await assertion();
    expect([await send(once), await send(once)]).toEqual([200, 401]);
    const raced = await assertion();
    const statuses = await Promise.all(Array.from({ length: 6 }, () => send(raced)));
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401]);
  });
});

/** Claims that an assertion of the daemon would have. */
function forDaemon(): JWTPayload {
  return { iss: "daemon", sub: "daemon", aud: site.issuer };
}

describe("more than the API token opens", () => {
  test("CORE-41 by scope at the token endpoint, and by method at the resource server", async () => {
    const narrow = await site.issue("ada", { kind: "application", access: { orders: "read" } });
    const from = { refresh_token: narrow.secret };
    for (const scope of ["orders:full", "orders:read orders:POST", "orders:PUT", "invoices:read"])
      expect(await refusalOf(post("/token", refreshForm({ ...from, scope })))).toEqual([
        ...[400, "invalid_scope"],
      ]);
    const token = await exchanged(from);
    expect(decodeJwt(token).scope).toBe("orders:read");
    expect(await statusOf(orders(token))).toBe(200);
    const authorization = `Bearer ${token}`;
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect(
        await statusOf(fetch(`${site.resource}/orders`, { method, headers: { authorization } })),
      ).toBe(403);
  });

  test("R8707 for a resource that is not known, or only looks like one", async () => {
    for (const resource of [INVOICES, `${site.resource}/`, `${site.resource}#x`, "orders"])
      expect(await refusalOf(post("/token", refreshForm({ resource })))).toEqual([
        ...[400, "invalid_target"],
      ]);
  });

  test("AP-1 a client that must authenticate does so by no other token, of its tenant or another", async () => {
    const [stranger, neighbour] = [await site.issue(STRANGER), await site.issue("robot")];
    const grant = { grant_type: "client_credentials" };
    const { secret: right } = daemonToken;
    expect(await statusOf(post("/token", grant, basic("daemon", right)))).toBe(200);
    for (const other of [stranger.secret, neighbour.secret])
      expect(await refusalOf(post("/token", grant, basic("daemon", other)))).toEqual([
        ...[401, "invalid_client"],
      ]);
    const named = refreshForm({ refresh_token: stranger.secret, client_id: "daemon" });
    expect(await refusalOf(post("/token", named))).toEqual([401, "invalid_client"]);
    expect(await refusalOf(post("/token", grant, basic("ada", stranger.secret)))).toEqual([
      401,
      "invalid_client",
    ]);
    // What it may have is its own tenant's.
    const token = await exchanged({ refresh_token: stranger.secret });
    expect(decodeJwt(token)).toMatchObject({ sub: STRANGER, tokenry: { account: "globex" } });
    const read = post(
      "/introspect",
      { token: await exchanged() },
      basic(STRANGER, stranger.secret),
    );
    expect(await (await read).json()).toEqual({ active: false });
  });
});

describe("a request that two servers could read in two ways", () => {
  test.each(["grant_type", "refresh_token", "client_id", "scope"])(
    "RFC 6749 section 3.2 %s is there twice",
    async (name) => {
      const form = new URLSearchParams(refreshForm({ scope: "orders:read" }));
      form.append(name, form.get(name) ?? "");
      expect(await refusalOf(post("/token", form.toString()))).toEqual([400, "invalid_request"]);
    },
  );

  test("RFC 6749 section 3.2 by GET, and in the URL of a POST", async () => {
    const query = new URLSearchParams(refreshForm()).toString();
    const get = fetch(`${site.issuer}/token?${query}`);
    expect(await refusalOf(get)).toEqual([405, "invalid_request"]);
    expect(await refusalOf(post(`/token?${query}`, ""))).toEqual([400, "invalid_request"]);
    expect(await refusalOf(post(`/token?refresh_token=x`, refreshForm()))).toEqual([
      ...[400, "invalid_request"],
    ]);
  });

  test("R6750-05 an access token in the URL or in the body of a call", async () => {
    const token = await exchanged();
    expect(await statusOf(fetch(`${site.resource}/orders?access_token=${token}`))).toBe(401);
    const body = new URLSearchParams({ access_token: token });
    const sent = fetch(`${site.resource}/orders`, { method: "POST", body });
    expect(await statusOf(sent)).toBe(401);
  });

  test("R6750-03 two Authorization lines, at either server", async () => {
    const token = await exchanged();
    const line = `Authorization: Bearer ${token}`;
    for (const second of [line, "Authorization: Bearer x", "Authorization: Basic eDp5"])
      for (const lines of [
        [line, second],
        [second, line],
      ])
        expect((await sendRaw(site.resource, ["GET /orders HTTP/1.1", ...lines])).status).toBe(400);

    const right = basic("daemon", daemonToken.secret).authorization;
    const body = "grant_type=client_credentials";
    const start = ["POST /token HTTP/1.1", FORM_LINE];
    const one = await sendRaw(site.issuer, [...start, `Authorization: ${right}`], body);
    expect(one.status).toBe(200);
    for (const other of [right, "Basic eDp5", `Bearer ${token}`]) {
      const two = [`Authorization: ${right}`, `Authorization: ${other}`];
      const answer = await sendRaw(site.issuer, [...start, ...two], body);
      expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, "invalid_request"]);
    }
  });

  test("RFC 6749 section 2.3 a client that authenticates in two ways", async () => {
    const { secret: right } = daemonToken;
    const headers = basic("daemon", right);
    const grant = { grant_type: "client_credentials", client_id: "daemon" };
    const tries: readonly (readonly [Form, Fields])[] = [
      [{ ...grant, client_secret: right }, headers],
      [asserted(await assertion(), grant), headers],
      [asserted(await assertion(), { ...grant, client_secret: right }), {}],
    ];
    for (const [form, fields] of tries)
      expect(await refusalOf(post("/token", form, fields))).toEqual([400, "invalid_request"]);
  });
});

describe("a client that writes its address itself", () => {
  const allowed = "203.0.113.5";

  /** The server mounted in Express, behind these proxies. */
  async function statusBy(trustProxy: readonly string[] | undefined, forwarded: Fields) {
    const { secret: bounded } = await site.issue("ada", {
      network: { include: [`${allowed}/32`] },
    });
    const server = oauthServer(site.tokens, {
      ...{ issuer: site.issuer, keys: suppliedKeys(own), resources: [site.resource] },
    });
    const app = express();
    app.use(mount(server, trustProxy === undefined ? {} : { trustProxy }));
    const listening = createServer(app);
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    // A server on TCP has an address of this shape.
    const at = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const answer = await post("/token", refreshForm({ refresh_token: bounded }), forwarded, at);
    listening.close();
    listening.closeAllConnections();
    return answer.status;
  }

  test("R7239-05 X-Forwarded-For means nothing without trustProxy", async () => {
    expect(await statusBy(undefined, { "x-forwarded-for": allowed })).toBe(400);
    expect(await statusBy(["10.0.0.0/8"], { "x-forwarded-for": allowed })).toBe(400);
  });

  test("R7239-05 and with it nothing that stands before what the proxy has added", async () => {
    const proxies = ["127.0.0.0/8"];
    expect(await statusBy(proxies, { "x-forwarded-for": allowed })).toBe(200);
    for (const header of [`${allowed}, 198.51.100.9`, `${allowed}, nonsense`, ""])
      expect(await statusBy(proxies, { "x-forwarded-for": header })).toBe(400);
    expect(await statusBy(proxies, { forwarded: `for=${allowed}` })).toBe(400);
    expect(await statusBy(proxies, { "x-real-ip": allowed })).toBe(400);
  });
});
