import {
  checkFlag,
  checkFunctions,
  checkKeys,
  checkList,
  checkMethods,
  checkObject,
  checkText,
  quoted,
} from "../../checks.ts";
import type { TokenryError } from "../../errors.ts";
import {
  createFailureLimit,
  type FailureLimit,
  type GuessingOptions,
} from "../../http/failure-limit.ts";
import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";
import { tellOutage } from "../../outages.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { timeOf } from "../../state/time-of.ts";
import { memoryReplays } from "../../storage/memory/replays.ts";
import { DPOP_KEYS, type DpopOptions, resolveProofRules } from "../dpop/options.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { type SuppliedKeysOptions, suppliedKeysAt } from "../keys/supplied-keys.ts";
import { parseScope } from "../scope.ts";
import { checkIssuer } from "../well-known.ts";
import type { MoreClaims, ServerContext } from "./context.ts";
import { checkMoreClaims } from "./more-claims.ts";
import { type OAuthClients, resolveClients } from "./resolve-clients.ts";
import { type OAuthResources, resolveResources } from "./resolve-resources.ts";

/** Options of `oauthServer`. */
export interface OAuthServerOptions {
  /**
   * The issuer: a URL of https (http on this machine alone) without query and fragment, in its normal form. Its endpoints are `/token`,
   * `/introspect`, `/revoke` and `/jwks` below its path; its metadata is at `/.well-known/oauth-authorization-server` before its path.
   */
  readonly issuer: string;
  /** What access tokens are signed with: `storedKeys`, or keys as `generateKeys` makes them. */
  readonly keys: SigningKeys | SuppliedKeysOptions;
  /** How long access tokens live, never longer than their API token; 1 minute to 1 day, in whole seconds. Default 15 minutes. */
  readonly accessTokenLifetime?: Duration;
  /**
   * The resource servers that access tokens are made for, by identifier (an absolute URI without a fragment), each with the APIs that it serves;
   * or a list of those that serve all. At least one. A client chooses by `resource` (RFC 8707).
   */
  readonly resources: OAuthResources;
  /** The registered clients. Default none: clients exchange the API tokens that they present. */
  readonly clients?: OAuthClients;
  /** Whether clients that are not registered are refused. Default `false`. */
  readonly registeredClientsOnly?: boolean;
  /** A scope that stands for all that an API token opens, such as `"api:access"`; asked for alone. Default none. Source: OWN-15. */
  readonly wholeScope?: string;
  /** How proofs of possession are checked; `false`: access tokens are bound to no key. Default: a client may send one. Source: RFC 9449. */
  readonly dpop?: DpopOptions | false;
  /** Remembers used proofs and assertions, and revoked access tokens. Default `memoryReplays()`; of several processes each needs the same. */
  readonly replays?: ReplayStore;
  /** `signed`: introspection answers by a signed JWT where that is asked for (RFC 9701). Default `false`. */
  readonly introspection?: { readonly signed?: boolean };
  /** Claims of your own for an access token; those that the server makes itself they may not hold. Default none. */
  readonly claims?: MoreClaims;
  /** Origins of browser applications that may call the endpoints. Metadata and keys are for everyone. Default none. Source: R9449-07. */
  readonly allowedOrigins?: readonly string[];
  /** The limit on failed API tokens and clients of one address. Default 30 a minute; `false`: none. Source: CORE-68. */
  readonly guessing?: GuessingOptions | false;
  /** Default: `Date`. */
  readonly clock?: Clock;
  /** Told of outages, and of options whose functions give what they must not. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
}

/** What the handler works with. */
export interface ResolvedServer {
  readonly context: Omit<ServerContext, "tokens">;
  readonly allowedOrigins: ReadonlySet<string>;
  /** Whether there are registered clients. */
  readonly hasClients: boolean;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["issuer", "keys", "accessTokenLifetime", "resources", "clients", "registeredClientsOnly"],
  ...["wholeScope", "dpop", "replays", "introspection", "claims", "allowedOrigins", "guessing"],
  ...["clock", "onError"],
]);
const PROOF_KEYS: ReadonlySet<string> = new Set(DPOP_KEYS);
const INTROSPECTION_KEYS: ReadonlySet<string> = new Set(["signed"]);
const SHORTEST_MS = 60_000;
const LONGEST_MS = 86_400_000;

/** Checks the options once. @throws TypeError or RangeError that names the path. */
export function resolveServer(options: OAuthServerOptions): ResolvedServer {
  checkKeys(options, KEYS, "options");
  const { clients, claims, clock = Date, replays = memoryReplays(), onError } = options;
  checkMethods(clock, ["now"], "options.clock");
  checkMethods(replays, ["add", "has"], "options.replays");
  checkFunctions({ claims, onError }, "options");
  const now = timeOf(clock);
  const resources = resolveResources(options.resources);
  const proofs = resolveProofs(options.dpop ?? {}, replays);
  const isForRegisteredOnly = checkFlag(
    options.registeredClientsOnly,
    "options.registeredClientsOnly",
  );
  if (isForRegisteredOnly && clients === undefined)
    throw new TypeError("options.registeredClientsOnly needs options.clients");
  return {
    context: {
      ...{ resources, proofs, replays, isForRegisteredOnly, now },
      issuer: resolveIssuer(options.issuer),
      keys: resolveKeys(options.keys),
      lifetimeMs: resolveLifetime(options.accessTokenLifetime ?? { minutes: 15 }),
      findClient: resolveClients(clients, { resources, takesProofs: proofs !== undefined }),
      wholeScope: resolveWholeScope(options.wholeScope),
      signsIntrospection: resolveIntrospection(options.introspection ?? {}),
      moreClaims: claims === undefined ? undefined : checkMoreClaims(claims),
      failures: resolveGuessing(options.guessing ?? {}, now),
      report: tellOutage(onError),
    },
    allowedOrigins: resolveOrigins(options.allowedOrigins),
    hasClients: clients !== undefined,
  };
}

/** Tokens and metadata have it to the character: one spelling only, which every client makes of it, too (R8414-02). */
function resolveIssuer(value: string): string {
  const issuer = checkIssuer(value, "options.issuer");
  const { href, origin, pathname } = new URL(issuer);
  const isNormal = issuer === href || issuer === origin;
  if (isNormal && (pathname === "/" || !pathname.endsWith("/"))) return issuer;
  throw new RangeError(
    "options.issuer must be in its normal form, in lower case and without a slash at its end",
  );
}

function resolveKeys(keys: OAuthServerOptions["keys"]): SigningKeys {
  checkObject(keys, "options.keys");
  if ("published" in keys && typeof keys.current === "function") {
    checkMethods(keys, ["published"], "options.keys");
    // A cast, as both members have just been looked at.
    return keys as unknown as SigningKeys;
  }
  return suppliedKeysAt(keys as unknown as SuppliedKeysOptions, "options.keys");
}

function resolveLifetime(lifetime: Duration): number {
  const lengthMs = exactLength(lifetime, "options.accessTokenLifetime");
  if (lengthMs >= SHORTEST_MS && lengthMs <= LONGEST_MS) return lengthMs;
  throw new RangeError("options.accessTokenLifetime must be 1 minute to 1 day");
}

function resolveProofs(dpop: DpopOptions | false, replays: ReplayStore): ServerContext["proofs"] {
  if (dpop === false) return undefined;
  checkKeys(dpop, PROOF_KEYS, "options.dpop");
  return resolveProofRules(dpop, { path: "options.dpop", replays });
}

function resolveWholeScope(scope: string | undefined): string | undefined {
  if (scope === undefined) return undefined;
  const text = checkText(scope, 256, "options.wholeScope");
  if (parseScope(text)?.length === 1 && !text.includes(" ")) return text;
  throw new RangeError("options.wholeScope must be one scope");
}

function resolveIntrospection(introspection: { readonly signed?: boolean }): boolean {
  checkKeys(introspection, INTROSPECTION_KEYS, "options.introspection");
  return checkFlag(introspection.signed, "options.introspection.signed");
}

function resolveGuessing(
  guessing: GuessingOptions | false,
  now: () => number,
): FailureLimit | undefined {
  return guessing === false ? undefined : createFailureLimit(guessing, now);
}

function resolveOrigins(origins: readonly string[] | undefined): ReadonlySet<string> {
  const path = "options.allowedOrigins";
  return new Set(
    checkList(origins, path).map((origin, index) => {
      const text = checkText(origin, 2048, `${path}[${index}]`);
      if (URL.canParse(text) && new URL(text).origin === text) return text;
      throw new RangeError(`${path}[${index}] cannot be ${quoted(text)}`);
    }),
  );
}
