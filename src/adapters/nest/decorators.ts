import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  SetMetadata,
  UseGuards,
} from "@nestjs/common";
import type { Tokenry } from "../../face.ts";
import { type ApiOf, type Requirement, resolveRoute } from "../../http/requirement.ts";
import type { Accepted } from "../../model.ts";
import { TokenGuard } from "./guard.ts";
import type { NestRequest } from "./message.ts";
import { verdictOn } from "./protection.ts";
import { type NestRoute, type ProtectedRoute, ROUTE } from "./route.ts";

/** Goes on a controller, for all of its handlers, or on one handler. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/** `Protect` for the APIs and the profile of one tokenry. */
export type ProtectOf<Tokens> =
  Tokens extends Tokenry<infer _Kind, infer ApiName, infer Profile>
    ? <Request extends NestRequest = NestRequest>(
        api: ApiOf<Request, ApiName>,
        requirement?: Requirement<Request, Profile>,
      ) => RouteDecorator
    : never;

/** What `CurrentToken` gives, for the kinds and the profile of one tokenry. */
export type CurrentTokenOf<Tokens> =
  Tokens extends Tokenry<infer Kind, infer _ApiName, infer Profile>
    ? Accepted<Kind, Profile>
    : never;

/**
 * Protects a controller or a handler, and brings {@link TokenGuard} along. What stands on the handler replaces what stands on its controller.
 *
 * @throws TypeError or RangeError that names what is wrong, when the class is made.
 *
 * @example
 * \@Controller("orders")
 * \@Protect("orders")
 * class OrdersController {
 *   \@Delete()
 *   \@Protect("orders", { level: "full", cost: 5 })
 *   clear() {}
 * }
 */
export function Protect<Request extends NestRequest = NestRequest, Profile = unknown>(
  api: ApiOf<Request, string>,
  requirement: Requirement<Request, Profile> = {},
): RouteDecorator {
  resolveRoute(api, requirement);
  // A cast, as what a decorator knows of the request's type and the profile's is what its author says; nothing can check it here.
  return decorate({ type: "protected", api, requirement } as ProtectedRoute, [
    UseGuards(TokenGuard),
  ]);
}

/** Says that a controller or a handler needs no token, where a guard of the whole application, or of its controller, would want one. */
export function Unprotected(): RouteDecorator {
  return decorate({ type: "unprotected" }, []);
}

/**
 * Ends the token of the request: 204, or 401 for what is no token. The handler runs when the token has ended; what it gives is not sent.
 *
 * @example
 * \@Delete("token")
 * \@RevokeCurrent()
 * endToken(): void {}
 */
export function RevokeCurrent(): MethodDecorator {
  return decorate({ type: "revoke-current" }, [UseGuards(TokenGuard), HttpCode(204)], ["a method"]);
}

/**
 * The verdict on the token of the request, as a parameter of a handler. See {@link CurrentTokenOf} for its type.
 *
 * @throws TypeError for a request that `Protect` has not let through: 500, never a handler without a token.
 *
 * @example
 * \@Get()
 * list(\@CurrentToken() { owner }: CurrentTokenOf<typeof tokens>) { return ordersOf(owner.id); }
 */
export const CurrentToken: () => ParameterDecorator = createParamDecorator(
  (_data: undefined, context: ExecutionContext): Accepted => {
    const isHttp = context.getType<string>() === "http";
    const verdict = isHttp
      ? verdictOn(context.switchToHttp().getRequest<NestRequest>())
      : undefined;
    if (verdict !== undefined) return verdict;
    const { name } = context.getHandler();
    throw new TypeError(`CurrentToken of ${context.getClass().name}.${name} needs Protect`);
  },
);

const PLACES = ["a class", "a method"] as const;

function decorate(
  route: NestRoute,
  others: readonly (ClassDecorator & MethodDecorator)[] | readonly MethodDecorator[],
  places: readonly string[] = PLACES,
): RouteDecorator {
  const apply = applyDecorators(SetMetadata(ROUTE, route), ...others);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const place = key === undefined ? "a class" : "a method";
    const decorated: unknown = key === undefined ? target : descriptor?.value;
    if (typeof decorated !== "function" || !places.includes(place))
      throw new TypeError(`this decorator goes on ${places.join(" or ")}`);
    // Of two, nobody knows which is meant.
    if (Reflect.hasOwnMetadata(ROUTE, decorated))
      throw new TypeError("Protect, Unprotected and RevokeCurrent exclude each other in one place");
    apply(target, key, descriptor);
  };
}
