import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, BaseExceptionFilter, NestFactory } from "@nestjs/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Protection } from "../../src/adapters/nest/protection.ts";
import {
  Protect,
  TOKENRY,
  TokenGuard,
  TokenRefusedException,
  TokenryModule,
  Unprotected,
} from "../../src/adapters/nest.ts";
import type { Tokenry } from "../../src/index.ts";
import { createWorld, type World } from "../support/world.ts";
import { controller, moduleOf, platforms, startApp } from "./nest-app.ts";

const orders = () =>
  controller("orders", [Protect("orders")], { get: { on: [Get()], run: () => "orders" } });

function newWorld(): World {
  const world = createWorld();
  onTestFinished(() => world.tokens.close());
  return world;
}

describe("the module", () => {
  test("a wrong option is an error at once that names its path", () => {
    const { tokens } = newWorld();
    expect(() => TokenryModule.forRoot({ tokens, realm: "" })).toThrow("options.realm");
    expect(() => TokenryModule.forRoot({ tokens, trustProxy: ["a"] })).toThrow(
      "options.trustProxy[0]",
    );
    expect(() => TokenryModule.forRoot({ tokens, proxy: [] } as never)).toThrow(
      'options: there is no "proxy"',
    );
    expect(() => TokenryModule.forRoot({} as never)).toThrow("options.tokens must be an object");
    expect(() => TokenryModule.forRoot({ tokens: { verify() {} } } as never)).toThrow(
      "options.tokens.revokeCurrent must be a function",
    );
  });

  test("forRootAsync makes the tokenry from other providers, and gives it to services that end it", async () => {
    const world = newWorld();
    const close = vi.fn();
    const tokens = { ...world.tokens, close };
    class Settings {
      readonly realm = "shop";
    }
    class SettingsModule {}
    Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
    class Closing implements OnApplicationShutdown {
      readonly #tokens: Tokenry;
      constructor(given: Tokenry) {
        this.#tokens = given;
      }
      onApplicationShutdown(): Promise<void> {
        return this.#tokens.close();
      }
    }
    Injectable()(Closing);
    Inject(TOKENRY)(Closing, undefined, 0);
    const imports = [
      TokenryModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async ({ realm }: Settings) => Promise.resolve({ tokens, realm }),
      }),
    ];
    const { app, call } = await startApp({
      imports,
      providers: [Closing],
      controllers: [orders()],
    });
    const refusal = await call("/orders");
    expect(refusal.headers.get("www-authenticate")).toBe('Bearer realm="shop"');
    const { secret } = await world.issue();
    expect((await call("/orders", secret.reveal())).status).toBe(200);
    expect(close).not.toHaveBeenCalled();
    await app.close();
    expect(close).toHaveBeenCalledOnce();
  });

  test.each([
    ["throws", () => Promise.reject(new Error("no database")), "no database"],
    ["gives nothing", () => undefined as never, "options must be an object"],
    ["gives a wrong option", () => ({ tokens: newWorld().tokens, realm: "" }), "options.realm"],
  ])("an application whose factory %s does not start", async (_name, useFactory, message) => {
    const imports = [TokenryModule.forRootAsync({ useFactory })];
    const start = NestFactory.create(moduleOf({ imports }), { logger: false, abortOnError: false });
    await expect(start).rejects.toThrow(message);
  });

  test.each(["forRoot", "forRootAsync"] as const)(
    "%s: other modules need no import of it",
    async (name) => {
      const { tokens } = newWorld();
      const feature = moduleOf({ controllers: [orders()] });
      const tokenry =
        name === "forRoot"
          ? TokenryModule.forRoot({ tokens })
          : TokenryModule.forRootAsync({ useFactory: () => ({ tokens }) });
      const { call } = await startApp({ imports: [tokenry, feature] });
      expect((await call("/orders")).status).toBe(401);
    },
  );

  test("not global: a module that does not import it has no guard", async () => {
    const { tokens } = newWorld();
    const feature = moduleOf({ controllers: [orders()] });
    const imports = [TokenryModule.forRoot({ tokens, global: false }), feature];
    const start = NestFactory.create(moduleOf({ imports }), { logger: false, abortOnError: false });
    await expect(start).rejects.toThrow("tokenry.protection");
  });

  test("not global: two modules keep two tokenries apart", async () => {
    const [first, second] = [newWorld(), newWorld()];
    const featureOf = ({ tokens }: World, path: string) =>
      moduleOf({
        imports: [TokenryModule.forRoot({ tokens, global: false })],
        controllers: [
          controller(path, [Protect("orders")], { get: { on: [Get()], run: () => path } }),
        ],
      });
    const imports = [featureOf(first, "first"), featureOf(second, "second")];
    const { call } = await startApp({ imports });
    const { secret } = await first.issue();
    expect((await call("/first", secret.reveal())).status).toBe(200);
    expect((await call("/second", secret.reveal())).status).toBe(401);
  });
});

test.each(Object.entries(platforms))(
  "platform-%s: the guard of the application checks with one tokenry, and a module with its own besides",
  async (_name, adapter) => {
    const [shop, office] = [newWorld(), newWorld()];
    const moduleWith = ({ tokens }: World, path: string, more: ModuleMetadata = {}) => ({
      imports: [TokenryModule.forRoot({ tokens, global: false }), ...(more.imports ?? [])],
      controllers: [
        controller(path, [Protect("orders")], { get: { on: [Get()], run: () => path } }),
      ],
      providers: more.providers ?? [],
    });
    const providers = [{ provide: APP_GUARD, useExisting: TokenGuard }];
    const imports = [moduleOf(moduleWith(office, "office"))];
    const { call } = await startApp(moduleWith(shop, "shop", { imports, providers }), adapter());
    const { secret } = await shop.issue();
    const answer = await call("/shop", secret.reveal());
    // Once, though two guards of the shop stand before it.
    expect([answer.status, answer.headers.get("ratelimit")]).toEqual([200, '"token";r=299;t=1']);
    expect((await call("/office", secret.reveal())).status).toBe(401);
  },
);

/** Answers with what a filter sees of a refusal. */
function answerSeen(exception: TokenRefusedException, host: ArgumentsHost): void {
  const response = host.switchToHttp().getResponse();
  const { code } = exception.getResponse() as { code: string };
  response.status(exception.getStatus()).send({ mine: code });
}

describe.each(Object.entries(platforms))("filters on platform-%s", (_name, adapter) => {
  const start = (
    more: ModuleMetadata,
    filtersOf: (app: INestApplication) => ExceptionFilter[] = () => [],
  ) => {
    const imports = [TokenryModule.forRoot({ tokens: newWorld().tokens })];
    const metadata = { imports, controllers: [orders()], ...more };
    return startApp(metadata, adapter(), (app) => app.useGlobalFilters(...filtersOf(app)));
  };

  test("a filter of the host's own for refusals answers, with the headers of the refusal", async () => {
    class RefusalFilter implements ExceptionFilter<TokenRefusedException> {
      catch = answerSeen;
    }
    Catch(TokenRefusedException)(RefusalFilter);
    const { call } = await start({}, () => [new RefusalFilter()]);
    const answer = await call("/orders");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await answer.json()).toEqual({ mine: "missing_token" });
  });

  test("a filter for everything beside the import of the module sees no refusals, one of a later module does", async () => {
    class EverythingFilter extends BaseExceptionFilter {}
    Catch()(EverythingFilter);
    const providers = [{ provide: APP_FILTER, useClass: EverythingFilter }];
    const typeOf = async (metadata: ModuleMetadata) =>
      (await (await start(metadata)).call("/orders")).headers.get("content-type");
    const tokenry = TokenryModule.forRoot({ tokens: newWorld().tokens });
    expect(await typeOf({ providers })).toBe("application/problem+json");
    expect(await typeOf({ imports: [moduleOf({ providers }), tokenry] })).toBe(
      "application/problem+json",
    );
    expect(await typeOf({ imports: [tokenry, moduleOf({ providers })] })).toBe(
      "application/json; charset=utf-8",
    );
  });

  test("one in main.ts that leaves HttpExceptions to Nest sends the same problem, as plain JSON", async () => {
    class EverythingFilter extends BaseExceptionFilter {}
    Catch()(EverythingFilter);
    const standard = await (await start({})).call("/orders");
    const filtersOf = (app: INestApplication) => [new EverythingFilter(app.getHttpAdapter())];
    const answer = await (await start({}, filtersOf)).call("/orders");
    expect(await answer.text()).toBe(await standard.text());
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  test("options.refusal answers with text as it is", async () => {
    const { tokens } = newWorld();
    const refusal = () => ({
      status: 418,
      headers: [
        ["Content-Type", "text/plain"],
        ["X-Mine", "yes"],
      ] as const,
      body: "no",
    });
    const { call } = await startApp(
      { imports: [TokenryModule.forRoot({ tokens, refusal })], controllers: [orders()] },
      adapter(),
    );
    const answer = await call("/orders");
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      418,
      "text/plain",
      "no",
    ]);
    expect(answer.headers.get("x-mine")).toBe("yes");
  });
});

describe("the guard beyond HTTP", () => {
  const contextOf = (type: string, ...on: ClassDecorator[]): ExecutionContext => {
    const made = controller("a", on, { get: { on: [Get()], run: () => {} } });
    // A cast, as the guard asks for no more.
    return {
      getType: () => type,
      getClass: () => made,
      getHandler: () => made.prototype.get,
      switchToHttp: () => ({ getRequest: () => ({ method: "GET" }), getResponse: () => ({}) }),
    } as unknown as ExecutionContext;
  };

  test.each(["rpc", "ws", "graphql"])("%s is refused, unless it is unprotected", async (type) => {
    const guard = new TokenGuard(new Protection({ tokens: newWorld().tokens }));
    const refused = `TokenGuard serves http, not ${type}`;
    await expect(guard.canActivate(contextOf(type))).rejects.toThrow(new TypeError(refused));
    await expect(guard.canActivate(contextOf(type, Protect("orders")))).rejects.toThrow(refused);
    expect(await guard.canActivate(contextOf(type, Unprotected()))).toBe(true);
  });

  test("a platform that hands on no message of Node is refused", async () => {
    const guard = new TokenGuard(new Protection({ tokens: newWorld().tokens }));
    await expect(guard.canActivate(contextOf("http", Protect("orders")))).rejects.toThrow(
      "tokenry/nest serves platform-express and platform-fastify",
    );
  });
});
