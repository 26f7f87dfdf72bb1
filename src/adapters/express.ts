import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { RequestReader } from "../http/request-reader.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { fieldsBeside } from "./cache-control.ts";
import type { MountOptions, WebListener } from "./mounting.ts";
import { nodeReader, sendAnswer, setFields } from "./node-message.ts";
import { createNodeMount } from "./node-mount.ts";
import { expressBelieves } from "./trust-probe.ts";
import { createVerdictMark } from "./verdict-mark.ts";

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

/** Options of `tokenry/express`. */
export type ExpressOptions = HttpOptions<Request>;

/** Middleware of Express. It names no type of Express's request, so that the types of a route's parameters stay what its path says. */
export type ExpressGuard = (
  request: IncomingMessage,
  response: ServerResponse,
  next: NextFunction,
) => Promise<void>;

/** Middleware of Express that answers some paths itself. */
export type ExpressMount = (
  request: IncomingMessage,
  response: ServerResponse,
  next: NextFunction,
) => void;

/** A request that was let through, with the verdict on its token. */
export type ProtectedRequest<
  Kind extends string = string,
  Profile = unknown,
  Params = Request["params"],
> = Request<Params> & { readonly token: Accepted<Kind, Profile> };

/** Makes middleware that lets nobody past without a token, and sets `request.token` for those who have one. */
export interface ExpressProtect<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  (api: ApiOf<Request, ApiName>, requirement?: Requirement<Request, Profile>): ExpressGuard;
  /** A handler that ends the token of its request: 204, or 401 for what is no token. */
  revokeCurrent(): ExpressGuard;
  /**
   * The verdict on a request that this `protect` let through.
   *
   * @throws TypeError for any other request: a route that nothing protects, or a CORS preflight.
   */
  verdictOf(request: IncomingMessage): Accepted<Kind, Profile>;
  /**
   * Gives a handler `request.token` with its type. The handler does not run for a request that this `protect` has not let through: a
   * TypeError goes to Express's error handling instead. Parameters are typed by hand; {@link verdictOf} leaves them to Express.
   *
   * @example
   * app.get("/orders", protect("orders"), protect.withToken((req, res) => res.json({ for: req.token.owner.id })));
   */
  withToken<Params = Request["params"]>(
    handler: (
      request: ProtectedRequest<Kind, Profile, Params>,
      response: Response,
      next: NextFunction,
    ) => unknown,
  ): RequestHandler<Params>;
}

/**
 * Protects applications, routers and routes of Express 5.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const protect = createProtect(tokens);
 * app.get("/orders/:id", protect("orders"), (req, res) => {
 *   res.json({ id: req.params.id, for: protect.verdictOf(req).owner.id });
 * });
 */
export function createProtect<Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: ExpressOptions = {},
): ExpressProtect<Kind, ApiName, Profile> {
  const gate = new Gate(tokens, options, expressReader);
  const mark = createVerdictMark<Accepted<Kind, Profile>>();

  const protect = (
    api: ApiOf<Request, ApiName>,
    requirement?: Requirement<Request, Profile>,
  ): ExpressGuard => {
    const admit = gate.protect(api, requirement);
    return async function tokenryProtect(request, response, next) {
      const admission = await admit(asExpress(request));
      // Somebody else has answered meanwhile, as a limit of time does.
      if (response.headersSent) return;
      if (admission.outcome === "refused") return sendAnswer(response, admission.answer);
      if (admission.outcome === "accepted") {
        setFields(response, fieldsBeside(response, admission.headers));
        mark.put(request, admission.verdict);
      }
      next();
    };
  };
  const revokeCurrent = (): ExpressGuard =>
    async function tokenryRevokeCurrent(request, response, next) {
      const revocation = await gate.revokeCurrent(asExpress(request));
      if (response.headersSent) return;
      if (revocation.outcome === "preflight") next();
      else sendAnswer(response, revocation.answer);
    };
  const verdictOf = (request: IncomingMessage): Accepted<Kind, Profile> => {
    const verdict = mark.of(request);
    if (verdict === undefined) throw new TypeError(UNPROTECTED);
    return verdict;
  };
  const withToken: ExpressProtect<Kind, ApiName, Profile>["withToken"] = (handler) => {
    if (typeof handler !== "function") throw new TypeError("handler must be a function");
    return function tokenryWithToken(request, response, next) {
      return handler(Object.assign(request, { token: verdictOf(request) }), response, next);
    };
  };
  return Object.assign(protect, { revokeCurrent, verdictOf, withToken });
}

/**
 * Makes middleware of a handler of the Fetch standard, such as `oauthServer`: it answers the handler's own paths, and leaves the others to the
 * application. What the handler throws goes to Express's error handling. Bodies must not have been read: mount it before any body parser.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * app.use(mount(oauthServer({ … }), { trustProxy: ["10.0.0.0/8"] }));
 */
export function mount(handler: WebListener, options: MountOptions<Request> = {}): ExpressMount {
  return createNodeMount(handler, options, expressReader);
}

const UNPROTECTED =
  "the request has no verdict: put protect(api) before this handler, and answer CORS preflights without a token";

const expressReader: RequestReader<Request> = {
  ...nodeReader,
  believesAnyone: ({ app }) => expressBelieves(app),
};

/** A cast, as Express hands its own request to all of its middleware. */
function asExpress(request: IncomingMessage): Request {
  return request as Request;
}
