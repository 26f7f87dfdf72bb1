import type { IncomingMessage, Server } from "node:http";
import { createRequire } from "node:module";
import {
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Module,
  UnauthorizedException,
  UseGuards,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import type { Check, Guard } from "./http-guard.ts";

const require = createRequire(new URL("../../package.json", import.meta.url));

/** What Nest is given of a guard. */
interface Guarding {
  readonly on: readonly ClassDecorator[];
  readonly imports: readonly DynamicModule[];
}

/** The server of `GET /orders` on Nest over Express. */
export async function makeNest(guard: Guard, orders: object): Promise<Server> {
  const { on, imports } = guardingOf(guard);
  class OrdersController {
    list(): object {
      return orders;
    }
  }
  class AppModule {}
  // What decorator syntax would do: sources here are erasable, so decorators are called.
  const { prototype } = OrdersController;
  const list = Object.getOwnPropertyDescriptor(prototype, "list") as PropertyDescriptor;
  Get()(prototype, "list", list);
  Controller("orders")(OrdersController);
  for (const decorate of on) decorate(OrdersController);
  Module({ imports: [...imports], controllers: [OrdersController] })(AppModule);
  const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
  await app.init();
  return app.getHttpServer() as Server;
}

function guardingOf(guard: Guard): Guarding {
  if (guard.type === "none") return { on: [], imports: [] };
  if (guard.type === "own") return { on: [UseGuards(canActivate(guard.check))], imports: [] };
  const { Protect, TokenryModule } = require("tokenry/nest") as typeof import("tokenry/nest");
  return {
    on: [Protect("orders")],
    imports: [TokenryModule.forRoot({ tokens: guard.tokens, ...guard.options })],
  };
}

function canActivate(check: Check): CanActivate {
  return {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
      if (await check(headers.authorization)) return true;
      throw new UnauthorizedException();
    },
  };
}
