import {
  Controller,
  Delete,
  Get,
  HttpCode,
  type NestInterceptor,
  Post,
  Req,
  UseGuards,
  UseInterceptors,
} from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  CurrentToken,
  type CurrentTokenOf,
  type NestRequest,
  Protect,
  RevokeCurrent,
  TokenGuard,
  TokenryModule,
  Unprotected,
} from "../../src/adapters/nest.ts";
import type { Tokenry } from "../../src/index.ts";
import { decoratedApp, seen } from "../fixtures/nest/decorated.ts";
import { createWorld, type World } from "../support/world.ts";
import { controller, platforms, type RunningApp, startApp } from "./nest-app.ts";

const MISSING = {
  type: "urn:problem-type:tokenry:missing-token",
  title: "A token is required.",
  status: 401,
  code: "missing_token",
};

async function newWorld(): Promise<World & { readonly secret: string }> {
  const world = createWorld();
  onTestFinished(() => world.tokens.close());
  const { secret } = await world.issue();
  return { ...world, secret: secret.reveal() };
}

async function codeOf(answer: Response): Promise<string> {
  const { code } = (await answer.json()) as { code: string };
  return `${answer.status} ${code}`;
}

/** A controller with a handler of each sort. */
function mixedController(ran: string[]) {
  const on = (name: string) => () => {
    ran.push(name);
    return { name };
  };
  return controller("mixed", [Protect("orders")], {
    plain: { on: [Get()], run: on("plain") },
    invoices: { on: [Get("invoices"), Protect("invoices")], run: on("invoices") },
    full: { on: [Get("full"), Protect("orders", { level: "full" })], run: on("full") },
    open: { on: [Get("open"), Unprotected()], run: on("open") },
    end: { on: [Delete("end"), RevokeCurrent()], run: on("end") },
  });
}

describe.each(Object.entries(platforms))("on platform-%s", (_name, adapter) => {
  test("decorators protect as users write them, and bring the guard along", async () => {
    const { tokens, secret } = await newWorld();
    seen.length = 0;
    const { call } = await startApp({ imports: [decoratedApp(tokens)] }, adapter());
    const refusal = await call("/orders");
    expect(refusal.headers.get("content-type")).toBe("application/problem+json");
    expect(await refusal.text()).toBe(JSON.stringify(MISSING));
    expect((await call("/orders", undefined, { method: "POST" })).status).toBe(401);
    expect(seen).toEqual([]);
    expect(await (await call("/orders", secret)).json()).toEqual({ owner: "ada" });
    expect((await call("/orders", secret, { method: "POST" })).status).toBe(201);
    expect((await call("/orders/open")).status).toBe(200);
    const end = await call("/token", secret, { method: "DELETE" });
    expect([end.status, await end.text()]).toEqual([204, ""]);
    expect(await codeOf(await call("/token", secret, { method: "DELETE" }))).toBe(
      "401 invalid_token",
    );
    expect(seen).toEqual(["list true", "add", "open", "end"]);
  });

  test("what stands on a handler replaces what stands on its controller", async () => {
    const { tokens, secret, directory } = await newWorld();
    const ran: string[] = [];
    const imports = [TokenryModule.forRoot({ tokens })];
    const { call } = await startApp({ imports, controllers: [mixedController(ran)] }, adapter());
    directory.change("ada", { access: { invoices: "full" } });
    await tokens.ownerChanged("ada");
    expect((await call("/mixed/invoices", secret)).status).toBe(200);
    expect(await codeOf(await call("/mixed", secret))).toBe("403 access_denied");
    directory.change("ada", { access: { orders: "read" } });
    await tokens.ownerChanged("ada");
    expect((await call("/mixed", secret)).status).toBe(200);
    expect(await codeOf(await call("/mixed/invoices", secret))).toBe("403 access_denied");
    expect(await codeOf(await call("/mixed/full", secret))).toBe("403 access_denied");
    expect((await call("/mixed/open")).status).toBe(200);
    expect(ran).toEqual(["invoices", "plain", "open"]);
  });

  test("AP-5: under a guard of the application, what nobody spoke of is refused", async () => {
    const { tokens, secret } = await newWorld();
    const ran: string[] = [];
    const silent = controller("silent", [], {
      get: { on: [Get()], run: () => ran.push("silent") },
    });
    const metadata = {
      imports: [TokenryModule.forRoot({ tokens })],
      controllers: [silent, mixedController(ran)],
    };
    const { call } = await startApp(metadata, adapter(), (app) =>
      app.useGlobalGuards(app.get(TokenGuard)),
    );
    expect(await codeOf(await call("/silent"))).toBe("401 missing_token");
    expect(await codeOf(await call("/silent", secret))).toBe("403 access_denied");
    expect((await call("/mixed/open")).status).toBe(200);
    expect(ran).toEqual(["open"]);
  });

  test.each(["useClass", "useExisting"] as const)(
    "a guard of the application by APP_GUARD and %s and one of the handler are one check",
    async (use) => {
      const { tokens, secret } = await newWorld();
      const metadata = {
        imports: [TokenryModule.forRoot({ tokens })],
        providers: [{ provide: APP_GUARD, [use]: TokenGuard } as never],
        controllers: [mixedController([])],
      };
      const { call } = await startApp(metadata, adapter());
      const remaining = async () =>
        (await call("/mixed", secret)).headers.get("ratelimit")?.split(";")[1];
      expect([await remaining(), await remaining()]).toEqual(["r=299", "r=298"]);
      expect((await call("/mixed/end", secret, { method: "DELETE" })).status).toBe(204);
      expect((await call("/mixed", secret)).status).toBe(401);
    },
  );

  test("the guard alone, without Protect, refuses", async () => {
    const { tokens, secret } = await newWorld();
    const run = vi.fn();
    const guarded = controller("guarded", [UseGuards(TokenGuard)], { get: { on: [Get()], run } });
    const imports = [TokenryModule.forRoot({ tokens })];
    const { call } = await startApp({ imports, controllers: [guarded] }, adapter());
    expect(await codeOf(await call("/guarded", secret))).toBe("403 access_denied");
    expect(run).not.toHaveBeenCalled();
  });

  test("CurrentToken fails closed where no guard has let the request through", async () => {
    const { tokens, secret } = await newWorld();
    const run = vi.fn();
    const forge: NestInterceptor = {
      intercept(context, next) {
        context.switchToHttp().getRequest().token = { ok: true };
        return next.handle();
      },
    };
    const handler = { on: [Get()], parameters: [CurrentToken()], run };
    const metadata = {
      imports: [TokenryModule.forRoot({ tokens })],
      controllers: [
        controller("bare", [UseInterceptors(forge)], { get: handler }),
        controller("unprotected", [Unprotected()], { get: handler }),
      ],
    };
    const { call } = await startApp(metadata, adapter());
    expect((await call("/bare", secret)).status).toBe(500);
    expect((await call("/unprotected", secret)).status).toBe(500);
    expect(run).not.toHaveBeenCalled();
  });

  test("interceptors find the verdict as the request's token, and a refused request reaches none", async () => {
    const { tokens, secret } = await newWorld();
    const owners: string[] = [];
    const note: NestInterceptor = {
      intercept(context, next) {
        const request = context.switchToHttp().getRequest<{ token: CurrentTokenOf<Tokenry> }>();
        owners.push(request.token.owner.id);
        return next.handle();
      },
    };
    const noted = controller("noted", [Protect("orders"), UseInterceptors(note)], {
      get: { on: [Get()], run: () => "noted" },
    });
    const imports = [TokenryModule.forRoot({ tokens })];
    const { call } = await startApp({ imports, controllers: [noted] }, adapter());
    await call("/noted", "acme_svc_no");
    await call("/noted", secret);
    expect(owners).toEqual(["ada"]);
  });

  test("a body that Nest has parsed reaches the handler, and one that it cannot parse is not judged", async () => {
    const { tokens, secret } = await newWorld();
    const echo = controller("echo", [Protect("orders")], {
      post: {
        on: [Post(), HttpCode(200)],
        parameters: [Req()],
        run: (request: { body: unknown }) => request.body,
      },
    });
    const imports = [TokenryModule.forRoot({ tokens })];
    const { call } = await startApp({ imports, controllers: [echo] }, adapter());
    const post = (body: string) => ({
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const answer = await call("/echo", secret, post('{"a":[1]}'));
    expect(await answer.json()).toEqual({ a: [1] });
    expect((await call("/echo", undefined, post('{"a":[1]}'))).status).toBe(401);
    expect((await call("/echo", undefined, post("{"))).status).toBe(400);
  });

  test("CORS preflights are Nest's own to answer, and its headers stay on refusals", async () => {
    const { tokens } = await newWorld();
    const imports = [TokenryModule.forRoot({ tokens })];
    const metadata = { imports, controllers: [mixedController([])] };
    const { call } = await startApp(metadata, adapter(), (app) => app.enableCors());
    const origin = { origin: "https://app.example" };
    const headers = { ...origin, "access-control-request-method": "GET" };
    const preflight = await call("/mixed", undefined, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("GET");
    const refusal = await call("/mixed", undefined, { headers: origin });
    expect([refusal.status, refusal.headers.get("access-control-allow-origin")]).toEqual([
      401,
      "*",
    ]);
  });

  test("the platform's own address counts by clientAddress, with one warning where it believes everyone", async () => {
    const world = await newWorld();
    const { secret } = await world.issue({ network: { include: ["198.51.100.7"] } });
    const headers = { "x-forwarded-for": "198.51.100.7" };
    const isShort = (address: string) => !address.includes(":");
    for (const trust of [true, isShort, ["::/1", "127.0.0.1"]]) {
      const onWarning = vi.fn();
      const clientAddress = ({ ip }: NestRequest) => ip;
      const imports = [TokenryModule.forRoot({ tokens: world.tokens, clientAddress, onWarning })];
      const metadata = { imports, controllers: [mixedController([])] };
      const { call } = await startApp(metadata, adapter(trust));
      expect((await call("/mixed", secret.reveal(), { headers })).status).toBe(200);
      expect((await call("/mixed", secret.reveal(), { headers })).status).toBe(200);
      expect(onWarning).toHaveBeenCalledExactlyOnceWith(
        expect.stringContaining("a client can choose its address"),
      );
    }
  });

  test("a platform that believes no proxy, or only its neighbour, is worth no warning", async () => {
    const { tokens, secret } = await newWorld();
    const onWarning = vi.fn();
    const isNear = (_address: string, hop: number) => hop < 1;
    const clientAddress = ({ ip }: NestRequest) => ip;
    const metadata = () => ({
      imports: [TokenryModule.forRoot({ tokens, clientAddress, onWarning })],
      controllers: [mixedController([])],
    });
    for (const trust of [false, isNear, "loopback", ["10.0.0.0/8"]]) {
      const { call } = await startApp(metadata(), adapter(trust));
      expect((await call("/mixed", secret)).status).toBe(200);
    }
    expect(onWarning).not.toHaveBeenCalled();
  });
});

describe("what others hang on requests and responses does not mislead", () => {
  const metadata = async () => {
    const { tokens, secret } = await newWorld();
    const imports = [TokenryModule.forRoot({ tokens })];
    return { secret, metadata: { imports, controllers: [mixedController([])] } };
  };
  const assertServed = async ({ call }: RunningApp, secret: string) => {
    const [refusal, answer] = [await call("/mixed"), await call("/mixed", secret)];
    expect([refusal.status, refusal.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="api"',
    ]);
    expect([answer.status, answer.headers.get("ratelimit")]).toEqual([200, '"token";r=299;t=1']);
  };

  test("on Express, raw of a body parser", async () => {
    const { secret, metadata: made } = await metadata();
    const app = await startApp(made, platforms.express(), (nest) =>
      nest.use((request: object, response: object, next: () => void) => {
        Object.assign(request, { raw: "bytes" });
        Object.assign(response, { raw: "bytes" });
        next();
      }),
    );
    await assertServed(app, secret);
  });

  test("on Fastify, setHeader and end for middleware of Express", async () => {
    const { secret, metadata: made } = await metadata();
    const adapter = platforms.fastify();
    adapter.getInstance().addHook("onRequest", (_request, reply, done) => {
      Object.assign(reply, { setHeader: () => {}, end: () => {} });
      done();
    });
    await assertServed(await startApp(made, adapter), secret);
  });
});

describe("decorators", () => {
  const create = (...on: ClassDecorator[]) => controller("a", on, {});
  const method = (...on: MethodDecorator[]) =>
    controller("a", [], { get: { on: [Get(), ...on], run: () => {} } });

  test("a wrong requirement is an error when the class is made", () => {
    expect(() => Protect("orders", { level: "write" as never })).toThrow("requirement.level");
    expect(() => Protect("orders", { cost: 0 })).toThrow("requirement.cost");
    expect(() => Protect(7 as never)).toThrow("api must be");
  });

  test("two in one place exclude each other, whichever they are", () => {
    const message = /exclude each other/;
    expect(() => create(Protect("orders"), Protect("invoices"))).toThrow(message);
    expect(() => create(Protect("orders"), Unprotected())).toThrow(message);
    expect(() => method(Unprotected(), Protect("orders"))).toThrow(message);
    expect(() => method(RevokeCurrent(), Protect("orders"))).toThrow(message);
  });

  test("they go where they mean something, nowhere else", () => {
    expect(() => create(RevokeCurrent() as ClassDecorator)).toThrow("goes on a method");
    const property = Protect("orders") as unknown as PropertyDecorator;
    class WithProperty {}
    expect(() => property(WithProperty.prototype, "orders")).toThrow("goes on a class or a method");
  });

  test("a controller inherits from its class, and replaces what it inherits", async () => {
    const { tokens, secret } = await newWorld();
    const Base = controller("base", [Protect("orders")], {
      get: { on: [Get()], run: () => "base" },
    });
    class Open extends Base {}
    class Heir extends Base {}
    Controller("open")(Open);
    Unprotected()(Open);
    Controller("heir")(Heir);
    const imports = [TokenryModule.forRoot({ tokens })];
    const { call } = await startApp({ imports, controllers: [Open, Heir] });
    expect((await call("/open")).status).toBe(200);
    expect((await call("/heir")).status).toBe(401);
    expect((await call("/heir", secret)).status).toBe(200);
  });
});
