import type { FastifyPluginAsync, FastifyRequest, RouteHandlerMethod } from "fastify";
import { quoted } from "../checks.ts";
import type { RequestReader } from "../http/request-reader.ts";
import { type MountOptions, resolveMounting, type WebListener } from "./mounting.ts";
import { createCall, watchLeaving } from "./node-request.ts";
import { checkedTarget, createTargetOf } from "./node-target.ts";

/** Makes the plugin. @throws TypeError or RangeError that names the path. */
export function createFastifyMount(
  handler: WebListener,
  options: MountOptions<FastifyRequest>,
  reader: RequestReader<FastifyRequest>,
): FastifyPluginAsync {
  const { answers, clientOf } = resolveMounting(handler, options, reader);
  const targetOf = createTargetOf(options.origin, reader, ({ raw }) => raw);

  const serve: RouteHandlerMethod = async (request, reply) => {
    // Fastify's router minds neither escapes nor, if it is told so, the case.
    if (!answers(request)) return reply.callNotFound();
    const target = checkedTarget(request, reader, targetOf);
    if (typeof target === "number") return reply.code(target).send();
    const call = createCall(request.raw, target, watchLeaving(reply.raw));
    // The answer may be made of the very body that arrives.
    reply.raw.once("close", call.release);
    return handler(call.request, clientOf(request));
  };
  return async function tokenryMount(app) {
    // Those of the application are inherited.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const method = app.supportedMethods;
    for (const url of routesUnder(app.prefix, handler))
      app.route({ method, url, exposeHeadRoute: false, handler: serve });
  };
}

/** What stands for itself in a route of Fastify's. */
const PLAIN = /^[\w./~-]*$/;

/** The routes within a prefix of Fastify's. @throws RangeError for a path that is not there. */
function routesUnder(
  prefix: string,
  { paths, prefix: own }: Pick<WebListener, "paths" | "prefix">,
): readonly string[] {
  if ((paths === undefined && own === undefined) || own === "/")
    return prefix === "" ? ["/*"] : ["", "/*"];
  const whole = (paths ?? []).map((path) => routeOf(prefix, path));
  if (own === undefined) return whole;
  const route = routeOf(prefix, own);
  // Fastify has one route for each path.
  const isAbove = (path: string): boolean => path !== route && !path.startsWith(`${route}/`);
  return [...whole.filter(isAbove), route, `${route}/*`];
}

function routeOf(prefix: string, path: string): string {
  const route = path.slice(prefix.length);
  const isUnder = path.startsWith(prefix) && (route === "" || route.startsWith("/"));
  if (isUnder && PLAIN.test(route)) return route;
  throw new RangeError(
    `the handler answers ${quoted(path)}, for which there is no route under the prefix ${quoted(prefix)}`,
  );
}
