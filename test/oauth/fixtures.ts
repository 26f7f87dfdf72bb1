import {
  type CryptoKey,
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import type { TokenryOptions } from "../../src/index.ts";
import type { SigningAlgorithm, SigningKeys } from "../../src/oauth/keys/signing-keys.ts";
import { oauthServer } from "../../src/oauth/server/oauth-server.ts";
import type { OAuthServerOptions } from "../../src/oauth/server/options.ts";
import { createWorld, type World } from "../support/world.ts";

export const ISSUER = "https://auth.example.com";
/** Serves orders. */
export const ORDERS = "https://orders.example.com";
/** Serves invoices. */
export const INVOICES = "https://invoices.example.com";
export const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A key pair of a client. */
export interface ClientKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Makes a key pair. */
export async function clientKey(algorithm = "ES256"): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, privateKey, publicJwk: await exportJWK(publicKey) };
}

const made = new Map<SigningAlgorithm, Promise<SigningKeys>>();

/** Signing keys of a server; one set for each algorithm in a test file. */
export async function signingKeys(algorithm: SigningAlgorithm = "ES256"): Promise<SigningKeys> {
  const known = made.get(algorithm) ?? makeSigningKeys(algorithm);
  made.set(algorithm, known);
  return known;
}

async function makeSigningKeys(algorithm: SigningAlgorithm): Promise<SigningKeys> {
  const { privateKey, publicJwk } = await clientKey(algorithm);
  const kid = await calculateJwkThumbprint(publicJwk);
  const published = { keys: [{ ...publicJwk, kid, alg: algorithm, use: "sig" }] };
  return {
    current: async () => ({ kid, algorithm, privateKey }),
    published: async () => published,
  };
}

/** How a request is sent. */
export interface Sending {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

/** What a request was answered by. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** All of it that a client could see. */
  readonly text: string;
}

/** An authorization server over a tokenry in memory, and all that it works with. */
export interface OAuthWorld extends World {
  readonly server: ReturnType<typeof oauthServer>;
  readonly keys: SigningKeys;
  /** What `onError` of the server was told. */
  readonly reported: Error[];
  /** Sends a form, to the token endpoint unless told otherwise. */
  post(form: Form, sending?: Sending): Promise<Answered>;
  /** Sends any request. */
  send(request: Request, address?: string): Promise<Answered>;
  /** Exchanges an API token as its refresh token. */
  refresh(
    secret: string,
    more?: Readonly<Record<string, string>>,
    sending?: Sending,
  ): Promise<Answered>;
  /** The verified claims of an answer's access token. */
  claimsOf(answered: Answered): Promise<JWTPayload>;
}

/** Parameters, of which some are there more than once. */
export type Form = Readonly<Record<string, string | readonly string[]>>;

/** Makes the body of a form. */
function formText(form: Form): string {
  const pairs: [string, string][] = Object.entries(form).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value as string]),
  );
  return new URLSearchParams(pairs).toString();
}

/** A request to an endpoint. */
export function formRequest(form: Form, { path = "/token", headers = {} }: Sending = {}): Request {
  return new Request(`${ISSUER}${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: formText(form),
  });
}

/** Makes a world with a server for two resources. */
export async function createOAuthWorld(
  options: Partial<OAuthServerOptions> = {},
  worldOptions: Partial<TokenryOptions> = {},
): Promise<OAuthWorld> {
  const world = createWorld(worldOptions);
  const keys = await signingKeys();
  const reported: Error[] = [];
  const server = oauthServer(world.tokens, {
    ...{ issuer: ISSUER, keys, clock: world.clock },
    resources: { [ORDERS]: { apis: ["orders"] }, [INVOICES]: { apis: ["invoices"] } },
    onError: (error) => reported.push(error),
    ...options,
  });
  const send: OAuthWorld["send"] = async (request, address) =>
    answeredOf(await server(request, { address }));
  const post: OAuthWorld["post"] = (form, sending) =>
    send(formRequest(form, sending), sending?.address);
  return {
    ...world,
    ...{ server, keys, reported, send, post },
    refresh: (secret, more, sending) =>
      post({ grant_type: "refresh_token", refresh_token: secret, ...more }, sending),
    async claimsOf({ body }) {
      const jwks = createLocalJWKSet({ keys: [...(await keys.published()).keys] });
      const verified = await jwtVerify(`${body.access_token}`, jwks, {
        issuer: ISSUER,
        typ: "at+jwt",
        currentDate: new Date(world.clock.now()),
      });
      return verified.payload;
    },
  };
}

async function answeredOf(response: Response): Promise<Answered> {
  const body = await response.text();
  const { status, headers } = response;
  const text = JSON.stringify([status, [...headers], body]);
  return { status, headers, text, body: body === "" ? {} : JSON.parse(body) };
}

/** `Authorization: Basic`, form-encoded (RFC 6749 section 2.3.1). */
export function basic(id: string, secret: string): { readonly authorization: string } {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${btoa(pair)}` };
}

/** A proof of possession for the token endpoint. */
export async function proofOf(
  key: ClientKey,
  now: number,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const jti = crypto.randomUUID();
  const payload = { htm: "POST", htu: `${ISSUER}/token`, iat: Math.floor(now / 1000), jti };
  return new SignJWT({ ...payload, ...claims })
    .setProtectedHeader({ typ: "dpop+jwt", alg: key.algorithm, jwk: key.publicJwk })
    .sign(key.privateKey);
}

/** The parameters of `private_key_jwt`: good for a minute, unless told otherwise. */
export async function assertionOf(
  key: ClientKey,
  id: string,
  now: number,
  more: {
    claims?: Readonly<Record<string, unknown>>;
    header?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<{ readonly client_assertion: string; readonly client_assertion_type: string }> {
  const iat = Math.floor(now / 1000);
  const times = { iat, exp: iat + 60, jti: crypto.randomUUID() };
  const assertion = await new SignJWT({ iss: id, sub: id, aud: ISSUER, ...times, ...more.claims })
    .setProtectedHeader({ alg: key.algorithm, ...more.header })
    .sign(key.privateKey);
  return { client_assertion: assertion, client_assertion_type: ASSERTION_TYPE };
}
