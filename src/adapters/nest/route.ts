import type { ExecutionContext } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { ApiOf, Requirement } from "../../http/requirement.ts";
import type { NestRequest } from "./message.ts";

/** What a decorator says of a route. */
export type NestRoute = GuardedRoute | { readonly type: "unprotected" };

/** A route that a guard decides about. */
export type GuardedRoute = ProtectedRoute | { readonly type: "revoke-current" };

/** A route that needs a token. */
export interface ProtectedRoute {
  readonly type: "protected";
  readonly api: ApiOf<NestRequest, string>;
  readonly requirement: Requirement<NestRequest>;
}

/** The metadata's key. A text, as decorators that wrap a handler copy metadata by its keys. */
export const ROUTE = "tokenry:route";

/** A route that nobody said anything about belongs to no API: it is refused, whoever calls (AP-5). */
const UNMAPPED: ProtectedRoute = { type: "protected", api: () => undefined, requirement: {} };

const reflector = new Reflector();

/** By class, as classes that inherit share a handler, then by handler. Metadata is looked up for each call otherwise, at a microsecond. */
const known = new WeakMap<object, WeakMap<object, NestRoute>>();

/** What holds for the handler of a context: its own decorator, or that of its class. */
export function routeOf(context: ExecutionContext): NestRoute {
  const [handler, controller] = [context.getHandler(), context.getClass()];
  const routes = known.get(controller) ?? new WeakMap<object, NestRoute>();
  const route = routes.get(handler) ?? readRoute(handler, controller);
  if (!routes.has(handler)) known.set(controller, routes.set(handler, route));
  return route;
}

function readRoute(
  handler: ReturnType<ExecutionContext["getHandler"]>,
  controller: ReturnType<ExecutionContext["getClass"]>,
): NestRoute {
  const places = [handler, controller];
  return reflector.getAllAndOverride<NestRoute | undefined>(ROUTE, places) ?? UNMAPPED;
}
