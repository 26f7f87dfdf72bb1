import { memoryBus, memoryReplays, memoryRepository } from "../../src/index.ts";
import {
  accessTokenVerifier,
  generateKeys,
  introspectParent,
  oauthServer,
  protectedResource,
  storedKeys,
  suppliedKeys,
  watchParent,
} from "../../src/oauth/index.ts";
import { createWorld } from "../support/world.ts";
import {
  type Check,
  isBoolean,
  isEmptyList,
  isEmptyObject,
  isFunction,
  isText,
  isWhole,
  never,
  optional,
} from "./option-faults.ts";

/** What takes options, such as are right, and what may rightly stand in each place of them. */
export interface OptionsFace {
  readonly name: string;
  readonly take: (options: never) => unknown;
  readonly options: object;
  readonly rights: Readonly<Record<string, Check>>;
}

const ISSUER = "https://auth.example.com";
const ORDERS = "urn:orders";
const LONG = 1_000_000;
const { tokens } = createWorld();
const keys = await generateKeys({ algorithm: "ES256" });
const { kty, crv, x, y } = keys.next;

const isAbsent: Check = optional(never);
const isScope = (most: number): Check => {
  return (value) => isText(1, most)(value) && /^[!#-[\]-~]+$/.test(String(value));
};
const isScopes: Check = (value) => Array.isArray(value) && Array.from(value).every(isScope(200));
const isName: Check = (value) => isText(1, 256)(value) && /^[ -~]+$/.test(String(value));
const isTexts: Check = (value) =>
  Array.isArray(value) && value.length > 0 && Array.from(value).every(isText(1, 256));

/** Absent, which to most is what is `null`, or right. */
export function absentOr(...checks: readonly Check[]): Check {
  return optional((value) => checks.some((check) => check(value)));
}

/** What has a method of the name may be a look-up. */
const hasFind: Check = (value) => value instanceof Uint8Array;
/** Of a duration that is not bounded but by a thousand years. */
const isCount = isWhole(1, 300);
const PORT_RIGHTS = { clock: isAbsent, onError: absentOr(isFunction) };
const PROOF_RIGHTS = {
  ...{ "dpop.algorithms": isAbsent, "dpop.algorithms.0": never },
  ...{ "dpop.maxAge": isAbsent, "dpop.maxAge.minutes": isCount },
  ...{ "dpop.leeway": isAbsent, "dpop.leeway.seconds": isCount },
  "dpop.nonces": absentOr(isBoolean, isEmptyObject),
  ...{ "dpop.nonces.key": isAbsent, "dpop.nonces.lifetime": isAbsent },
  "dpop.nonces.lifetime.minutes": isCount,
};
const PROOFS = {
  ...{ algorithms: ["ES256"], maxAge: { minutes: 1 }, leeway: { seconds: 5 } },
  nonces: { key: new Uint8Array(32), lifetime: { minutes: 5 } },
};

const SERVER: OptionsFace = {
  name: "oauthServer",
  take: (options) => oauthServer(tokens, options),
  options: {
    issuer: ISSUER,
    keys,
    accessTokenLifetime: { minutes: 15 },
    resources: { [ORDERS]: { apis: ["orders"] } },
    clients: [
      {
        ...{ id: "cli", tokenId: "t", jwks: { keys: [{ kty, crv, x, y }] } },
        ...{ introspects: [ORDERS], dpopBoundAccessTokens: true },
      },
    ],
    wholeScope: "api:access",
    dpop: PROOFS,
    replays: memoryReplays(),
    introspection: { signed: true },
    claims: () => ({}),
    allowedOrigins: [ISSUER],
    guessing: { limit: 3, window: { minutes: 1 } },
  },
  rights: {
    ...{ issuer: never, keys: never, "keys.current": never },
    ...{ "keys.next": isAbsent, "keys.retired": absentOr(isEmptyList) },
    ...{ accessTokenLifetime: isAbsent, "accessTokenLifetime.minutes": isWhole(1, 1440) },
    ...{ resources: never, [`resources.${ORDERS}`]: isEmptyObject },
    [`resources.${ORDERS}.apis`]: absentOr(isTexts),
    [`resources.${ORDERS}.apis.0`]: isText(1, 256),
    ...{ clients: absentOr(isEmptyList, hasFind), "clients.0": never, "clients.0.id": isName },
    ...{ "clients.0.tokenId": isText(1, 256), "clients.0.jwks": isAbsent },
    ...{ "clients.0.jwks.keys": never, "clients.0.jwks.keys.0": never },
    "clients.0.jwks.keys.0.kty": never,
    ...{ "clients.0.introspects": absentOr(isEmptyList), "clients.0.introspects.0": never },
    "clients.0.dpopBoundAccessTokens": absentOr(isBoolean),
    registeredClientsOnly: absentOr(isBoolean),
    wholeScope: absentOr(isScope(256)),
    // The client of these options needs it.
    dpop: absentOr(isEmptyObject),
    ...PROOF_RIGHTS,
    replays: isAbsent,
    introspection: absentOr(isEmptyObject),
    "introspection.signed": absentOr(isBoolean),
    claims: absentOr(isFunction),
    ...{ allowedOrigins: absentOr(isEmptyList), "allowedOrigins.0": never },
    guessing: absentOr((value) => value === false, isEmptyObject),
    ...{ "guessing.limit": absentOr(isWhole(1, LONG)), "guessing.window": isAbsent },
    ...{ "guessing.window.minutes": isCount, "guessing.store": isAbsent },
    ...PORT_RIGHTS,
  },
};

const VERIFIER: OptionsFace = {
  name: "accessTokenVerifier",
  take: (options) => accessTokenVerifier(options),
  options: {
    issuer: ISSUER,
    audience: [ISSUER],
    jwks: { keys: [{ kty, crv, x, y }] },
    algorithms: ["ES256"],
    clockTolerance: { seconds: 5 },
    cache: { max: 10 },
    dpop: { ...PROOFS, url: ISSUER, required: true },
    resourceMetadata: ISSUER,
  },
  rights: {
    issuer: never,
    // Not empty, and no more of it is known.
    audience: (value) => isText(1, 2048)(value) || (Array.isArray(value) && isTexts(value)),
    "audience.0": isText(1, 2048),
    ...{ jwks: absentOr(isFunction), "jwks.keys": isEmptyList, "jwks.keys.0": isPlainObject },
    ...{ algorithms: isAbsent, "algorithms.0": never },
    ...{ clockTolerance: isAbsent, "clockTolerance.seconds": isCount },
    cache: absentOr((value) => value === false, isEmptyObject),
    "cache.max": absentOr(isWhole(1, 10_000_000)),
    budgets: isAbsent,
    dpop: absentOr(isEmptyObject),
    ...PROOF_RIGHTS,
    ...{ "dpop.url": isAbsent, "dpop.required": absentOr(isBoolean), "dpop.replays": isAbsent },
    ...{ parent: isAbsent, profile: absentOr(isFunction), fetch: absentOr(isFunction) },
    resourceMetadata: absentOr((value) => value === true),
    ...PORT_RIGHTS,
  },
};

/** A key that nobody knows finds no token: no harm is in it. */
function isPlainObject(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

const INTROSPECT: OptionsFace = {
  name: "introspectParent",
  take: (options) => introspectParent(options).close?.(),
  options: {
    ...{ endpoint: `${ISSUER}/introspect`, client: { id: "orders", secret: "s" } },
    ...{ ttl: { seconds: 10 }, max: 10, timeoutMs: 1000 },
  },
  rights: {
    ...{ endpoint: never, client: never },
    ...{ "client.id": isText(1, 2048), "client.secret": isText(1, 2048) },
    ...{ ttl: isAbsent, "ttl.seconds": isCount, bus: isAbsent },
    ...{ max: absentOr(isWhole(1, 10_000_000)), timeoutMs: absentOr(isWhole(1, 60_000)) },
    fetch: absentOr(isFunction),
    ...PORT_RIGHTS,
  },
};

const INTROSPECT_BY_KEY: OptionsFace = {
  ...INTROSPECT,
  name: "introspectParent by a key",
  options: {
    endpoint: `${ISSUER}/introspect`,
    client: { id: "orders", privateKey: keys.current, audience: ISSUER },
  },
  rights: {
    ...{ "client.id": isText(1, 2048), "client.privateKey": never },
    "client.privateKey.kid": absentOr(isText(1, 200)),
    ...{ "client.privateKey.d": never, "client.privateKey.x": never },
    "client.audience": absentOr(isText(1, 2048)),
  },
};

const WATCH: OptionsFace = {
  name: "watchParent",
  take: (options) => watchParent(options).close?.(),
  options: {
    bus: memoryBus(),
    ...{ leeway: { seconds: 1 }, longestLifetime: { days: 1 }, heartbeat: { seconds: 5 } },
    timeoutMs: 1000,
  },
  rights: {
    bus: never,
    ...{ leeway: isAbsent, "leeway.seconds": isCount },
    ...{ longestLifetime: isAbsent, "longestLifetime.days": isCount },
    ...{ heartbeat: isAbsent, "heartbeat.seconds": isCount },
    timeoutMs: absentOr(isWhole(1, 60_000)),
    ...PORT_RIGHTS,
  },
};

const STORED: OptionsFace = {
  name: "storedKeys",
  take: (options) => storedKeys(options),
  options: {
    store: memoryRepository(),
    encryptionKeys: [{ id: "1", key: new Uint8Array(32) }],
    algorithm: "ES256",
    ...{ rotateEvery: { days: 90 }, publishBefore: { days: 1 }, retainFor: { days: 1 } },
    refreshEvery: { minutes: 1 },
  },
  rights: {
    ...{ store: never, encryptionKeys: never, "encryptionKeys.0": never },
    ...{ "encryptionKeys.0.id": isText(1, 64), "encryptionKeys.0.key": never },
    algorithm: isAbsent,
    ...{ rotateEvery: isAbsent, "rotateEvery.days": isCount },
    ...{ publishBefore: isAbsent, "publishBefore.days": isWhole(1, 90) },
    ...{ retainFor: isAbsent, "retainFor.days": isCount },
    ...{ refreshEvery: isAbsent, "refreshEvery.minutes": isWhole(1, 1440) },
    ...PORT_RIGHTS,
  },
};

const SUPPLIED: OptionsFace = {
  name: "suppliedKeys",
  take: (options) => suppliedKeys(options),
  options: { ...keys, retired: [{ ...keys.next, kid: "old" }] },
  rights: {
    ...{ current: never, "current.kty": never, "current.alg": isAbsent },
    ...{ "current.kid": absentOr(isText(1, 200)), "current.use": isAbsent },
    ...{ "current.d": never, "current.x": never, "current.crv": never },
    ...{ next: isAbsent, "next.x": never },
    ...{ retired: absentOr(isEmptyList), "retired.0": never },
  },
};

const RESOURCE: OptionsFace = {
  name: "protectedResource",
  take: (options) => protectedResource(options),
  options: {
    ...{ resource: ISSUER, authorizationServers: [ISSUER], scopes: ["orders:read"] },
    ...{ name: "Orders", documentation: ISSUER },
    dpop: { algorithms: ["ES256"], required: true },
  },
  rights: {
    ...{ resource: never, authorizationServers: never, "authorizationServers.0": never },
    ...{ scopes: absentOr(isScopes), "scopes.0": isScope(200) },
    ...{ name: absentOr(isText(1, 200)), documentation: isAbsent },
    dpop: absentOr(isEmptyObject),
    ...{ "dpop.algorithms": absentOr(isEmptyList), "dpop.algorithms.0": never },
    "dpop.required": absentOr(isBoolean),
  },
};

/** Every function of `tokenry/oauth` that takes options, but `generateKeys`. */
export const OAUTH_FACES: readonly OptionsFace[] = [
  ...[SERVER, VERIFIER, INTROSPECT, INTROSPECT_BY_KEY, WATCH, STORED, SUPPLIED, RESOURCE],
];
