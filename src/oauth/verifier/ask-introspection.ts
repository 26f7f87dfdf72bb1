import { base64url, type JWK, SignJWT } from "jose";
import { checkKeys, checkText } from "../../checks.ts";
import { importKey } from "../keys/import-key.ts";
import { readKey } from "../keys/key-record.ts";

/** Who asks: with a client secret, or with a key that is registered for the client (RFC 7523). */
export type IntrospectionClient =
  | { readonly id: string; readonly secret: string }
  | {
      readonly id: string;
      /** A private JWK of RSA, P-256 or Ed25519; its `kid`, where it has one, is that of the registered key. */
      readonly privateKey: JWK;
      /** Whom assertions are for: the issuer, say. Default: the endpoint. */
      readonly audience?: string;
    };

/** How a client shows who it is, in a request of its own. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Makes the credentials of a request. `now` is in milliseconds since 1970. */
export type MakeCredentials = (now: number) => Promise<Credentials>;

const PATH = "options.client";
const LONGEST = 2048;
const SECRET_KEYS: ReadonlySet<string> = new Set(["id", "secret"]);
const KEY_KEYS: ReadonlySet<string> = new Set(["id", "privateKey", "audience"]);
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_SECONDS = 60;
const JTI_BYTES = 16;

/** Checks the client once. @throws TypeError or RangeError that names the path, and holds nothing of secret or key. */
export function resolveClient(client: IntrospectionClient, endpoint: string): MakeCredentials {
  const isByKey = typeof client === "object" && client !== null && "privateKey" in client;
  checkKeys(client, isByKey ? KEY_KEYS : SECRET_KEYS, PATH);
  const id = checkText(client.id, LONGEST, `${PATH}.id`);
  if (!("privateKey" in client))
    return bySecret(id, checkText(client.secret, LONGEST, `${PATH}.secret`));
  const audience = checkText(client.audience ?? endpoint, LONGEST, `${PATH}.audience`);
  return byKey({ id, audience, privateKey: client.privateKey });
}

/** RFC 6749 section 2.3.1: each part is encoded as in a form. */
function bySecret(id: string, secret: string): MakeCredentials {
  const authorization = `Basic ${btoa(`${formEncoded(id)}:${formEncoded(secret)}`)}`;
  return async () => ({ headers: { authorization }, parameters: {} });
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

/** RFC 7523 section 3: an assertion for each request, as it is good once. */
function byKey({
  id,
  audience,
  privateKey,
}: {
  readonly id: string;
  readonly audience: string;
  readonly privateKey: JWK;
}): MakeCredentials {
  const record = readKey(privateKey, `${PATH}.privateKey`);
  // Without a name of its own the registered key has none either.
  const kid = privateKey.kid === undefined ? {} : { kid: record.kid };
  let importing: ReturnType<typeof importKey> | undefined;
  return async (now) => {
    importing ??= importKey(record);
    const key = await importing;
    if (key === undefined) throw new TypeError(`${PATH}.privateKey cannot sign on this platform`);
    const issuedAt = Math.floor(now / 1000);
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: key.algorithm, ...kid })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(audience)
      .setJti(base64url.encode(crypto.getRandomValues(new Uint8Array(JTI_BYTES))))
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_SECONDS)
      .sign(key.privateKey);
    const parameters = { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
    return { headers: {}, parameters };
  };
}

/** Where and how an introspection endpoint is asked. */
export interface Introspection {
  readonly endpoint: string;
  readonly credentials: MakeCredentials;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Asks whether a token is active (RFC 7662 section 2). Rejects when there is no answer to that. */
export async function askIntrospection(
  { endpoint, credentials, fetch }: Introspection,
  token: string,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { headers, parameters } = await credentials(now);
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      ...headers,
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({
      token,
      token_type_hint: "access_token",
      ...parameters,
    }).toString(),
    // Nobody else is to have the token.
    redirect: "error",
    signal,
  });
  if (response.status === 200) return readActive(await response.json());
  await response.body?.cancel();
  throw new Error(`the answer has status ${response.status}`);
}

function readActive(body: unknown): boolean {
  // A cast, as JSON may be anything: the member is looked at before it is used.
  const { active } = (body ?? {}) as { readonly active?: unknown };
  if (typeof active === "boolean") return active;
  throw new Error("the answer does not tell whether the token is active");
}
