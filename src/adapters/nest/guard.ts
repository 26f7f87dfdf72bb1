import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import type { NestRequest, NestResponse } from "./message.ts";
import type { Protection } from "./protection.ts";
import { routeOf } from "./route.ts";

/** What guards inject. */
export const PROTECTION: unique symbol = Symbol("tokenry.protection");

/**
 * Lets requests to handlers through as `Protect`, `RevokeCurrent` and `Unprotected` say. A handler that none of them speaks of is refused.
 *
 * The decorators bring it along. As a guard of the whole application it stands before the handlers without one, too.
 *
 * @throws TokenRefusedException for a request that is refused; TypeError for messages, sockets and queries that are not HTTP requests.
 *
 * @example
 * app.useGlobalGuards(app.get(TokenGuard));
 */
export class TokenGuard implements CanActivate {
  readonly #protection: Protection;

  constructor(protection: Protection) {
    this.#protection = protection;
  }

  async canActivate(context: ExecutionContext): Promise<true> {
    const route = routeOf(context);
    if (route.type === "unprotected") return true;
    const type = context.getType<string>();
    if (type !== "http") throw new TypeError(`TokenGuard serves http, not ${type}`);
    const http = context.switchToHttp();
    await this.#protection.enter(
      route,
      http.getRequest<NestRequest>(),
      http.getResponse<NestResponse>(),
    );
    return true;
  }
}

Injectable()(TokenGuard);
Inject(PROTECTION)(TokenGuard, undefined, 0);
