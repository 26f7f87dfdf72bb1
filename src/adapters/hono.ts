import type { Context, Handler, MiddlewareHandler, Next } from "hono";
import { checkObject } from "../checks.ts";
import type { Answer, HeaderField } from "../http/answer.ts";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { RequestReader } from "../http/request-reader.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { hasCacheControl, keepsOff } from "./cache-control.ts";
import { withFields } from "./fetch-message.ts";
import { answerAt } from "./fetch-mount.ts";
import { type MountOptions, resolveMounting, type WebListener } from "./mounting.ts";
import { addToHead, type HeadResponse } from "./node-head.ts";
import { isUnixSocket, type NodeRequest, nodeReader } from "./node-message.ts";
import { createOriginOf } from "./origin.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { CredentialOptions } from "../http/credentials.ts";
export type { GuessingOptions } from "../http/failure-limit.ts";
export type { TokenChecker } from "../http/gate.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";
export type { WebClient, WebHandler } from "../http/web-handler.ts";
export type { MountOptions, WebListener } from "./mounting.ts";
export type { Origin } from "./origin.ts";

/** What `protect` adds to a context: `c.get("token")` and `c.var.token` are the verdict, in the handlers that follow it. */
export interface ProtectedEnv<Kind extends string = string, Profile = unknown> {
  Variables: { token: Accepted<Kind, Profile> };
}

/** Options of `tokenry/hono`. */
export interface HonoOptions extends HttpOptions<Context> {
  /**
   * The address at the other end of the connection, which Hono leaves to each runtime. Default: the socket's on `@hono/node-server`, and
   * none elsewhere. `trustProxy` starts from it.
   *
   * @example
   * import { getConnInfo } from "hono/bun";
   * const protect = createProtect(tokens, { peer: (c) => getConnInfo(c).remote.address });
   */
  readonly peer?: (context: Context) => string | undefined;
}

/** Makes middleware for `app.use`, and for one route. */
export interface HonoProtect<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  (
    api: ApiOf<Context, ApiName>,
    requirement?: Requirement<Context, Profile>,
  ): MiddlewareHandler<ProtectedEnv<Kind, Profile>>;
  /** A handler that ends the token of its request: 204, or 401 for what is no token. */
  revokeCurrent(): Handler;
}

/**
 * Protects applications and routes of Hono 4.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const protect = createProtect(tokens);
 * app.get("/orders", protect("orders"), (c) => c.json({ owner: c.get("token").owner.id }));
 */
export function createProtect<Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: HonoOptions = {},
): HonoProtect<Kind, ApiName, Profile> {
  const { peer, ...httpOptions } = options;
  const gate = new Gate(tokens, httpOptions, createReader(checkedPeer(options)));

  const protect = (
    api: ApiOf<Context, ApiName>,
    requirement?: Requirement<Context, Profile>,
  ): MiddlewareHandler<ProtectedEnv<Kind, Profile>> => {
    const admit = gate.protect(api, requirement);
    return async (context, next) => {
      const admission = await admit(context);
      if (admission.outcome === "refused") return respond(context, admission.answer);
      if (admission.outcome === "preflight") return next();
      context.set("token", admission.verdict);
      return goOn(context, next, admission.headers);
    };
  };
  const revokeCurrent = (): Handler => async (context, next) => {
    const revocation = await gate.revokeCurrent(context);
    if (revocation.outcome === "preflight") return next();
    return respond(context, revocation.answer);
  };
  return Object.assign(protect, { revokeCurrent });
}

/** Options of `mount` of `tokenry/hono`. */
export interface HonoMountOptions extends MountOptions<Context>, Pick<HonoOptions, "peer"> {}

/**
 * Makes middleware of a handler of the Fetch standard, such as `oauthServer`: it answers the handler's own paths, and leaves the others to the
 * application. What the handler throws goes to `app.onError`. Bodies must not have been read before.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * app.use(mount(oauthServer({ … }), { trustProxy: ["10.0.0.0/8"] }));
 */
export function mount(handler: WebListener, options: HonoMountOptions = {}): MiddlewareHandler {
  const given: unknown = options;
  checkObject(given, "options");
  const { peer, ...others } = options;
  const reader = createReader(checkedPeer(options));
  const { answers, clientOf } = resolveMounting(handler, others, reader);
  const originOf = createOriginOf(others.origin, ({ req }) => new URL(req.url).origin);
  return async (context, next) => {
    if (!answers(context)) return next();
    const target = reader.target(context);
    const asked = { request: context.req.raw, origin: originOf(context), target };
    return answerAt(handler, asked, clientOf(context));
  };
}

function checkedPeer({ peer, clientAddress }: HonoMountOptions): HonoOptions["peer"] {
  if (peer !== undefined && typeof peer !== "function")
    throw new TypeError("options.peer must be a function");
  if (peer !== undefined && clientAddress !== undefined)
    throw new TypeError("options.clientAddress excludes peer");
  return peer;
}

/** What `@hono/node-server` has for `c.env`; an upgrade to another protocol has nothing to go out. */
interface NodeBindings {
  readonly incoming?: NodeRequest;
  readonly outgoing?: HeadResponse | undefined;
}

/** The messages of Node, where it is Node that serves: bindings of other runtimes may have the same names. */
function nodeOf({ env }: Context): NodeBindings {
  // Hono leaves the type of `env` to the runtime; in tests by `app.request()` there is none.
  const bindings: NodeBindings | undefined = env;
  return Array.isArray(bindings?.incoming?.rawHeaders) ? bindings : NO_NODE;
}

const NO_NODE: NodeBindings = Object.freeze({});

/** Reads Node's raw headers where there are any: the lines of a field are apart there (T-07). */
function createReader(peer: HonoOptions["peer"]): RequestReader<Context> {
  return {
    method: ({ req }) => req.method,
    target(context) {
      const { incoming } = nodeOf(context);
      return incoming === undefined ? context.req.url : nodeReader.target(incoming);
    },
    peer(context) {
      if (peer !== undefined) return peer(context);
      return nodeOf(context).incoming?.socket.remoteAddress;
    },
    isUnixSocket(context) {
      const { incoming } = nodeOf(context);
      // Of what the host's own `peer` has looked at nobody knows.
      return peer === undefined && incoming !== undefined && isUnixSocket(incoming);
    },
    lines(context, name) {
      const { incoming } = nodeOf(context);
      if (incoming !== undefined) return nodeReader.lines(incoming, name);
      const value = context.req.raw.headers.get(name);
      return value === null ? NO_LINES : [value];
    },
  };
}

const NO_LINES: readonly string[] = [];

/**
 * Runs what follows, whose answer gets the fields that it does not set itself: a handler's, an error's, and one that nobody made with the
 * context. On Node they wait for the head to be written: a look at `context.res` costs more than all other work of the guard.
 */
async function goOn(context: Context, next: Next, fields: readonly HeaderField[]): Promise<void> {
  if (hasCacheControl(fields)) dropLaxCacheControl(context);
  const { outgoing } = nodeOf(context);
  if (outgoing !== undefined) {
    addToHead(outgoing, fields);
    return next();
  }
  await next();
  const response = withFields(context.res, fields, context.req.raw);
  if (response === context.res) return;
  // Hono would put the old response's fields on the new one.
  context.res = undefined;
  context.res = response;
}

/** What the host has set before must not win over ours, where it lets shared caches keep the answer: a handler's own may. */
function dropLaxCacheControl(context: Context): void {
  // Of a response that is not used, as a look at `context.res` makes one that is.
  const value = context.newResponse(null).headers.get("cache-control");
  if (value !== null && !keepsOff(value)) context.header("cache-control", undefined);
}

/** Through the context, so that the answer has what other middleware set before. */
function respond(context: Context, { status, headers, body }: Answer): Response {
  // A cast: Hono lists the status codes that there are, a host's own answer has any.
  const code = status as 200;
  return context.newResponse(body === "" ? null : body, code, Object.fromEntries(headers));
}
