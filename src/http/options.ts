import {
  checkFlag,
  checkFunctions,
  checkKeys,
  checkMethods,
  checkObject,
  checkOneOf,
  checkText,
  quoted,
} from "../checks.ts";
import { emitWarning } from "../emit-warning.ts";
import type { Clock } from "../ports/clock.ts";
import type { Observer } from "../ports/observer.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { Answer } from "./answer.ts";
import type { BudgetProfile } from "./budget-headers.ts";
import type { AddressOptions, Warn } from "./client-address.ts";
import { type CredentialOptions, type Credentials, resolveCredentials } from "./credentials.ts";
import type { GuessingOptions } from "./failure-limit.ts";
import type { HttpRefusal } from "./refusals.ts";
import { isToken } from "./token.ts";

/** The options of every adapter. All have defaults that are safe. */
export interface HttpOptions<Request = unknown> extends AddressOptions<Request> {
  /** Where clients put their tokens. Default: `Authorization: Bearer`. */
  readonly credentials?: CredentialOptions;
  /**
   * Takes access tokens (JWT, RFC 9068) beside API tokens: what looks like one goes here, everything else to the tokenry. Given a verifier
   * that takes proofs of possession, the scheme `DPoP` is read too (RFC 9449), whatever `credentials` name. Default: API tokens only.
   *
   * @example
   * const protect = createProtect(tokens, { accessTokens: accessTokenVerifier({ … }) });
   */
  readonly accessTokens?: AccessTokens;
  /** The limit on failed attempts of one client address. Default 30 a minute; `false`: none. Source: CORE-68. */
  readonly guessing?: GuessingOptions | false;
  /** How budgets are told, with accepted calls too. Default `"draft-10"`; `false`: not at all. Source: DEC-15. */
  readonly rateLimit?: BudgetProfile | false;
  /** The field that tells an accepted call when its token expires, in ISO 8601. Default `"Token-Expires-At"`; `false`: none. Source: SUN-01. */
  readonly expiryHeader?: string | false;
  /** Names what is protected, in challenges. Visible ASCII. Default `"api"`. */
  readonly realm?: string;
  /** Where you publish the pages of docs/problems. Default: the types are names, `urn:problem-type:tokenry:…`. Source: R9457-01. */
  readonly problemBaseUrl?: string;
  /**
   * Makes your own answer to a refusal: status, headers, body, and how much it says. `answer` is the standard one; `undefined` sends it.
   * Answers at once.
   *
   * @example
   * const refusal = (refusal, answer) => ({ ...answer, body: JSON.stringify({ error: refusal.message }) });
   */
  readonly refusal?: (refusal: HttpRefusal, answer: Answer, request: Request) => Answer | undefined;
  /**
   * Whether CORS preflights, which carry no token, go on to what is behind the guard. Default `true`: something there answers them. It must
   * not be a handler of every method, which would run for them. `false`: they end here, by 204 without any header of CORS. Source: DEC-12.
   */
  readonly passPreflights?: boolean;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
  /** Told of requests that are refused before a token is looked at; the verdicts are told by the `observer` of `createTokenry`. */
  readonly observer?: Pick<Observer, "refused">;
  /** Told once of a setting that is likely wrong. Default: `process.emitWarning`, or nothing where there is none. */
  readonly onWarning?: Warn;
}

/** The checked options that are data. */
export interface ResolvedHttpOptions {
  readonly credentials: Credentials;
  readonly rateLimit: BudgetProfile | false;
  readonly expiryHeader: string | undefined;
  readonly realm: string;
  readonly problemBaseUrl: string;
  readonly passPreflights: boolean;
  readonly now: () => number;
  readonly warn: Warn;
}

const KEYS: ReadonlySet<string> = new Set([
  "credentials",
  "accessTokens",
  "trustProxy",
  "forwardedBy",
  "clientAddress",
  "guessing",
  "rateLimit",
  "expiryHeader",
  "realm",
  "problemBaseUrl",
  "refusal",
  "passPreflights",
  "clock",
  "observer",
  "onWarning",
]);

const PROFILES = ["draft-10", "x-rate-limit"] as const;
const VISIBLE_ASCII = /^[ -~]+$/;
/** Fields that mean something else to whoever reads an answer. */
const TAKEN =
  /^(content-.*|set-cookie|transfer-encoding|connection|cache-control|date|location|vary)$/;
/** The characters that a URL has as they are (RFC 3986 section 2), up to a query. */
const BASE_URL = /^https?:\/\/[^?# "<>\\^`{|}]+$/;
const PROBLEM_TYPES = "urn:problem-type:tokenry:";

/**
 * Checks the options once. `takesDpop`: proofs of possession are looked at, so that their scheme is read.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function resolveHttpOptions<Request>(
  options: HttpOptions<Request>,
  takesDpop = false,
): ResolvedHttpOptions {
  checkKeys(options, KEYS, "options");
  const { clock = Date, refusal, onWarning, rateLimit = "draft-10" } = options;
  checkMethods(clock, ["now"], "options.clock");
  if (options.observer !== undefined) checkObject(options.observer, "options.observer");
  checkFunctions({ refusal, onWarning }, "options");
  return {
    credentials: resolveCredentials(options.credentials, takesDpop),
    rateLimit: rateLimit === false ? false : checkOneOf(rateLimit, PROFILES, "options.rateLimit"),
    expiryHeader: resolveExpiryHeader(options.expiryHeader ?? "Token-Expires-At"),
    realm: matching(options.realm ?? "api", VISIBLE_ASCII, "options.realm"),
    problemBaseUrl: resolveBaseUrl(options.problemBaseUrl),
    passPreflights: checkFlag(options.passPreflights ?? true, "options.passPreflights"),
    now: () => clock.now(),
    warn: onWarning ?? emitWarning,
  };
}

function matching(value: unknown, pattern: RegExp, path: string): string {
  const text = checkText(value, 256, path);
  if (pattern.test(text)) return text;
  throw new RangeError(`${path} holds what a header cannot`);
}

function resolveExpiryHeader(name: string | false): string | undefined {
  if (name === false) return undefined;
  const field = checkText(name, 256, "options.expiryHeader").toLowerCase();
  if (isToken(field) && !TAKEN.test(field)) return field;
  throw new RangeError(`options.expiryHeader cannot be ${quoted(name)}`);
}

/** Where the pages of problems are. @throws TypeError or RangeError that names the path. */
export function resolveBaseUrl(url: string | undefined): string {
  if (url === undefined) return PROBLEM_TYPES;
  const text = matching(url, VISIBLE_ASCII, "options.problemBaseUrl");
  if (!BASE_URL.test(text) || !URL.canParse(text))
    throw new RangeError(
      "options.problemBaseUrl must be a URL of http or https, without ?, #, blanks and quotes",
    );
  return text.endsWith("/") ? text : `${text}/`;
}
