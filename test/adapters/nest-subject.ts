import type { IncomingMessage } from "node:http";
import {
  type ArgumentsHost,
  Catch,
  Delete,
  Get,
  Header,
  HttpCode,
  HttpException,
  Options,
  Patch,
  Post,
  Put,
  Req,
  type Type,
} from "@nestjs/common";
import { APP_FILTER, BaseExceptionFilter, NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import {
  CurrentToken,
  type CurrentTokenOf,
  type NestRequest,
  Protect,
  RevokeCurrent,
  type RouteDecorator,
  TokenryModule,
} from "../../src/adapters/nest.ts";
import type {
  HttpConformanceApp,
  HttpProfile,
  HttpRunAnswer,
  HttpServed,
  HttpTokenry,
} from "../../src/testing/http/app.ts";
import { controller, moduleOf } from "./nest-app.ts";

/** By name, as Nest's decorators have none of their own. */
const FULL = { Get, Post, Put, Patch, Delete };

interface Route {
  readonly path: string;
  readonly guard: RouteDecorator;
  readonly methods: Readonly<Record<string, (path?: string) => MethodDecorator>>;
  /** What the handler does at last. */
  readonly fail?: () => Promise<never>;
}

const MAPPED = ["orders", "invoices", "nowhere", "unknown"];
const mapped = Protect(({ originalUrl }: NestRequest) => {
  const name = originalUrl.split("/").at(-1);
  return name === "unknown" ? undefined : name;
});

const ROUTES: readonly Route[] = [
  { path: "/orders", guard: Protect("orders"), methods: FULL },
  { path: "/invoices", guard: Protect("invoices"), methods: FULL },
  { path: "/reports", guard: Protect("orders", { level: "full" }), methods: { Get } },
  { path: "/costly", guard: Protect("orders", { cost: 5 }), methods: { Get } },
  { path: "/weighed", guard: Protect("orders", { cost: weightOf }), methods: { Get } },
  {
    path: "/finance",
    guard: Protect<NestRequest, HttpProfile>("orders", {
      permits: ({ profile }) => profile?.department === "finance",
    }),
    methods: { Get },
  },
  ...MAPPED.map((name) => ({ path: `/mapped/${name}`, guard: mapped, methods: { Get } })),
  { path: "/fails", guard: Protect("orders"), methods: { Get }, fail: failLater },
  { path: "/misused", guard: Protect("orders", { cost: () => Number.NaN }), methods: { Get } },
];

function weightOf({ headers }: NestRequest): number {
  return Number(headers["x-weight"]);
}

async function failLater(): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error("this handler fails");
}

/** A controller with `Protect` on its class. */
function protectedController(app: HttpConformanceApp, route: Route): Type {
  const run = (request: PlatformRequest, verdict: CurrentTokenOf<HttpTokenry>) =>
    serveRun(app, route, request, verdict);
  const handlers = Object.entries(route.methods).map(([name, method]) => [
    name,
    {
      on: [method(), HttpCode(200), Header("x-host", "kept")],
      parameters: [Req(), CurrentToken()],
      run: (...parameters: Parameters<typeof run>) => run(...parameters),
    },
  ]);
  const preflight = {
    on: [Options(), HttpCode(204), Header("x-preflight", "host")],
    run: () => {},
  };
  return controller(route.path, [route.guard], { preflight, ...Object.fromEntries(handlers) });
}

interface PlatformRequest {
  readonly method: string;
  readonly raw?: IncomingMessage;
}

async function serveRun(
  app: HttpConformanceApp,
  { path, fail }: Route,
  request: PlatformRequest,
  verdict: CurrentTokenOf<HttpTokenry>,
): Promise<HttpRunAnswer> {
  const { method } = request;
  const posted = method === "POST" ? { bytes: await countBytes(request) } : {};
  const answer = app.ran({ path, method, verdict, ...posted });
  await fail?.();
  return answer;
}

async function countBytes(request: PlatformRequest): Promise<number> {
  // A cast, as Express's request is Node's own, and Fastify's has it.
  const message = request.raw ?? (request as unknown as IncomingMessage);
  let bytes = 0;
  for await (const chunk of message) bytes += (chunk as Buffer).length;
  return bytes;
}

const currentController = controller("/current", [], {
  end: { on: [Delete(), RevokeCurrent()], run: () => {} },
});
const openController = controller("/open", [], {
  open: { on: [Get()], run: () => ({ open: true }) },
});

/** The host's own error handling. */
class HostFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const answer = { error: "handled" };
    if (exception instanceof HttpException) super.catch(exception, host);
    else this.httpAdapterHost?.httpAdapter.reply(host.switchToHttp().getResponse(), answer, 500);
  }
}
Catch()(HostFilter);

function appModule(app: HttpConformanceApp): Type {
  return moduleOf({
    imports: [TokenryModule.forRoot({ tokens: app.tokens, ...app.options })],
    providers: [{ provide: APP_FILTER, useClass: HostFilter }],
    controllers: [
      ...ROUTES.map((route) => protectedController(app, route)),
      currentController,
      openController,
    ],
  });
}

/** How a platform leaves bodies to the handlers. */
const PLATFORMS = {
  express: (): ExpressAdapter => new ExpressAdapter(),
  fastify: (): FastifyAdapter => {
    const adapter = new FastifyAdapter();
    const server = adapter.getInstance();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (_request, _payload, done) => done(null));
    return adapter;
  },
};

/** Serves the suite's application by Nest on one of its platforms. */
export function serveNest(
  platform: keyof typeof PLATFORMS,
): (app: HttpConformanceApp) => Promise<HttpServed> {
  return async (app) => {
    const options = { bodyParser: false, forceCloseConnections: true, logger: false } as const;
    const nest = await NestFactory.create(appModule(app), PLATFORMS[platform](), options);
    const server = await nest.listen(0, "127.0.0.1");
    return { port: server.address().port, close: () => nest.close() };
  };
}
