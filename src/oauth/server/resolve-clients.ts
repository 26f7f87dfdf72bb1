import {
  checkFlag,
  checkKeys,
  checkList,
  checkMethods,
  checkObject,
  checkText,
} from "../../checks.ts";
import type { FindClient, OAuthClient } from "./clients.ts";
import type { Resource } from "./context.ts";
import { isClientId } from "./read-client.ts";

/** The registered clients: all of them, or a look-up. An outage of the look-up throws. */
export type OAuthClients = readonly OAuthClient[] | { readonly find: FindClient };

/** What clients are checked against. */
export interface ClientRules {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Whether access tokens can be bound to a key here. */
  readonly takesProofs: boolean;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["id", "tokenId", "jwks", "introspects", "dpopBoundAccessTokens"],
]);
const PATH = "options.clients";
const MOST_KEYS = 50;
const KEY_TYPES: ReadonlySet<unknown> = new Set(["RSA", "EC", "OKP"]);
/** Members of a private key (RFC 7518 section 6, RFC 8037 section 2): a server has no use for them. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/**
 * Makes the look-up of clients. A list is checked at once; what a look-up of the host gives is checked each time, and throws TypeError or
 * RangeError when it is no client that can be: nobody is let in by a mistake.
 */
export function resolveClients(clients: OAuthClients | undefined, rules: ClientRules): FindClient {
  if (clients !== undefined && !isList(clients)) return lookUp(clients, rules);
  const list = checkList(clients, PATH);
  const byId = new Map(
    list.map((client, index) => {
      checkClient(client, `${PATH}[${index}]`, rules);
      return [client.id, client] as const;
    }),
  );
  if (byId.size < list.length) throw new RangeError(`${PATH} must not have one id twice`);
  return (id) => byId.get(id);
}

/** `Array.isArray` does not tell a list that is read-only from an object. */
function isList(clients: OAuthClients): clients is readonly OAuthClient[] {
  return Array.isArray(clients);
}

function lookUp(clients: { readonly find: FindClient }, rules: ClientRules): FindClient {
  checkMethods(clients, ["find"], PATH);
  return async (id) => {
    // A look-up answers `null` as well where it finds nothing.
    const client = (await clients.find(id)) ?? undefined;
    if (client === undefined) return;
    const path = `what ${PATH}.find gives`;
    checkClient(client, path, rules);
    if (client.id === id) return client;
    throw new RangeError(`${path} must have the id that was asked for`);
  };
}

function checkClient(client: OAuthClient, path: string, rules: ClientRules): void {
  checkKeys(client, KEYS, path);
  const { id, tokenId, jwks, introspects, dpopBoundAccessTokens } = client;
  checkText(id, 256, `${path}.id`);
  if (!isClientId(id)) throw new RangeError(`${path}.id must be in visible ASCII`);
  if (tokenId !== undefined) checkText(tokenId, 256, `${path}.tokenId`);
  if (jwks !== undefined) checkKeySet(jwks, `${path}.jwks`);
  const served = checkList(introspects, `${path}.introspects`);
  if (served.some((resource) => !rules.resources.has(resource)))
    throw new RangeError(`${path}.introspects must be in options.resources`);
  if (tokenId === undefined && (jwks !== undefined || served.length > 0))
    throw new TypeError(`${path}.tokenId must be set for a client that authenticates`);
  if (checkFlag(dpopBoundAccessTokens, `${path}.dpopBoundAccessTokens`) && !rules.takesProofs)
    throw new RangeError(`${path}.dpopBoundAccessTokens needs options.dpop`);
}

/** Public keys alone: with a symmetric one who can check an assertion could write it. */
function checkKeySet(jwks: unknown, path: string): void {
  checkObject(jwks, path);
  const keys = checkList<unknown>(jwks.keys as readonly unknown[] | undefined, `${path}.keys`);
  if (keys.length === 0 || keys.length > MOST_KEYS)
    throw new RangeError(`${path}.keys must be 1 to ${MOST_KEYS} keys`);
  for (const [index, jwk] of keys.entries()) {
    checkObject(jwk, `${path}.keys[${index}]`);
    const isPrivate = PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member));
    if (!KEY_TYPES.has(jwk.kty) || isPrivate)
      throw new RangeError(`${path}.keys[${index}] must be a public key of RSA, EC or OKP`);
  }
}
