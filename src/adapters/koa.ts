import { Readable } from "node:stream";
import type { Context, Middleware } from "koa";
import type { Answer } from "../http/answer.ts";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { RequestReader } from "../http/request-reader.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { fieldsBeside } from "./cache-control.ts";
import { type MountOptions, resolveMounting, type WebListener } from "./mounting.ts";
import { nodeReader, nodeReaderOf, setFields } from "./node-message.ts";
import { createCall, watchLeaving } from "./node-request.ts";
import { checkedTarget, createTargetOf } from "./node-target.ts";

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

/** Options of `tokenry/koa`. */
export type KoaOptions = HttpOptions<Context>;

/** What `protect` adds to `ctx.state`. A CORS preflight passes without it. */
export interface TokenState<Kind extends string = string, Profile = unknown> {
  readonly token: Accepted<Kind, Profile>;
}

/** Makes middleware that lets nobody past without a token, and sets `ctx.state.token` for those who have one. */
export interface KoaProtect<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  (
    api: ApiOf<Context, ApiName>,
    requirement?: Requirement<Context, Profile>,
  ): Middleware<TokenState<Kind, Profile>, unknown>;
  /** Middleware that ends the token of its request: 204, or 401 for what is no token. */
  revokeCurrent(): Middleware<object, unknown>;
}

/**
 * Protects applications, routers and routes of Koa 3.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * // What follows serves every method: a CORS preflight, which has no token, is not to reach it.
 * const protect = createProtect(tokens, { passPreflights: false });
 * app.use(protect("orders")).use((ctx) => {
 *   ctx.body = { for: ctx.state.token.owner.id };
 * });
 */
export function createProtect<Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: KoaOptions = {},
): KoaProtect<Kind, ApiName, Profile> {
  const gate = new Gate(tokens, options, koaReader);

  const protect = (
    api: ApiOf<Context, ApiName>,
    requirement?: Requirement<Context, Profile>,
  ): Middleware<TokenState<Kind, Profile>, unknown> => {
    const admit = gate.protect(api, requirement);
    return async function tokenryProtect(ctx, next) {
      const admission = await admit(ctx);
      // Somebody else has answered meanwhile, as a limit of time does.
      if (ctx.headerSent) return;
      if (admission.outcome === "refused") return setAnswer(ctx, admission.answer);
      if (admission.outcome === "accepted") {
        setFields(ctx.res, fieldsBeside(ctx.res, admission.headers));
        Object.assign(ctx.state, { token: admission.verdict });
      }
      return next();
    };
  };
  const revokeCurrent = (): Middleware<object, unknown> =>
    async function tokenryRevokeCurrent(ctx, next) {
      const revocation = await gate.revokeCurrent(ctx);
      if (revocation.outcome === "preflight") return next();
      setAnswer(ctx, revocation.answer);
    };
  return Object.assign(protect, { revokeCurrent });
}

/**
 * Makes middleware of a handler of the Fetch standard, such as `oauthServer`: it answers the handler's own paths, and leaves the others to the
 * application. What the handler throws goes to Koa. Bodies must not have been read: mount it before any body parser.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * app.use(mount(oauthServer({ … }), { trustProxy: ["10.0.0.0/8"] }));
 */
export function mount(
  handler: WebListener,
  options: MountOptions<Context> = {},
): Middleware<object, unknown> {
  const { answers, clientOf } = resolveMounting(handler, options, koaReader);
  const targetOf = createTargetOf(options.origin, koaReader, ({ req }) => req);
  return async function tokenryMount(ctx, next) {
    if (!answers(ctx)) return next();
    const target = checkedTarget(ctx, koaReader, targetOf);
    if (typeof target === "number")
      return setAnswer(ctx, { status: target, headers: [], body: "" });
    const call = createCall(ctx.req, target, watchLeaving(ctx.res));
    // The answer may be made of the very body that arrives.
    ctx.res.once("close", call.release);
    setResponse(ctx, await handler(call.request, clientOf(ctx)));
  };
}

function setResponse(
  ctx: Context,
  { status, statusText, headers, body, bodyUsed }: Response,
): void {
  if (bodyUsed) throw new TypeError("the body of the response was read before");
  ctx.status = status;
  if (statusText !== "") ctx.message = statusText;
  // Koa ends the stream of an answer that it does not send.
  ctx.body = body === null ? "" : Readable.fromWeb(body);
  // Koa guesses a type and a length.
  ctx.remove("Content-Type");
  ctx.remove("Content-Length");
  for (const [name, value] of headers) {
    // Each cookie is a line of its own, in `Headers` too.
    if (name === "set-cookie") ctx.append(name, value);
    else ctx.set(name, value);
  }
}

/** Leaves the answer to Koa, so that middleware further out sees it. */
function setAnswer(ctx: Context, { status, headers, body }: Answer): void {
  ctx.status = status;
  ctx.body = body;
  // Koa guesses a type for text.
  ctx.remove("Content-Type");
  for (const [name, value] of headers) ctx.set(name, value);
}

const koaReader: RequestReader<Context> = {
  ...nodeReaderOf(({ req }) => req),
  // Koa keeps the whole to itself, and Express, where Koa is mounted in it, on Node's request.
  target: ({ req, originalUrl }) => ("originalUrl" in req ? nodeReader.target(req) : originalUrl),
  // With a limit Koa counts from the nearest proxy; without one it takes the element furthest away, which the client wrote.
  believesAnyone: ({ app }) => app.proxy && app.maxIpsCount === 0,
};
