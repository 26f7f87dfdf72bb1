import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Answer, HeaderField } from "../http/answer.ts";
import { Gate, type TokenChecker } from "../http/gate.ts";
import type { HttpOptions } from "../http/options.ts";
import type { RequestReader } from "../http/request-reader.ts";
import type { ApiOf, Requirement } from "../http/requirement.ts";
import type { Accepted } from "../model.ts";
import { fieldsBeside } from "./cache-control.ts";
import type { WithToken } from "./fastify-handler.ts";
import { createFastifyMount } from "./fastify-mount.ts";
import type { MountOptions, WebListener } from "./mounting.ts";
import { type NodeRequest, nodeReaderOf } from "./node-message.ts";
import { fastifyBelieves } from "./trust-probe.ts";
import { createVerdictMark } from "./verdict-mark.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { CredentialOptions } from "../http/credentials.ts";
export type { GuessingOptions } from "../http/failure-limit.ts";
export type { TokenChecker } from "../http/gate.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";
export type { WebClient, WebHandler } from "../http/web-handler.ts";
export type { ProtectedHandler, WithToken } from "./fastify-handler.ts";
export type { MountOptions, WebListener } from "./mounting.ts";
export type { Origin } from "./origin.ts";

/** Options of `tokenry/fastify`. */
export type FastifyOptions = HttpOptions<FastifyRequest>;

/** A hook and a handler of every Fastify, over HTTP/2 too: it names no type of a route, so that routes keep the types of their schemas. */
export type FastifyGuard = (
  request: { readonly raw: NodeRequest },
  reply: object,
) => Promise<unknown>;

/** Makes `onRequest` hooks that let nobody past without a token, and set `request.token` for those who have one. */
export interface FastifyProtect<
  Kind extends string = string,
  ApiName extends string = string,
  Profile = unknown,
> {
  (
    api: ApiOf<FastifyRequest, ApiName>,
    requirement?: Requirement<FastifyRequest, Profile>,
  ): FastifyGuard;
  /** A handler that ends the token of its request: 204, or 401 for what is no token. */
  revokeCurrent(): FastifyGuard;
  /**
   * Gives a handler `request.token` with its type, next to the types of its route. The handler does not run for a request that this
   * `protect` has not let through: a TypeError goes to Fastify's error handling instead.
   *
   * @example
   * app.get("/orders", { onRequest: protect("orders") }, protect.withToken((request) => ({ for: request.token.owner.id })));
   */
  readonly withToken: WithToken<Kind, Profile>;
  /**
   * The verdict on a request that this `protect` let through, for other hooks of its route.
   *
   * @throws TypeError for any other request: a route that nothing protects, or a CORS preflight.
   *
   * @example
   * app.addHook("preHandler", async (request) => request.log.info({ owner: protect.verdictOf(request).owner.id }));
   */
  verdictOf(request: object): Accepted<Kind, Profile>;
}

/**
 * Protects plugins and routes of Fastify 5.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const protect = createProtect(tokens);
 * app.addHook("onRequest", protect("orders"));
 * app.get("/orders", protect.withToken((request) => ({ for: request.token.owner.id })));
 */
export function createProtect<Kind extends string, ApiName extends string, Profile>(
  tokens: TokenChecker<Kind, ApiName, Profile>,
  options: FastifyOptions = {},
): FastifyProtect<Kind, ApiName, Profile> {
  const gate = new Gate(tokens, options, fastifyReader);
  const mark = createVerdictMark<Accepted<Kind, Profile>>();

  const protect = (
    api: ApiOf<FastifyRequest, ApiName>,
    requirement?: Requirement<FastifyRequest, Profile>,
  ): FastifyGuard => {
    const admit = gate.protect(api, requirement);
    return async function tokenryProtect(request, reply) {
      const admission = await admit(asFastify(request));
      if (admission.outcome === "refused") return send(asReply(reply), admission.answer);
      if (admission.outcome === "preflight") return;
      setFields(asReply(reply), fieldsBeside(asReply(reply), admission.headers));
      mark.put(request, admission.verdict);
    };
  };
  const revokeCurrent = (): FastifyGuard =>
    async function tokenryRevokeCurrent(request, reply) {
      const revocation = await gate.revokeCurrent(asFastify(request));
      if (revocation.outcome === "preflight") return asReply(reply).code(204).send();
      return send(asReply(reply), revocation.answer);
    };
  const verdictOf = (request: object): Accepted<Kind, Profile> => {
    const verdict = mark.of(request);
    if (verdict === undefined) throw new TypeError(UNPROTECTED);
    return verdict;
  };
  const withToken: WithToken<Kind, Profile> = (handler) => {
    if (typeof handler !== "function") throw new TypeError("handler must be a function");
    return function tokenryWithToken(request, reply) {
      return handler.call(this, Object.assign(request, { token: verdictOf(request) }), reply);
    };
  };
  return Object.assign(protect, { revokeCurrent, withToken, verdictOf });
}

/**
 * Makes a plugin of a handler of the Fetch standard, such as `oauthServer`: it has routes for the handler's own paths, in a context of its own
 * that leaves bodies unparsed. What the handler throws goes to Fastify's error handling.
 *
 * Under a prefix the handler's paths, which are whole, must begin with it.
 *
 * @throws TypeError or RangeError that names the path of a wrong option; the plugin rejects for a path that it cannot have a route for.
 *
 * @example
 * app.register(mount(oauthServer({ … }), { trustProxy: ["10.0.0.0/8"] }));
 */
export function mount(
  handler: WebListener,
  options: MountOptions<FastifyRequest> = {},
): FastifyPluginAsync {
  return createFastifyMount(handler, options, fastifyReader);
}

const UNPROTECTED =
  "the request has no verdict: protect(api) must be an onRequest hook of this route, and CORS preflights have no token";

const fastifyReader: RequestReader<FastifyRequest> = {
  ...nodeReaderOf(({ raw }) => raw),
  believesAnyone: fastifyBelieves,
};

/** A cast, as Fastify hands its own request to all hooks and handlers, whatever the types of the route. */
function asFastify(request: object): FastifyRequest {
  return request as FastifyRequest;
}

/** A cast, as with the request. */
function asReply(reply: object): FastifyReply {
  return reply as FastifyReply;
}

function setFields(reply: FastifyReply, fields: readonly HeaderField[]): void {
  for (const [name, value] of fields) reply.header(name, value);
}

/** Through Fastify, so that `onSend` hooks see it. Who returns the reply waits until it is sent, and no further hook or handler runs. */
function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  reply.code(status);
  setFields(reply, headers);
  // With a serializer Fastify leaves the type of JSON that is text alone; without one it appends a charset.
  return body === "" ? reply.send() : reply.serializer(String).send(body);
}
