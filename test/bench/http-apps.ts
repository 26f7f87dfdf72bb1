import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createRequire } from "node:module";
import type { RequestHandler } from "express";
import type { onRequestAsyncHookHandler } from "fastify";
import type { MiddlewareHandler } from "hono";
import type { Middleware } from "koa";
import type { Guard } from "./http-guard.ts";

/** Resolves as from the folder of our own package.json, which that of the peers would hide. */
const require = createRequire(new URL("../../package.json", import.meta.url));

/** What the route answers with, guarded or not. */
const ORDERS = { orders: ["A-1001", "A-1002"] };

const JSON_TYPE = { "content-type": "application/json" };

/** Makes the server of one route, `GET /orders`, behind a guard in the form that the framework has for guards. */
export type MakeApp = (guard: Guard) => Promise<Server>;

/** One for each framework. They are loaded when they are asked for. */
export const APPS: Readonly<Record<string, MakeApp>> = {
  "node:http": makeNode,
  fastify: makeFastify,
  hono: makeHono,
  fetch: makeFetch,
  koa: makeKoa,
  express: makeExpress,
  nest: async (guard) => (await import("./http-app-nest.ts")).makeNest(guard, ORDERS),
};

async function makeNode(guard: Guard): Promise<Server> {
  const answer = (_request: unknown, response: ServerResponse): void => {
    response.writeHead(200, JSON_TYPE).end(JSON.stringify(ORDERS));
  };
  if (guard.type === "none") return createServer(answer);
  if (guard.type === "tokenry") {
    const { createProtect } = require("tokenry/node") as typeof import("tokenry/node");
    return createServer(createProtect(guard.tokens, guard.options)("orders", answer));
  }
  return createServer(
    listener(async (request, response) => {
      if (await guard.check(request.headers.authorization)) answer(request, response);
      else response.writeHead(401).end();
    }),
  );
}

/** A listener that rejects is nobody's affair here. */
function listener(
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
): RequestListener {
  return (request, response) => void serve(request, response);
}

async function makeFastify(guard: Guard): Promise<Server> {
  const { fastify } = await import("fastify");
  const app = fastify();
  const onRequest: onRequestAsyncHookHandler[] = [];
  if (guard.type === "tokenry") {
    const { createProtect } = require("tokenry/fastify") as typeof import("tokenry/fastify");
    onRequest.push(createProtect(guard.tokens, guard.options)("orders"));
  } else if (guard.type === "own") {
    onRequest.push(async (request, reply) => {
      if (!(await guard.check(request.headers.authorization))) return reply.code(401).send();
    });
  }
  app.get("/orders", { onRequest }, async () => ORDERS);
  await app.ready();
  return app.server;
}

async function makeHono(guard: Guard): Promise<Server> {
  const { Hono } = await import("hono");
  const guards: MiddlewareHandler[] = [];
  if (guard.type === "tokenry") {
    const { createProtect } = require("tokenry/hono") as typeof import("tokenry/hono");
    guards.push(createProtect(guard.tokens, guard.options)("orders"));
  } else if (guard.type === "own") {
    guards.push(async (c, next) => {
      if (!(await guard.check(c.req.header("authorization")))) return c.body(null, 401);
      return next();
    });
  }
  const app = new Hono();
  for (const each of guards) app.use("/orders", each);
  app.get("/orders", (c) => c.json(ORDERS));
  return serveFetch((request, env) => app.fetch(request, env));
}

/** Handlers of the Fetch standard need somebody who serves them: what serves Hono on Node. */
async function makeFetch(guard: Guard): Promise<Server> {
  const answer = (): Response => Response.json(ORDERS);
  if (guard.type === "none") return serveFetch(answer);
  if (guard.type === "tokenry") {
    const { createProtect } = require("tokenry/fetch") as typeof import("tokenry/fetch");
    const peer = (_request: Request, { incoming }: NodeBindings): string | undefined =>
      incoming.socket.remoteAddress;
    return serveFetch(createProtect(guard.tokens, { ...guard.options, peer })("orders", answer));
  }
  return serveFetch(async (request) =>
    (await guard.check(request.headers.get("authorization") ?? undefined))
      ? answer()
      : new Response(null, { status: 401 }),
  );
}

/** What `@hono/node-server` calls a handler with. */
interface NodeBindings {
  readonly incoming: IncomingMessage;
}

async function serveFetch(
  fetch: (request: Request, env: NodeBindings) => Response | Promise<Response>,
): Promise<Server> {
  const { createAdaptorServer } = await import("@hono/node-server");
  // Casts: without a choice of HTTP/2 the server and its messages are those of node:http.
  return createAdaptorServer({
    fetch: (request, env) => fetch(request, env as NodeBindings),
  }) as Server;
}

async function makeKoa(guard: Guard): Promise<Server> {
  const { default: Koa } = await import("koa");
  const guards: Middleware[] = [];
  if (guard.type === "tokenry") {
    const { createProtect } = require("tokenry/koa") as typeof import("tokenry/koa");
    guards.push(createProtect(guard.tokens, guard.options)("orders") as Middleware);
  } else if (guard.type === "own") {
    guards.push(async (ctx, next) => {
      if (await guard.check(ctx.req.headers.authorization)) return next();
      ctx.status = 401;
    });
  }
  const app = new Koa();
  for (const each of guards) app.use(each);
  app.use((ctx) => {
    ctx.body = ORDERS;
  });
  return createServer(listener(app.callback()));
}

async function makeExpress(guard: Guard): Promise<Server> {
  const { default: express } = await import("express");
  const guards: RequestHandler[] = [];
  if (guard.type === "tokenry") {
    const { createProtect } = require("tokenry/express") as typeof import("tokenry/express");
    guards.push(createProtect(guard.tokens, guard.options)("orders"));
  } else if (guard.type === "own") {
    guards.push(async (request, response, next) => {
      if (await guard.check(request.headers.authorization)) next();
      else response.sendStatus(401);
    });
  }
  const app = express();
  app.get("/orders", ...guards, (_request, response) => {
    response.json(ORDERS);
  });
  return createServer(app);
}
