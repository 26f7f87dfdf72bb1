// The examples of docs/http that find the API by a function, and those that name it. A router takes many texts for one path, and none of
// them may let a token for one API into the other.
import type { IncomingMessage, RequestListener } from "node:http";
import Router from "@koa/router";
import { Get, Req } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProtect as protectExpress } from "../../src/adapters/express.ts";
import { createProtect as protectFastify } from "../../src/adapters/fastify.ts";
import { createProtect as protectHono } from "../../src/adapters/hono.ts";
import { createProtect as protectKoa } from "../../src/adapters/koa.ts";
import { type NestRequest, Protect, TokenryModule } from "../../src/adapters/nest.ts";
import { createProtect as protectNode } from "../../src/adapters/node.ts";
import type { Tokenry } from "../../src/index.ts";
import { openConnection } from "../../src/testing/http/raw-client.ts";
import { serveOnNode } from "../adapters/hono-subject.ts";
import { listenKoa } from "../adapters/koa-subject.ts";
import { controller, platforms, startApp } from "../adapters/nest-app.ts";
import { listen } from "../adapters/node-subject.ts";
import { createWorld } from "../support/world.ts";

type Api = "orders" | "invoices";

/** Below `/api`. */
const COLLECTIONS = { orders: "orders", invoices: "bills" } as const;
const apis = new Map<unknown, Api>([
  ["orders", "orders"],
  ["bills", "invoices"],
]);
const contentOf = (api: Api | undefined): string => `what ${api} keep secret`;

/** Starts an application with GET /api/orders and GET /api/bills, until the test has finished; gives its port. */
type Start = (tokens: Tokenry) => Promise<number>;

function untilFinished({ port, close }: { port: number; close(): Promise<void> }): number {
  onTestFinished(close);
  return port;
}

/** Each route, or router, names its API. */
const named: Record<string, Start> = {
  async express(tokens) {
    const app = express();
    const protect = protectExpress(tokens);
    const orders = express.Router();
    app.use("/api/orders", protect("orders"), orders);
    orders.get("/", (_req, res) => void res.send(contentOf("orders")));
    app.get("/api/bills", protect("invoices"), (_req, res) => void res.send(contentOf("invoices")));
    return untilFinished(await listen(app));
  },
  async fastify(tokens) {
    const app = Fastify();
    const protect = protectFastify(tokens);
    app.register(
      (scope, _options, done) => {
        scope.addHook("onRequest", protect("invoices"));
        scope.get("/", () => contentOf("invoices"));
        done();
      },
      { prefix: "/api/bills" },
    );
    app.get("/api/orders", { onRequest: protect("orders") }, () => contentOf("orders"));
    return listenFastify(app);
  },
  async hono(tokens) {
    const app = new Hono();
    const protect = protectHono(tokens);
    app.use("/api/orders/*", protect("orders"));
    app.get("/api/orders", (c) => c.text(contentOf("orders")));
    const invoices = new Hono().use(protect("invoices"));
    invoices.get("/", (c) => c.text(contentOf("invoices")));
    app.route("/api/bills", invoices);
    return untilFinished(await serveOnNode(app.fetch));
  },
  async koa(tokens) {
    const app = new Koa();
    const protect = protectKoa(tokens, { passPreflights: false });
    const router = new Router();
    router.get("/api/orders", protect("orders"), (ctx) => {
      ctx.body = contentOf("orders");
    });
    router.get("/api/bills", protect("invoices"), (ctx) => {
      ctx.body = contentOf("invoices");
    });
    app.use(router.routes());
    return untilFinished(await listenKoa(app));
  },
  nest: (tokens) => startNest(tokens, platforms.express(), namedControllers),
  "nest on fastify": (tokens) => startNest(tokens, platforms.fastify(), namedControllers),
  async node(tokens) {
    const protect = protectNode(tokens);
    const routes: Record<string, RequestListener> = {
      "GET /api/orders": protect("orders", (_, response) => response.end(contentOf("orders"))),
      "GET /api/bills": protect("invoices", (_, response) => response.end(contentOf("invoices"))),
    };
    const router: RequestListener = (request, response) => {
      const listener = routes[nameOf(request)];
      if (listener === undefined) response.writeHead(404).end();
      else listener(request, response);
    };
    return untilFinished(await listen(router));
  },
};

/** A function finds the API, by what the router has matched. */
const mapped: Record<string, Start> = {
  async express(tokens) {
    const app = express();
    const protect = protectExpress(tokens);
    app.get(
      "/api/:collection",
      protect((req) => apis.get(req.params.collection)),
      (req, res) => void res.send(contentOf(apis.get(req.params.collection))),
    );
    return untilFinished(await listen(app));
  },
  async fastify(tokens) {
    const app = Fastify();
    const protect = protectFastify(tokens);
    const routes = new Map<unknown, Api>([
      ["/api/orders", "orders"],
      ["/api/bills", "invoices"],
    ]);
    app.addHook(
      "onRequest",
      protect((request) => routes.get(request.routeOptions.url)),
    );
    for (const [path, api] of routes) app.get(String(path), () => contentOf(api));
    return listenFastify(app);
  },
  async hono(tokens) {
    const app = new Hono();
    const protect = protectHono(tokens);
    app.get(
      "/api/:collection",
      protect((c) => apis.get(c.req.param("collection"))),
      (c) => c.text(contentOf(apis.get(c.req.param("collection")))),
    );
    return untilFinished(await serveOnNode(app.fetch));
  },
  async koa(tokens) {
    const app = new Koa();
    const protect = protectKoa(tokens, { passPreflights: false });
    const router = new Router();
    router.get(
      "/api/:collection",
      protect((ctx) => apis.get(ctx.params.collection)),
      (ctx) => {
        ctx.body = contentOf(apis.get(ctx.params.collection));
      },
    );
    app.use(router.routes());
    return untilFinished(await listenKoa(app));
  },
  nest: (tokens) => startNest(tokens, platforms.express(), mappedControllers),
  "nest on fastify": (tokens) => startNest(tokens, platforms.fastify(), mappedControllers),
  async node(tokens) {
    const protect = protectNode(tokens);
    const names = new Map([
      ["GET /api/orders", "orders"],
      ["GET /api/bills", "invoices"],
    ]);
    // A router that takes much for one path: the guard in front of it does not.
    const router: RequestListener = ({ url = "" }, response) => {
      const { pathname } = new URL(url, "http://any");
      response.end(contentOf(apis.get(pathname.toLowerCase().split("/").at(-1))));
    };
    return untilFinished(await listen(protect((request) => names.get(nameOf(request)), router)));
  },
};

function nameOf({ method, url }: IncomingMessage): string {
  return `${method} ${url?.split("?", 1)[0]}`;
}

async function listenFastify(app: ReturnType<typeof Fastify>): Promise<number> {
  onTestFinished(() => app.close());
  return Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port);
}

type Controllers = () => ReturnType<typeof controller>[];

async function startNest(
  tokens: Tokenry,
  platform: ReturnType<(typeof platforms)[keyof typeof platforms]>,
  controllers: Controllers,
): Promise<number> {
  const imports = [TokenryModule.forRoot({ tokens })];
  const { app } = await startApp({ imports, controllers: controllers() }, platform);
  return Number(new URL(await app.getUrl()).port);
}

const namedControllers: Controllers = () => [
  controller("api/orders", [Protect("orders")], {
    list: { on: [Get()], run: () => contentOf("orders") },
  }),
  controller("api/bills", [], {
    list: { on: [Protect("invoices"), Get()], run: () => contentOf("invoices") },
  }),
];

type Parameterized = NestRequest & { readonly params: { readonly collection: string } };

const mappedControllers: Controllers = () => [
  controller("api", [], {
    list: {
      on: [Protect(({ params }: Parameterized) => apis.get(params.collection)), Get(":collection")],
      parameters: [Req()],
      run: ({ params }: Parameterized) => contentOf(apis.get(params.collection)),
    },
  }),
];

/** What one router or another takes for `/api/<collection>`, or half of a chain does. */
function spellingsOf(collection: string, other: string): string[] {
  const [first = "", rest = ""] = [collection.slice(0, 1), collection.slice(1)];
  const encoded = `%${first.charCodeAt(0).toString(16)}${rest}`;
  const path = `/api/${collection}`;
  return [
    ...[path, `${path}/`, `${path}?a=/api/${other}`, `/API/${collection}`, `/Api/${collection}`],
    ...[`/api/${collection.toUpperCase()}`, `/api/${first.toUpperCase()}${rest}`],
    ...[`/api/${encoded}`, `/%61pi/${collection}`, `/api/%25${encoded.slice(1)}`],
    ...[`http://any${path}`, `http://any/API/${encoded}`, `HTTP://any:80${path}`],
    ...[`/.${path}`, `/api/./${collection}`, `/api/${other}/../${collection}`],
    ...[`/api/%2e/${collection}`, `/api/${other}/%2e%2e/${collection}`],
    ...[`/${path}`, `//any${path}`, `/api//${collection}`, `/api\\${collection}`],
    ...[`/api%2f${collection}`, `/api/${other}%2f..%2f${collection}`, `/api%5c${collection}`],
    ...[`${path};a`, `/api;a/${collection}`, `${path}%00`, `${path}%20`, `${path}#${other}`],
  ];
}

/** Those of them that lead to orders by the framework's own router. */
const ALIASES: Record<string, readonly string[]> = {
  express: ["/API/orders", "http://any/api/orders", "/api/orders/"],
  fastify: ["/api/%6frders", "http://any/api/orders"],
  hono: ["/api/%6frders", "/api/bills/../orders", "http://any/api/orders"],
  koa: ["/API/orders", "/api/orders/"],
  nest: ["/API/orders", "http://any/api/orders", "/api/orders/"],
  "nest on fastify": ["/api/%6frders", "http://any/api/orders"],
  node: ["/api/orders?a=/api/bills"],
};

const PREFLIGHT = "Origin: https://other.example\r\nAccess-Control-Request-Method: GET\r\n";

/** Whether a request to exactly this path brings what an API keeps secret. */
async function isShown(port: number, api: Api, head: string, fields = ""): Promise<boolean> {
  const connection = await openConnection(port, head);
  connection.send(`${head} HTTP/1.1\r\nHost: any\r\n${fields}\r\n`);
  const { body } = await connection.answer();
  connection.destroy();
  return body.includes(contentOf(api));
}

/** Who sees what an API keeps secret, by each spelling of its path. */
async function lookAt(port: number, api: Api, bearers: Readonly<Record<Api, string>>) {
  const other = api === "orders" ? "invoices" : "orders";
  const served: string[] = [];
  const leaks: string[] = [];
  for (const path of spellingsOf(COLLECTIONS[api], COLLECTIONS[other])) {
    if (await isShown(port, api, `GET ${path}`, bearers[api])) served.push(path);
    if (await isShown(port, api, `GET ${path}`, bearers[other])) leaks.push(`${path} by ${other}`);
    if (await isShown(port, api, `GET ${path}`)) leaks.push(`${path} without a token`);
    if (await isShown(port, api, `OPTIONS ${path}`, PREFLIGHT))
      leaks.push(`${path} by a preflight`);
  }
  return { served, leaks };
}

describe.each([
  ["named for each route", named],
  ["found by a function", mapped],
])("an API that is %s", (_way, applications) => {
  test.each(Object.entries(applications))(
    "%s: AP-5, no spelling of a path lets a token for another API in",
    async (name, start) => {
      const world = createWorld();
      const bearerFor = async (api: Api): Promise<string> => {
        const { secret } = await world.issue({ kind: "application", access: { [api]: "read" } });
        return `Authorization: Bearer ${secret.reveal()}\r\n`;
      };
      const [orderly, invoicing] = [await bearerFor("orders"), await bearerFor("invoices")];
      const bearers = { orders: orderly, invoices: invoicing };
      const port = await start(world.tokens);
      const orders = await lookAt(port, "orders", bearers);
      const invoices = await lookAt(port, "invoices", bearers);
      expect([...orders.leaks, ...invoices.leaks]).toEqual([]);
      // Else nothing was tried.
      const known = ["/api/orders", ...(ALIASES[name] ?? [])];
      expect(orders.served).toEqual(expect.arrayContaining(known));
      expect(invoices.served).toContain("/api/bills");
    },
  );
});
