import {
  checkFunctions,
  checkKeys,
  checkList,
  checkText,
  checkWhole,
  isSafeUrl,
} from "../checks.ts";
import type { TokenryError } from "../errors.ts";
import { exactLength } from "../lifecycle/duration.ts";
import type { Duration } from "../model.ts";
import { type TellOutage, tellOutage } from "../outages.ts";

/** Options of `githubLeaks`. */
export interface GithubLeaksOptions {
  /**
   * Gives GitHub's list of public keys, parsed: `{ public_keys: [{ key_identifier, key }] }`. Instead of fetching it here, for a host that
   * asks with credentials of its own (without any GitHub answers an address 60 times an hour), through a proxy or from a store.
   */
  readonly publicKeys?: () => Promise<unknown>;
  /** Where the list is fetched. Default `https://api.github.com/meta/public_keys/secret_scanning`. Source: IND-11. */
  readonly keysUrl?: string;
  /** Default: the platform's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The time in milliseconds since 1970 (UTC). Default: `Date.now`. */
  readonly now?: () => number;
  /** A body with more bytes is refused. Default 5 MiB, at most 100 MiB. */
  readonly maxBodyBytes?: number;
  /** How long a list of keys is good; a minute at least, in weeks, days, hours, minutes or seconds. Default 1 hour. */
  readonly keyLifetime?: Duration;
  /** The types of token that are yours, as you agreed on them with GitHub: others are passed over. Default: all are yours. */
  readonly types?: readonly string[];
  /** Told of an outage: of GitHub's keys, or of your storage. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
}

/** The checked options. */
export interface ResolvedGithubLeaksOptions {
  readonly load: () => Promise<unknown>;
  readonly now: () => number;
  readonly maxBodyBytes: number;
  readonly keyLifetimeMs: number;
  readonly isOurs: (type: string | undefined) => boolean;
  /** Tells the host of an outage. Never throws. */
  readonly report: TellOutage;
}

const KEYS: ReadonlySet<string> = new Set([
  "publicKeys",
  "keysUrl",
  "fetch",
  "now",
  "maxBodyBytes",
  "keyLifetime",
  "types",
  "onError",
]);

const KEYS_URL = "https://api.github.com/meta/public_keys/secret_scanning";
const MIB = 1_048_576;
const MINUTE_MS = 60_000;
/** GitHub turns away a request that names no agent. */
const HEADERS = { accept: "application/json", "user-agent": "tokenry" };

/** Checks the options once. @throws TypeError or RangeError that names the path. */
export function resolveOptions(options: GithubLeaksOptions): ResolvedGithubLeaksOptions {
  checkKeys(options, KEYS, "options");
  const { publicKeys, fetch, now = Date.now, onError } = options;
  checkFunctions({ publicKeys, fetch, now, onError }, "options");
  return {
    load: resolveLoad(options),
    now,
    maxBodyBytes: checkWhole(options.maxBodyBytes ?? 5 * MIB, 1, 100 * MIB, "options.maxBodyBytes"),
    keyLifetimeMs: resolveLifetime(options.keyLifetime ?? { hours: 1 }),
    isOurs: resolveTypes(options.types),
    report: tellOutage(onError),
  };
}

function resolveLoad({ publicKeys, keysUrl, fetch }: GithubLeaksOptions): () => Promise<unknown> {
  if (publicKeys === undefined) return createLoad(resolveUrl(keysUrl ?? KEYS_URL), fetch);
  if (keysUrl !== undefined || fetch !== undefined)
    throw new TypeError("options.publicKeys excludes keysUrl and fetch");
  return publicKeys;
}

function resolveUrl(url: string): string {
  const text = checkText(url, 2048, "options.keysUrl");
  // A list that came by plain HTTP could be anybody's.
  if (URL.canParse(text) && isSafeUrl(new URL(text))) return text;
  throw new RangeError("options.keysUrl must be a URL of https");
}

function createLoad(
  url: string,
  // Looked up with each call, for a host that replaces it later.
  fetch: GithubLeaksOptions["fetch"] = (...request) => globalThis.fetch(...request),
): () => Promise<unknown> {
  return async () => {
    const response = await fetch(url, { headers: HEADERS });
    if (response.ok) return response.json();
    await response.body?.cancel();
    throw new Error(`the answer has status ${response.status}`);
  };
}

function resolveLifetime(lifetime: Duration): number {
  const length = exactLength(lifetime, "options.keyLifetime");
  if (length >= MINUTE_MS) return length;
  throw new RangeError("options.keyLifetime must be at least a minute");
}

function resolveTypes(types: readonly string[] | undefined): (type: string | undefined) => boolean {
  if (types === undefined) return () => true;
  const ours: ReadonlySet<string | undefined> = new Set(
    checkList(types, "options.types").map((type, index) =>
      checkText(type, 256, `options.types[${index}]`),
    ),
  );
  if (ours.size === 0) throw new RangeError("options.types must not be empty");
  return (type) => ours.has(type);
}
