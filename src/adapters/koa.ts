import type { Context, Middleware } from "koa";
import type { Answer } from "../http/answer.ts";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { RequestReader } from "../http/request-reader.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { nodeReaderOf, setFields } from "./node-message.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";

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
      if (admission.outcome === "refused") return setAnswer(ctx, admission.answer);
      if (admission.outcome === "accepted") {
        setFields(ctx.res, admission.headers);
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
  // With a limit Koa counts from the nearest proxy; without one it takes the element furthest away, which the client wrote.
  believesAnyone: ({ app }) => app.proxy && app.maxIpsCount === 0,
};
