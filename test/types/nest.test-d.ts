// Checked by `npm run typecheck`: nothing here runs.
import type { DynamicModule } from "@nestjs/common";
import type { Request as ExpressRequest } from "express";
import type { FastifyRequest } from "fastify";
import { expectTypeOf } from "vitest";
import {
  CurrentToken,
  type CurrentTokenOf,
  type NestRequest,
  Protect,
  type ProtectOf,
  RevokeCurrent,
  type RouteDecorator,
  TokenGuard,
  TokenRefusedException,
  TokenryModule,
} from "../../src/adapters/nest.ts";
import {
  type Accepted,
  createTokenry,
  manyChoice,
  type Owner,
  singleFixed,
} from "../../src/index.ts";

interface Profile {
  readonly units: readonly string[];
}

const tokens = createTokenry({
  kinds: {
    personal: singleFixed({ prefix: "acme_pat" }),
    application: manyChoice({ prefix: "acme_app" }),
  },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: {
    find: (_id: string): Promise<Owner<Profile> | undefined> => Promise.resolve(undefined),
  },
});

// The module takes a tokenry of any kinds, APIs and profile.
expectTypeOf(TokenryModule.forRoot({ tokens })).toEqualTypeOf<DynamicModule>();
TokenryModule.forRoot({ tokens, realm: "shop", global: false, guessing: { limit: 5 } });
TokenryModule.forRoot({ tokens, clientAddress: ({ ip }) => ip });
TokenryModule.forRoot({ tokens, clientAddress: (request: ExpressRequest) => request.ips[0] });
TokenryModule.forRoot({ tokens, clientAddress: (request: FastifyRequest) => request.ip });
// @ts-expect-error no such option
TokenryModule.forRoot({ tokens, proxies: [] });
// @ts-expect-error a tokenry is needed
TokenryModule.forRoot({});
// @ts-expect-error an answer is no text
TokenryModule.forRoot({ tokens, refusal: () => "no" });

class Settings {
  readonly realm: string = "shop";
}
TokenryModule.forRootAsync({ useFactory: () => ({ tokens }) });
TokenryModule.forRootAsync({
  inject: [Settings],
  useFactory: async ({ realm }: Settings) => Promise.resolve({ tokens, realm }),
});
// @ts-expect-error options without a tokenry
TokenryModule.forRootAsync({ useFactory: () => ({ realm: "shop" }) });

// Protect as it is takes any name of an API.
expectTypeOf(Protect("orders")).toEqualTypeOf<RouteDecorator>();
Protect("orders", { level: "full", cost: 5, permits: (owner) => owner.id === "ada" });
Protect("orders", { level: ["GET", "POST"], cost: ({ query }) => Object(query).cost });
Protect((request) => (request.url.startsWith("/v1") ? "orders" : undefined));
Protect((request: ExpressRequest) => request.params.api?.toString());
Protect((request: FastifyRequest) => request.routeOptions.url);
// @ts-expect-error no such level
Protect("orders", { level: "write" });
// @ts-expect-error no such requirement
Protect("orders", { role: "admin" });
// @ts-expect-error a permission is given at once
Protect("orders", { permits: () => Promise.resolve(true) });
// @ts-expect-error no request of HTTP
Protect((request: { readonly topic: string }) => request.topic);

// For one tokenry it knows names and profile.
const ProtectShop: ProtectOf<typeof tokens> = Protect;
ProtectShop("orders", { permits: ({ profile }) => profile?.units.includes("sales") === true });
ProtectShop(({ url }: NestRequest) => (url === "/" ? "invoices" : undefined));
// @ts-expect-error no such API
ProtectShop("refunds");
// @ts-expect-error no such API
ProtectShop(() => "refunds");
// @ts-expect-error no such fact in a profile
ProtectShop("orders", { permits: ({ profile }) => profile?.roles.includes("sales") === true });

// The verdict's type comes from the tokenry.
type Kind = "personal" | "application";
expectTypeOf<CurrentTokenOf<typeof tokens>>().toEqualTypeOf<Accepted<Kind, Profile>>();
expectTypeOf<CurrentTokenOf<string>>().toBeNever();
expectTypeOf(CurrentToken()).toEqualTypeOf<ParameterDecorator>();

// Decorators can be called where there is no syntax for them.
class OrdersController {
  list(_token: CurrentTokenOf<typeof tokens>): void {}
}
Protect("orders")(OrdersController);
CurrentToken()(OrdersController.prototype, "list", 0);
// @ts-expect-error it ends the token at a method, not of a whole controller
RevokeCurrent()(OrdersController);

expectTypeOf(
  new TokenRefusedException({ status: 401, headers: [], body: "" }).answer.status,
).toBeNumber();
expectTypeOf(TokenGuard).toBeConstructibleWith({} as never);
