import { checkMethods } from "../checks.ts";
import { DENIALS, HTTP_REFUSALS, type HttpRefusalCode, TokenryError } from "../errors.ts";
import type { Accepted, Token } from "../model.ts";
import type { RefusalObservation } from "../ports/observer.ts";
import type { Answer, HeaderField } from "./answer.ts";
import { atOnce } from "./at-once.ts";
import { createWriteBudget, type WriteBudget } from "./budget-headers.ts";
import type { AccessTokenTerms } from "./challenge.ts";
import {
  type AccessTokenCheck,
  type Checker,
  createChecker,
  isGuess,
  resolveAccessTokens,
  type TokenChecker,
} from "./checker.ts";
import { createFindAddress, createSuspicion, type FindAddress } from "./client-address.ts";
import { DPOP_KEY, type Presented, readCredential } from "./credentials.ts";
import { createFailureLimit, type FailureLimit } from "./failure-limit.ts";
import { type HttpOptions, type ResolvedHttpOptions, resolveHttpOptions } from "./options.ts";
import { isPreflight } from "./preflight.ts";
import {
  type AnswerRefusal,
  createAnswerRefusal,
  type HttpRefusal,
  nonceField,
} from "./refusals.ts";
import type { RequestReader } from "./request-reader.ts";
import { type ApiOf, type Requirement, type Route, resolveRoute } from "./requirement.ts";

export type { TokenChecker } from "./checker.ts";

/** What becomes of a request. */
export type Admission<Kind extends string = string, Profile = unknown> =
  /** It goes on, with the verdict; its answer gets the headers. */
  | {
      readonly outcome: "accepted";
      readonly verdict: Accepted<Kind, Profile>;
      readonly headers: readonly HeaderField[];
    }
  /** It ends here, with this answer. */
  | { readonly outcome: "refused"; readonly answer: Answer }
  /** It is a CORS preflight: it goes on as if nothing were protected. */
  | { readonly outcome: "preflight" };

/** What becomes of a request that is to end its own token. */
export type Revocation =
  | { readonly outcome: "revoked" | "refused"; readonly answer: Answer }
  | { readonly outcome: "preflight" };

/** Decides about the requests to one route. Rejects only for what the host's own code got wrong. */
export type Admit<Request, Kind extends string = string, Profile = unknown> = (
  request: Request,
) => Promise<Admission<Kind, Profile>>;

type Refusal = Extract<Admission, { readonly outcome: "refused" }>;

const PASSED = Object.freeze({ outcome: "preflight" } as const);
const NO_CONTENT: Answer = Object.freeze({ status: 204, headers: Object.freeze([]), body: "" });
const ENDED = Object.freeze({ outcome: "refused", answer: NO_CONTENT } as const);
const REVOKED = Object.freeze({
  outcome: "revoked",
  answer: { ...NO_CONTENT, headers: Object.freeze([["cache-control", "no-store"] as const]) },
} as const);

/** The HTTP layer of one application, for any framework: an adapter translates what it decides. */
export class Gate<Request, Kind extends string, ApiName extends string, Profile> {
  readonly #checker: Checker<Request, Kind, Profile>;
  readonly #reader: RequestReader<Request>;
  readonly #settings: ResolvedHttpOptions;
  readonly #findAddress: FindAddress<Request>;
  readonly #suspectProxy: (request: Request) => void;
  readonly #failures: FailureLimit | undefined;
  readonly #writeBudget: WriteBudget;
  readonly #writeExpiry: (token: Token) => HeaderField | undefined;
  readonly #answerRefusal: AnswerRefusal;
  readonly #observer: HttpOptions["observer"];
  readonly #replace: HttpOptions<Request>["refusal"];
  /** The nonce for the client's next proof of possession. */
  readonly #nonce: (() => string | undefined) | undefined;

  /** @throws TypeError or RangeError that names the path of a wrong option. */
  constructor(
    tokens: TokenChecker<Kind, ApiName, Profile>,
    options: HttpOptions<Request>,
    reader: RequestReader<Request>,
  ) {
    checkMethods(tokens, ["verify", "revokeCurrent"], "tokens");
    const check = resolveAccessTokens(tokens, options.accessTokens);
    const dpop = check.accessTokens?.dpop;
    const settings = resolveHttpOptions(options, dpop !== undefined);
    const { guessing = {} } = options;
    this.#checker = createChecker(tokens, check, reader);
    this.#nonce = dpop && (() => dpop.nonce());
    this.#reader = reader;
    this.#settings = settings;
    this.#findAddress = createFindAddress(options, reader, settings.warn);
    this.#suspectProxy = createSuspicion(options, reader, settings.warn);
    this.#failures = guessing === false ? undefined : createFailureLimit(guessing, settings.now);
    this.#writeBudget = createWriteBudget(settings.rateLimit);
    this.#writeExpiry = createWriteExpiry(settings.expiryHeader);
    this.#answerRefusal = createAnswerRefusal({
      ...settings,
      writeBudget: this.#writeBudget,
      terms: termsOf(check),
      nonce: this.#nonce,
    });
    this.#observer = options.observer;
    this.#replace = options.refusal;
  }

  /** Protects a route. @throws TypeError or RangeError that names what is wrong. */
  protect(
    api: ApiOf<Request, ApiName>,
    requirement: Requirement<Request, Profile> = {},
  ): Admit<Request, Kind, Profile> {
    const route = resolveRoute(api, requirement);
    return (request) => this.#admit(route, request);
  }

  async #admit(
    route: Route<Request, Profile>,
    request: Request,
  ): Promise<Admission<Kind, Profile>> {
    if (isPreflight(request, this.#reader)) return this.#settings.passPreflights ? PASSED : ENDED;
    const presented = readCredential(this.#settings.credentials, request, this.#reader);
    const address = this.#findAddress(request);
    const barred = this.#barred(presented, address);
    if (barred !== undefined) return this.#refused(barred, request);
    const isPresented = presented.type === "token";
    const asked = {
      api: route.api(request),
      method: this.#reader.method(request),
      address,
      cost: isPresented ? costOf(route, request) : 1,
      level: route.requirement.level,
      permits: route.requirement.permits,
    };
    const verdict = await this.#checker.verify(presented, asked, request);
    if (!verdict.ok) {
      if (isPresented && isGuess(verdict, this.#checker.isAccessToken(presented)))
        this.#failed(request, address);
      return this.#refused({ ...refusalOf(verdict.code), ...waitOf(verdict), verdict }, request);
    }
    return { outcome: "accepted", verdict, headers: this.#acceptedFields(verdict, presented) };
  }

  /**
   * Ends the token that a request presents: a route of its own. Whoever has a token may end it (CORE-38). An access token is none of the
   * tokenry's: it ends at its authorization server.
   */
  async revokeCurrent(request: Request): Promise<Revocation> {
    if (isPreflight(request, this.#reader)) return this.#settings.passPreflights ? PASSED : ENDED;
    const presented = readCredential(this.#settings.credentials, request, this.#reader);
    const address = this.#findAddress(request);
    const barred = this.#barred(presented, address);
    if (barred !== undefined) return this.#refused(barred, request);
    if (presented.type !== "token") return this.#refused(refusalOf("missing_token"), request);
    try {
      if ((await this.#checker.revoke(presented)) > 0) return REVOKED;
    } catch (error) {
      if (!(error instanceof TokenryError)) throw error;
      return this.#refused(refusalOf("unavailable"), request);
    }
    this.#failed(request, address);
    return this.#refused(refusalOf("unknown_token"), request);
  }

  /** What is refused without a look at any token. */
  #barred(presented: Presented, address: string | undefined): HttpRefusal | undefined {
    if (presented.type === "invalid") return this.#unseen("invalid_request");
    if (presented.type === "none" || this.#failures === undefined) return undefined;
    const retryAfterMs = this.#failures.waitMs(address);
    return retryAfterMs > 0 ? { ...this.#unseen("too_many_failures"), retryAfterMs } : undefined;
  }

  /** Counts a failed attempt, and asks at this chance whether the address is the client's: all behind a proxy would pay for one. */
  #failed(request: Request, address: string | undefined): void {
    this.#failures?.count(address);
    this.#suspectProxy(request);
  }

  #unseen(code: HttpRefusalCode): HttpRefusal {
    this.#tell({ code }).catch(() => {});
    return refusalOf(code);
  }

  #refused(refusal: HttpRefusal, request: Request): Refusal {
    const answer = this.#answerRefusal(refusal);
    const replaced = atOnce(this.#replace?.(refusal, answer, request));
    return { outcome: "refused", answer: replaced ?? answer };
  }

  /** An observer has no say in what becomes of a request, whatever it throws, and whenever. */
  async #tell(observation: RefusalObservation): Promise<void> {
    await this.#observer?.refused?.(observation);
  }

  #acceptedFields(verdict: Accepted, presented: Presented): readonly HeaderField[] {
    const fields = this.#writeBudget(verdict, this.#settings.now);
    const expiry = this.#writeExpiry(verdict.token);
    if (expiry !== undefined) fields.push(expiry);
    if (presented.type !== "token") return fields;
    // Shared caches keep answers to requests with Authorization to themselves, of other fields they know nothing (RFC 9111 section 3.5).
    if (presented.field !== "authorization") fields.push(["cache-control", "private"]);
    else if (presented.scheme === DPOP_KEY) fields.push(...this.#nonceFields());
    return fields;
  }

  /** One field at most (R9449-04). */
  #nonceFields(): readonly HeaderField[] {
    const nonce = this.#nonce?.();
    return nonce === undefined ? [] : [nonceField(nonce)];
  }
}

function termsOf({ accessTokens, isAlone }: AccessTokenCheck): AccessTokenTerms {
  return {
    algorithms: accessTokens?.dpop?.algorithms,
    isDpopAlone: isAlone && accessTokens?.dpop?.isRequired === true,
    resourceMetadata: accessTokens?.resourceMetadata,
  };
}

/** Writes when a token expires, once for each state of a token: a token that is kept in memory is the same object. */
function createWriteExpiry(name: string | undefined): (token: Token) => HeaderField | undefined {
  if (name === undefined) return () => undefined;
  const known = new WeakMap<Token, HeaderField>();
  return (token) => {
    if (token.expiresAt === null) return;
    let field = known.get(token);
    if (field === undefined) {
      field = [name, token.expiresAt.toISOString()];
      known.set(token, field);
    }
    return field;
  };
}

function costOf<Request, Profile>({ cost }: Route<Request, Profile>, request: Request): number {
  return typeof cost === "number" ? cost : cost(request);
}

const REFUSALS = { ...DENIALS, ...HTTP_REFUSALS } as const;

function refusalOf(code: keyof typeof REFUSALS): HttpRefusal {
  const { status, message } = REFUSALS[code];
  return { code, status, message };
}

function waitOf({ retryAfterMs }: { readonly retryAfterMs?: number }): Partial<HttpRefusal> {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}
