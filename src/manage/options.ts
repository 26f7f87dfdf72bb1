import {
  checkFunctions,
  checkKeys,
  checkList,
  checkMethods,
  checkText,
  quoted,
} from "../checks.ts";
import type { TokenryError } from "../errors.ts";
import { resolveBaseUrl } from "../http/options.ts";
import type { WebClient } from "../http/web-handler.ts";
import { type TellOutage, tellOutage } from "../outages.ts";
import type { Awaitable } from "../ports/awaitable.ts";
import type { Clock } from "../ports/clock.ts";
import type { IdempotencyStore } from "../ports/idempotency-store.ts";
import { timeOf } from "../state/time-of.ts";
import { memoryIdempotency } from "../storage/memory/idempotency.ts";

/** Options of `managementApi`. */
export interface ManagementApiOptions<Source = unknown> {
  /**
   * Tells who is signed in, from your own session: an owner id of your directory; `undefined` for nobody. What it throws is an outage: 503.
   * It must not read the body. `client.source` is what the framework has of the request, with the session that it keeps there.
   *
   * @example
   * const actor = async (request: Request) => (await sessions.find(request.headers.get("cookie")))?.userId;
   *
   * @example
   * const manage = managementApi<express.Request>(tokens, { actor: async (_request, { source }) => source?.session.userId });
   */
  readonly actor: (request: Request, client: WebClient<Source>) => Awaitable<string | undefined>;
  /**
   * Whether who is signed in has confirmed it lately, by a password say: asked before a token is issued, regenerated or rotated, and before all
   * of an owner's are revoked. `false` is 403 `step_up_required`. Default: nobody is asked. Source: ASVS 7.5.3.
   *
   * @example
   * const stepUp = async (request: Request) => (await sessionOf(request)).confirmedAt > Date.now() - 600_000;
   */
  readonly stepUp?: (request: Request, client: WebClient<Source>) => Awaitable<boolean>;
  /** Where clients find it: a path without a slash at its end. Default `"/tokenry"`. */
  readonly basePath?: string;
  /**
   * The origins whose pages may change things, such as `"https://app.example.com"`: those of the pages that the API is behind, by whatever
   * name a proxy calls it. Default: the origin of the request's URL.
   */
  readonly origin?: string | readonly string[];
  /** Remembers requests by their `Idempotency-Key`. Default `memoryIdempotency()`; of several processes each needs the same. */
  readonly idempotency?: IdempotencyStore;
  /** Default: `Date`. */
  readonly clock?: Clock;
  /** Told of outages. Default: a warning of the process, for each reason once. */
  readonly onError?: (error: TokenryError) => void;
  /** Where you publish the codes. Default: the types of problems are names, `urn:problem-type:tokenry:…`. */
  readonly problemBaseUrl?: string;
}

/** The checked options. */
export interface ResolvedManagement {
  readonly actor: ManagementApiOptions["actor"];
  readonly stepUp: NonNullable<ManagementApiOptions["stepUp"]>;
  readonly basePath: string;
  /** `undefined`: the origin of the request's URL. */
  readonly origins: ReadonlySet<string> | undefined;
  readonly idempotency: IdempotencyStore;
  readonly now: () => number;
  readonly report: TellOutage;
  readonly problemBaseUrl: string;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["actor", "stepUp", "basePath", "origin", "idempotency", "clock", "onError", "problemBaseUrl"],
]);
const STORE = ["beginRequest", "finishRequest", "forgetRequest"];
const LONGEST = 2048;

/** Checks the options once. @throws TypeError or RangeError that names the path. */
export function resolveManagement(options: ManagementApiOptions): ResolvedManagement {
  checkKeys(options, KEYS, "options");
  const {
    actor,
    stepUp = () => true,
    clock = Date,
    onError,
    basePath = "/tokenry",
    origin,
  } = options;
  const { idempotency = memoryIdempotency() } = options;
  if (typeof actor !== "function") throw new TypeError("options.actor must be a function");
  checkFunctions({ onError, stepUp }, "options");
  checkMethods(clock, ["now"], "options.clock");
  checkMethods(idempotency, STORE, "options.idempotency");
  return {
    ...{ actor, stepUp, idempotency, now: timeOf(clock), report: tellOutage(onError) },
    basePath: resolveBasePath(basePath),
    origins: origin === undefined ? undefined : resolveOrigins(origin),
    problemBaseUrl: resolveBaseUrl(options.problemBaseUrl),
  };
}

/** As a URL has it, so that it is compared with paths of URLs. */
function resolveBasePath(value: unknown): string {
  const path = checkText(value, LONGEST, "options.basePath");
  const isNormal = /^\/[^?#]*$/.test(path) && new URL(path, "http://localhost").pathname === path;
  if (isNormal && !path.includes("//") && (path === "/" || !path.endsWith("/"))) return path;
  throw new RangeError(
    `options.basePath must be a path in its normal form without a slash at its end, not ${quoted(path)}`,
  );
}

function resolveOrigins(value: string | readonly string[]): ReadonlySet<string> {
  if (typeof value === "string") return new Set([resolveOrigin(value, "options.origin")]);
  const origins = checkList<unknown>(value, "options.origin").map((each, index) =>
    resolveOrigin(each, `options.origin[${index}]`),
  );
  if (origins.length > 0) return new Set(origins);
  throw new RangeError("options.origin must hold an origin");
}

function resolveOrigin(value: unknown, path: string): string {
  const text = checkText(value, LONGEST, path);
  // A pattern is a host to a URL, and no page has it.
  if (/^https?:[^*]*$/.test(text) && URL.canParse(text) && new URL(text).origin === text)
    return text;
  throw new RangeError(`${path} must be an origin of http or https, not ${quoted(text)}`);
}
