import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express, {
  type Response as Answer,
  type Request as ExpressRequest,
  type NextFunction,
} from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { mount as mountExpress, type WebListener } from "../../src/adapters/express.ts";
import { mount as mountFastify } from "../../src/adapters/fastify.ts";
import { mount as mountFetch } from "../../src/adapters/fetch.ts";
import { mount as mountHono } from "../../src/adapters/hono.ts";
import { mount as mountKoa } from "../../src/adapters/koa.ts";
import { mount as mountNest } from "../../src/adapters/nest.ts";
import { toNodeHandler } from "../../src/adapters/node.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { listenerOf } from "./fetch-bridge.ts";
import { serveOnNode } from "./hono-subject.ts";
import { listenKoa } from "./koa-subject.ts";
import { listen } from "./node-subject.ts";

/** The options that every adapter has. */
export interface SubjectOptions {
  readonly trustProxy?: readonly string[];
  readonly forwardedBy?: "forwarded" | "x-forwarded-for";
  readonly origin?: string;
}

/** Starts an application: the handler mounted in it, `GET /host` of its own, and its own answer to errors, 500. */
export type ServeMounted = (handler: WebListener, options?: SubjectOptions) => Promise<HttpServed>;

const HANDLED = { error: "handled" };

const serveExpress: ServeMounted = (handler, options) =>
  listen(
    express()
      .use(mountExpress(handler, options))
      .use(express.json(), express.urlencoded())
      .get("/host", (_req, res) => res.send("host"))
      .use((_error: unknown, _req: ExpressRequest, res: Answer, next: NextFunction) => {
        if (res.headersSent) next(_error);
        else res.status(500).json(HANDLED);
      }),
  );

const serveKoa: ServeMounted = (handler, options) => {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch {
      ctx.status = 500;
      ctx.body = HANDLED;
    }
  });
  app.use(mountKoa(handler, options));
  app.use((ctx) => {
    if (ctx.path === "/host") ctx.body = "host";
  });
  return listenKoa(app);
};

const serveHono: ServeMounted = (handler, options) => {
  const app = new Hono();
  app.use(mountHono(handler, options));
  app.get("/host", (c) => c.text("host"));
  app.onError((_error, c) => c.json(HANDLED, 500));
  return serveOnNode(app.fetch);
};

const serveFastify: ServeMounted = async (handler, options) => {
  const app = Fastify({ forceCloseConnections: true, routerOptions: { caseSensitive: false } });
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send(HANDLED));
  app.register(mountFastify(handler, options));
  app.get("/host", () => "host");
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return { port, close: () => app.close() };
};

class HostController {
  host(): string {
    return "host";
  }
}
Get("host")(
  HostController.prototype,
  "host",
  // A cast, as the method is there.
  Object.getOwnPropertyDescriptor(HostController.prototype, "host") as PropertyDescriptor,
);
Controller()(HostController);
class HostModule {}
Module({ controllers: [HostController] })(HostModule);

const serveNest =
  (adapter: () => ExpressAdapter | FastifyAdapter): ServeMounted =>
  async (handler, options) => {
    const app = await NestFactory.create(HostModule, adapter(), {
      logger: false,
      forceCloseConnections: true,
    });
    app.use(mountNest(handler, options));
    const server = await app.listen(0, "127.0.0.1");
    return { port: server.address().port, close: () => app.close() };
  };

const serveNestExpress: ServeMounted = serveNest(() => new ExpressAdapter());
const serveNestFastify: ServeMounted = serveNest(() => new FastifyAdapter());

const serveFetch: ServeMounted = (handler, options = {}) => {
  const serve = mountFetch(handler, {
    ...options,
    peer: (_request, message: IncomingMessage) => message.socket.remoteAddress,
    next: ({ url, method }) =>
      new URL(url).pathname === "/host" && method === "GET"
        ? new Response("host")
        : new Response(null, { status: 404 }),
  });
  return listen(
    listenerOf((request, message) =>
      serve(request, message).catch(() => Response.json(HANDLED, { status: 500 })),
    ),
  );
};

/** Has nothing but the handler: there is nowhere to go on to. */
const serveNode: ServeMounted = (handler, options) =>
  listen(
    toNodeHandler(handler, {
      ...options,
      onError: (_error, _request, response) => {
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end(JSON.stringify(HANDLED));
      },
    }),
  );

/** Each adapter's `mount`, by name. */
export const MOUNT_SUBJECTS: readonly (readonly [name: string, serve: ServeMounted])[] = [
  ["Express", serveExpress],
  ["Koa", serveKoa],
  ["Hono", serveHono],
  ["Fastify", serveFastify],
  ["Nest on Express", serveNestExpress],
  ["Nest on Fastify", serveNestFastify],
  ["fetch", serveFetch],
  ["node:http", serveNode],
];
