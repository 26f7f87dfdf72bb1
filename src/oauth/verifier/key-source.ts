import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JWK,
  type JWTVerifyGetKey,
} from "jose";
import { isSafeUrl } from "../../checks.ts";
import { wellKnownUrl } from "../well-known.ts";

/** A set of public keys (RFC 7517 section 5). */
export interface PublicKeys {
  readonly keys: readonly JWK[];
}

/** Where the issuer's public keys come from: the URL of its JWKS, the keys themselves, or a function that gets them. */
export type KeySource = string | PublicKeys | (() => Promise<PublicKeys>);

/** How keys are fetched. */
export interface KeyFetch {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly issuer: string;
}

/** How long keys are good, and how long a key that nobody knows is not asked for again, whoever names it. */
const LIFETIME_MS = 600_000;
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5000;

/**
 * Finds the key that a token names. Keys that are fetched are kept for ten minutes, and looked for again at a key that is not among them, every
 * half minute at most; a failure to fetch is an outage.
 */
export function createKeySource(source: KeySource | undefined, from: KeyFetch): JWTVerifyGetKey {
  if (typeof source === "object") return givenKeys(source);
  if (typeof source === "function") return kept(async () => Response.json(await source()));
  if (typeof source === "string") return kept((init) => from.fetch(source, init));
  let found: Promise<string> | undefined;
  return kept(async (init) => {
    found ??= findJwksUrl(from, init).catch((cause: unknown) => {
      found = undefined;
      throw cause;
    });
    return from.fetch(await found, init);
  });
}

function givenKeys({ keys }: PublicKeys): JWTVerifyGetKey {
  try {
    return createLocalJWKSet({ keys: [...keys] });
  } catch (cause) {
    throw new TypeError("options.jwks.keys must be JWKs", { cause });
  }
}

/** The cache is jose's; what fills it is ours. */
function kept(load: (init: RequestInit) => Promise<Response>): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL("https://keys.invalid/"), {
    cacheMaxAge: LIFETIME_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: (_url, init) => load(init),
  });
}

/** By the issuer's metadata, which must be its own (R8414-02). */
async function findJwksUrl({ fetch, issuer }: KeyFetch, init: RequestInit): Promise<string> {
  const response = await fetch(wellKnownUrl(issuer, "oauth-authorization-server"), init);
  if (!response.ok) throw new Error(`the issuer's metadata has status ${response.status}`);
  const metadata: unknown = await response.json();
  // A cast, as JSON may be anything: both members are looked at before they are used.
  const { issuer: named, jwks_uri: uri } = (metadata ?? {}) as Record<string, unknown>;
  if (named !== issuer) throw new Error("the issuer's metadata is that of another issuer");
  if (typeof uri === "string" && URL.canParse(uri) && isSafeUrl(new URL(uri))) return uri;
  throw new Error("the issuer's metadata names no safe jwks_uri");
}
