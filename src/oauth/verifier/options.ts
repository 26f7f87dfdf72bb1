import {
  checkFunctions,
  checkKeys,
  checkList,
  checkMethods,
  checkOneOf,
  checkText,
  checkWhole,
} from "../../checks.ts";
import type { TokenryError } from "../../errors.ts";
import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";
import type { BudgetStore } from "../../ports/budget-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { timeOf } from "../../state/time-of.ts";
import { memoryBudgets } from "../../storage/memory/budgets.ts";
import { memoryReplays } from "../../storage/memory/replays.ts";
import type { AccessTokenClaims } from "../claims.ts";
import { DPOP_KEYS, type DpopOptions, resolveProofRules } from "../dpop/options.ts";
import type { ProofRules } from "../dpop/verify-proof.ts";
import type { SigningAlgorithm } from "../keys/signing-keys.ts";
import { checkIssuer, checkUrl, wellKnownUrl } from "../well-known.ts";
import type { KeySource } from "./key-source.ts";
import type { ParentCheck } from "./parent.ts";

/** Options of `accessTokenVerifier`. */
export interface AccessTokenVerifierOptions<Profile = unknown> {
  /** Who signs the tokens, exactly as the tokens have it. */
  readonly issuer: string;
  /** The identifier of this resource server, or several: a token must be for one of them. Source: R9068-04, R7519-04. */
  readonly audience: string | readonly string[];
  /** Default: the `jwks_uri` of the issuer's metadata (RFC 8414). */
  readonly jwks?: KeySource;
  /** What tokens may be signed with. Default all that `oauthServer` signs with: RS256, ES256, EdDSA. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** How far this clock may be behind the issuer's, at most 5 minutes. Default none: at its very expiry a token has expired. Source: R7519-03. */
  readonly clockTolerance?: Duration;
  /** How many verified tokens are remembered, so that their next call needs no signature. Default `{ max: 10_000 }`. */
  readonly cache?: { readonly max: number } | false;
  /** Where calls are counted, by the budgets that the token tells. Default: in this process. The tokenry's own store makes one budget of both. */
  readonly budgets?: BudgetStore;
  /** Takes tokens that are bound to a key. Default: such tokens are refused. */
  readonly dpop?: ResourceDpopOptions;
  /**
   * Whether the API token behind an access token still lives: `introspectParent` or `watchParent`. Default: nobody asks, and a revoked API token's
   * access tokens work until they expire. Source: OWN-21.
   */
  readonly parent?: ParentCheck;
  /** Makes `owner.profile` of the claims. Default: none. */
  readonly profile?: (claims: AccessTokenClaims) => Profile;
  /**
   * Where the metadata of this resource server is, for challenges (RFC 9728 section 5.1). `true`: at the well-known place of the (first)
   * audience. Default: not told.
   */
  readonly resourceMetadata?: string | true;
  /** Default: the platform's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock?: Clock;
  /** Told of outages: of keys, of the parent's state, of a store. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
}

/** How a resource server checks proofs of possession. */
export interface ResourceDpopOptions extends DpopOptions {
  /**
   * What stands before the path of a request in the URL that its client asked for, which a proof names: the origin of this server, and the prefix
   * that a proxy takes away. Default: the origin of the audience, where that is one URL.
   */
  readonly url?: string;
  /** Whether tokens that are bound to no key are refused. Default `false`. */
  readonly required?: boolean;
  /** Remembers used proofs. Default: in this process; of several processes each needs the same. */
  readonly replays?: ReplayStore;
}

/** The checked options that are data, and their ports. */
export interface ResolvedVerifier {
  readonly issuer: string;
  readonly audience: string[];
  readonly algorithms: string[];
  readonly toleranceMs: number;
  readonly cacheMax: number;
  readonly budgets: BudgetStore;
  readonly dpop: ResolvedDpop | undefined;
  readonly resourceMetadata: string | undefined;
  readonly now: () => number;
}

/** DPoP after its checks. */
export interface ResolvedDpop {
  readonly rules: ProofRules;
  readonly url: string;
  readonly isRequired: boolean;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["issuer", "audience", "jwks", "algorithms", "clockTolerance", "cache", "budgets", "dpop"],
  ...["parent", "profile", "resourceMetadata", "fetch", "clock", "onError"],
]);
const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;
const MOST_TOLERANCE_MS = 300_000;
const MAX_TOKENS = 10_000;

/** Checks the options once. @throws TypeError or RangeError that names the path. */
export function resolveVerifier(options: AccessTokenVerifierOptions): ResolvedVerifier {
  checkKeys(options, KEYS, "options");
  checkPorts(options);
  const { clock = Date, cache } = options;
  const audience = resolveAudience(options.audience);
  if (cache !== undefined && cache !== false) checkKeys(cache, new Set(["max"]), "options.cache");
  return {
    issuer: checkIssuer(options.issuer, "options.issuer"),
    audience,
    algorithms: resolveAlgorithms(options.algorithms),
    toleranceMs: resolveTolerance(options.clockTolerance),
    cacheMax:
      cache === false
        ? 0
        : checkWhole(cache?.max ?? MAX_TOKENS, 1, 10_000_000, "options.cache.max"),
    budgets: options.budgets ?? memoryBudgets(),
    dpop: options.dpop === undefined ? undefined : resolveDpop(options.dpop, audience),
    resourceMetadata: resolveMetadata(options.resourceMetadata, audience),
    now: timeOf(clock),
  };
}

function checkPorts(options: AccessTokenVerifierOptions): void {
  const { jwks, budgets, parent, clock, profile, fetch, onError } = options;
  checkFunctions({ profile, fetch, onError }, "options");
  checkKeySource(jwks);
  if (budgets !== undefined) checkMethods(budgets, ["take"], "options.budgets");
  if (parent !== undefined) checkMethods(parent, ["check"], "options.parent");
  if (clock !== undefined) checkMethods(clock, ["now"], "options.clock");
}

function checkKeySource(jwks: KeySource | undefined): void {
  if (jwks === undefined || typeof jwks === "function") return;
  if (typeof jwks === "string") checkUrl(jwks, "options.jwks");
  else if (!Array.isArray(jwks?.keys))
    throw new TypeError("options.jwks must be a URL, a set of keys or a function");
}

function resolveAudience(audience: AccessTokenVerifierOptions["audience"]): string[] {
  const list = typeof audience === "string" ? [audience] : checkList(audience, "options.audience");
  if (list.length === 0) throw new RangeError("options.audience must not be empty");
  return list.map((each) => checkText(each, 2048, "options.audience"));
}

function resolveAlgorithms(algorithms: AccessTokenVerifierOptions["algorithms"]): string[] {
  const list = checkList(algorithms ?? ALGORITHMS, "options.algorithms");
  if (list.length === 0) throw new RangeError("options.algorithms must not be empty");
  return list.map((each, index) => checkOneOf(each, ALGORITHMS, `options.algorithms[${index}]`));
}

function resolveTolerance(tolerance: Duration | undefined): number {
  if (tolerance === undefined) return 0;
  const toleranceMs = exactLength(tolerance, "options.clockTolerance");
  if (toleranceMs <= MOST_TOLERANCE_MS) return toleranceMs;
  throw new RangeError("options.clockTolerance must be at most 5 minutes");
}

const RESOURCE_DPOP_KEYS: ReadonlySet<string> = new Set([
  ...DPOP_KEYS,
  ...["url", "required", "replays"],
]);

function resolveDpop(dpop: ResourceDpopOptions, audience: readonly string[]): ResolvedDpop {
  checkKeys(dpop, RESOURCE_DPOP_KEYS, "options.dpop");
  const { url, required = false, replays = memoryReplays() } = dpop;
  checkMethods(replays, ["add", "has"], "options.dpop.replays");
  if (typeof required !== "boolean")
    throw new TypeError("options.dpop.required must be true or false");
  return {
    rules: resolveProofRules(dpop, { path: "options.dpop", replays }),
    url: resolveUrl(url ?? originOf(audience)),
    isRequired: required,
  };
}

function originOf(audience: readonly string[]): string | undefined {
  const [first = ""] = audience;
  const isUrl = audience.length === 1 && /^https?:/.test(first) && URL.canParse(first);
  return isUrl ? new URL(first).origin : undefined;
}

function resolveUrl(url: string | undefined): string {
  if (url === undefined)
    throw new TypeError("options.dpop.url must name the origin at which clients reach this server");
  const text = checkUrl(url, "options.dpop.url");
  if (!text.includes("?")) return text;
  throw new RangeError("options.dpop.url must be a URL without a query");
}

function resolveMetadata(
  place: AccessTokenVerifierOptions["resourceMetadata"],
  [first = ""]: readonly string[],
): string | undefined {
  if (place === undefined) return undefined;
  if (place !== true) return checkUrl(place, "options.resourceMetadata");
  return wellKnownUrl(checkUrl(first, "options.audience"), "oauth-protected-resource");
}
