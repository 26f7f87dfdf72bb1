import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
  type LocalJWKSet,
} from "jose";
import { sha256Hex } from "../../secret/digest.ts";
import type { OAuthClient } from "./clients.ts";
import type { ServerContext } from "./context.ts";
import { isClientId } from "./read-client.ts";

/** What an assertion is checked against. */
export interface AssertionCall {
  readonly assertion: string;
  /** The `client_id` of the request, if it has one. */
  readonly id: string | undefined;
  /** Whom the assertion may be for: the issuer, the token endpoint, and the endpoint that it came to. */
  readonly audiences: readonly string[];
}

/** A client that is registered with a token and with keys. */
export type KeyedClient = OAuthClient & Required<Pick<OAuthClient, "tokenId" | "jwks">>;

/** Signatures by a key pair alone: never `none`, and no HMAC, whose key could be a public key taken for a secret (ASVS 9.1.2). */
export const ASSERTION_ALGORITHMS: readonly string[] = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

const LONGEST_ASSERTION = 8192;
const LONGEST_LIFE_S = 3600;
/** How far a client's clock may differ. */
const LEEWAY_S = 5;

/**
 * The client that an assertion proves (RFC 7523 section 3): signed by a key that is registered for it, whatever keys the assertion itself names;
 * of and about the client; for this server; good for an hour at most; and used once. `undefined` for anything less.
 *
 * Rejects when the clients cannot be read or the replay store fails. Source: OKT-90.
 */
export async function clientOfAssertion(
  { findClient, replays, now: clock }: ServerContext,
  call: AssertionCall,
): Promise<KeyedClient | undefined> {
  const claimed = claimedId(call);
  if (claimed === undefined) return undefined;
  const client = await findClient(claimed);
  if (client === undefined || !isKeyed(client)) return undefined;
  const now = clock();
  const payload = await verifiedPayload(call, client, now);
  const exp = payload?.exp;
  if (payload === undefined || exp === undefined || exp * 1000 > now + LONGEST_LIFE_S * 1000)
    return undefined;
  // Rounded up as jose has it, which compares with whole seconds: until then the assertion is good.
  const remainingMs = Math.ceil((Math.ceil(exp) + LEEWAY_S) * 1000 - now);
  const isNew = await replays.add(onceKey(call.assertion, client, payload), remainingMs, now);
  return isNew ? client : undefined;
}

/** Whose an assertion says it is, unverified: who to look up. */
function claimedId({ assertion, id }: AssertionCall): string | undefined {
  if (assertion.length > LONGEST_ASSERTION) return undefined;
  try {
    const { sub } = decodeJwt(assertion);
    if (typeof sub !== "string" || !isClientId(sub)) return undefined;
    return id === undefined || id === sub ? sub : undefined;
  } catch {
    return undefined;
  }
}

function isKeyed(client: OAuthClient): client is KeyedClient {
  return client.tokenId !== undefined && client.jwks !== undefined;
}

/** What is wrong with a signature or a claim is one and the same; nothing here waits for anybody else. */
async function verifiedPayload(
  { assertion, audiences }: AssertionCall,
  { id, jwks }: KeyedClient,
  now: number,
): Promise<JWTPayload | undefined> {
  const options: JWTVerifyOptions = {
    ...{ issuer: id, subject: id, audience: [...audiences] },
    ...{ algorithms: [...ASSERTION_ALGORITHMS], clockTolerance: LEEWAY_S },
    currentDate: new Date(now),
  };
  try {
    const keys = keySetOf(jwks);
    const { payload } = await jwtVerify(assertion, keys, options).catch((cause: unknown) =>
      verifyByEach(assertion, options, cause),
    );
    return payload;
  } catch {
    return undefined;
  }
}

/** Without a `kid` several keys may fit: one of them must. */
async function verifyByEach(
  assertion: string,
  options: JWTVerifyOptions,
  cause: unknown,
): Promise<{ readonly payload: JWTPayload }> {
  if (!(cause instanceof errors.JWKSMultipleMatchingKeys)) throw cause;
  for await (const key of cause) {
    try {
      return await jwtVerify(assertion, key, options);
    } catch {
      // The next may be the one.
    }
  }
  throw cause;
}

const keySets = new WeakMap<KeyedClient["jwks"], LocalJWKSet>();

/** Keys are imported once for each set that the host hands out. */
function keySetOf(jwks: KeyedClient["jwks"]): LocalJWKSet {
  const known = keySets.get(jwks) ?? createLocalJWKSet({ keys: [...jwks.keys] });
  keySets.set(jwks, known);
  return known;
}

/**
 * By its `jti`, or by what was signed where there is none (OKT-90): not by the whole text, as of one signature others can be made that are as
 * good.
 */
function onceKey(assertion: string, { id }: KeyedClient, { jti }: JWTPayload): string {
  const isNamed = typeof jti === "string" && jti !== "";
  const once = isNamed ? `jti\n${jti}` : `text\n${assertion.slice(0, assertion.lastIndexOf("."))}`;
  return sha256Hex(`assertion\n${id}\n${once}`);
}
