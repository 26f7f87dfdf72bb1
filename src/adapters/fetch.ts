import { checkFunctions } from "../checks.ts";
import type { Answer } from "../http/answer.ts";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { HttpRefusal } from "../http/refusals.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { createFetchReader, type FetchCall, responseOf, withFields } from "./fetch-message.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { CredentialOptions } from "../http/credentials.ts";
export type { GuessingOptions } from "../http/failure-limit.ts";
export type { TokenChecker } from "../http/gate.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";
export type { WebClient, WebHandler } from "../http/web-handler.ts";
export { type FetchMountOptions, type MountedHandler, mount } from "./fetch-mount.ts";
export type { WebListener } from "./mounting.ts";

/** The arguments after the request that options ask for; a platform may pass more. */
type AtLeast<Rest extends unknown[]> = [...Rest, ...unknown[]];

/** The same arguments, where they are known and not found out. */
type Known<Rest extends unknown[]> = Rest extends infer Same extends unknown[] ? Same : never;

/**
 * Options of `tokenry/fetch`. Functions get what the platform calls a handler with: the request, then `{ params }`, the server, `env` and
 * the like.
 */
export interface FetchOptions<Rest extends unknown[] = unknown[]>
  extends Omit<HttpOptions<Request>, "clientAddress" | "refusal" | "passPreflights"> {
  /**
   * The address at the other end of the connection, where the platform knows it; `trustProxy` goes on from there. Default: there is none,
   * so that `trustProxy` needs it.
   *
   * @example
   * createProtect(tokens, { peer: (request, server: Bun.Server) => server.requestIP(request)?.address });
   */
  readonly peer?: (request: Request, ...rest: Rest) => string | undefined;
  /** Instead of `peer` and `trustProxy`: the address as the platform in front of you tells it. It is believed. */
  readonly clientAddress?: (request: Request, ...rest: Rest) => string | undefined;
  /** Makes your own answer to a refusal, at once; `undefined` sends the standard one. */
  readonly refusal?: (
    refusal: HttpRefusal,
    answer: Answer,
    request: Request,
    ...rest: Known<Rest>
  ) => Answer | undefined;
  /** Answers CORS preflights, which carry no token. Default: 204 without any header of CORS, so that browsers of other origins keep away. */
  readonly preflight?: (request: Request, ...rest: Known<Rest>) => Response | Promise<Response>;
}

/** A handler behind `protect`: after the request it gets the verdict, then what the platform passes. */
export type ProtectedHandler<
  Kind extends string = string,
  Profile = unknown,
  Incoming extends Request = Request,
  Rest extends unknown[] = unknown[],
  Returned extends Response | undefined = Response,
> = (
  request: Incoming,
  token: Accepted<Kind, Profile>,
  ...rest: Rest
) => Returned | Promise<Returned>;

/** A handler as platforms call it. */
export type FetchHandler<
  Incoming extends Request = Request,
  Rest extends unknown[] = unknown[],
  Returned extends Response | undefined = Response,
> = (request: Incoming, ...rest: Rest) => Promise<Returned | Response>;

/** The API that a handler belongs to: its name, or what finds it. */
export type FetchApiOf<ApiName extends string, Rest extends unknown[] = unknown[]> =
  | ApiName
  | ((request: Request, ...rest: Known<Rest>) => ApiName | undefined);

/** What a handler needs besides a token for its API and method. */
export interface FetchRequirement<Profile = unknown, Rest extends unknown[] = unknown[]>
  extends Omit<Requirement<Request, Profile>, "cost"> {
  /** How many calls one request counts for; whole, at least 1. Default 1. */
  readonly cost?: number | ((request: Request, ...rest: Known<Rest>) => number);
}

/** Makes protected handlers. A response of `undefined`, after an upgrade of Bun's, is handed on. */
export interface FetchProtect<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
  Needed extends unknown[] = unknown[],
> {
  <Incoming extends Request, Rest extends AtLeast<Needed>, Returned extends Response | undefined>(
    api: FetchApiOf<ApiName, Rest>,
    handler: ProtectedHandler<Kind, Profile, Incoming, Rest, Returned>,
  ): FetchHandler<Incoming, Rest, Returned>;
  <Incoming extends Request, Rest extends AtLeast<Needed>, Returned extends Response | undefined>(
    api: FetchApiOf<ApiName, Rest>,
    requirement: FetchRequirement<Profile, Rest>,
    handler: ProtectedHandler<Kind, Profile, Incoming, Rest, Returned>,
  ): FetchHandler<Incoming, Rest, Returned>;
  /** A handler that ends the token of its request: 204, or 401 for what is no token. */
  revokeCurrent(): FetchHandler<Request, AtLeast<Needed>>;
}

/**
 * Protects handlers that take a `Request` and give a `Response`: those of Next.js, Bun, Deno, workerd and the like. What a handler throws
 * rejects to the platform.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const protect = createProtect(tokens);
 * export const GET = protect("orders", (request, token) => Response.json({ owner: token.owner.id }));
 */
export function createProtect<
  Kind extends string,
  ApiName extends string,
  Profile,
  Needed extends unknown[] = unknown[],
>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: FetchOptions<Needed> = {},
): FetchProtect<Kind, ApiName, Profile, Needed> {
  // Casts, as whatever a platform calls a handler with goes through as it is: below this line its types do not matter.
  const plain = createPlainProtect(tokens, options as FetchOptions);
  return plain as FetchProtect<Kind, ApiName, Profile, Needed>;
}

function createPlainProtect<Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: FetchOptions,
): PlainProtect<Kind, ApiName, Profile> {
  const { preflight = answerNothing } = options;
  const gate = new Gate(tokens, gateOptions(options), createFetchReader(peerOf(options)));

  const protect = (
    api: FetchApiOf<ApiName>,
    ...rest: ProtectArguments<Kind, Profile>
  ): PlainHandler => {
    const [requirement, handler] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (typeof handler !== "function") throw new TypeError("handler must be a function");
    const admit = gate.protect(apiOnCall(api), requirementOnCall(requirement));
    return async (request, ...platform) => {
      const admission = await admit({ request, rest: platform });
      if (admission.outcome === "preflight") return preflight(request, ...platform);
      if (admission.outcome === "refused") return responseOf(admission.answer);
      const response = await handler(request, admission.verdict, ...platform);
      return response && withFields(response, admission.headers, request);
    };
  };
  const revokeCurrent =
    (): PlainHandler =>
    async (request, ...rest) => {
      const revocation = await gate.revokeCurrent({ request, rest });
      if (revocation.outcome === "preflight") return preflight(request, ...rest);
      return responseOf(revocation.answer);
    };
  return Object.assign(protect, { revokeCurrent });
}

type PlainHandler = (request: Request, ...rest: unknown[]) => Promise<Response | undefined>;

/** What follows the API. */
type ProtectArguments<Kind extends string, Profile> =
  | [ProtectedHandler<Kind, Profile, Request, unknown[], Response | undefined>]
  | [
      FetchRequirement<Profile>,
      ProtectedHandler<Kind, Profile, Request, unknown[], Response | undefined>,
    ];

/** {@link FetchProtect}, whatever the platform. */
interface PlainProtect<Kind extends string, ApiName extends string, Profile> {
  (api: FetchApiOf<ApiName>, ...rest: ProtectArguments<Kind, Profile>): PlainHandler;
  revokeCurrent(): PlainHandler;
}

function gateOptions({
  peer,
  preflight,
  clientAddress,
  refusal,
  ...options
}: FetchOptions): HttpOptions<FetchCall> {
  checkFunctions({ peer, preflight, clientAddress, refusal }, "options");
  if (clientAddress !== undefined && peer !== undefined)
    throw new TypeError("options.clientAddress excludes peer");
  if (options.trustProxy !== undefined && peer === undefined && clientAddress === undefined)
    throw new TypeError("options.trustProxy needs peer: whom to trust is told by the connection");
  return {
    ...options,
    ...(clientAddress && { clientAddress: onCall(clientAddress) }),
    ...(refusal && {
      refusal: (refused: HttpRefusal, answer: Answer, { request, rest }: FetchCall) =>
        refusal(refused, answer, request, ...rest),
    }),
  };
}

function peerOf({ peer }: FetchOptions): (call: FetchCall) => string | undefined {
  return ({ request, rest }) => {
    const address: unknown = peer?.(request, ...rest);
    return typeof address === "string" ? address : undefined;
  };
}

/** Calls a function of the host with what the platform passed. */
function onCall<Result>(
  hostFunction: (request: Request, ...rest: unknown[]) => Result,
): (call: FetchCall) => Result {
  return ({ request, rest }) => hostFunction(request, ...rest);
}

/** What is neither a name nor a number goes through as it is, for the gate to name it. */
function apiOnCall<ApiName extends string>(api: FetchApiOf<ApiName>): ApiOf<FetchCall, ApiName> {
  return typeof api === "function" ? onCall(api) : api;
}

function requirementOnCall<Profile>(
  requirement: FetchRequirement<Profile>,
): Requirement<FetchCall, Profile> {
  const cost = requirement?.cost;
  // The cast says what the branch has just found out.
  if (typeof cost !== "function") return requirement as Requirement<FetchCall, Profile>;
  return { ...requirement, cost: onCall(cost) };
}

function answerNothing(): Response {
  return new Response(null, { status: 204 });
}
