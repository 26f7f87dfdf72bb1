// Checked by `npm run typecheck`: nothing here runs.
import { createServer } from "node:http";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { mount as mountExpress, type WebHandler } from "tokenry/express";
import { mount as mountFastify } from "tokenry/fastify";
import { mount as mountFetch } from "tokenry/fetch";
import { mount as mountHono } from "tokenry/hono";
import { mount as mountKoa } from "tokenry/koa";
import { mount as mountNest, type NodeMiddleware } from "tokenry/nest";
import { toNodeHandler } from "tokenry/node";
import { expectTypeOf } from "vitest";

/** As `oauthServer` makes it. */
declare const handler: WebHandler;
const proxies = { trustProxy: ["10.0.0.0/8"], forwardedBy: "forwarded" } as const;

// It goes wherever a framework takes such things, and its options know the framework's request.
express().use(mountExpress(handler), mountExpress(handler, proxies));
express().use("/auth", mountExpress(handler, { clientAddress: (req) => req.ip }));
mountExpress(handler, { origin: (req) => `${req.protocol}://${req.host}` });
new Koa().use(mountKoa(handler, { clientAddress: (ctx) => ctx.ip, origin: (ctx) => ctx.origin }));
new Hono()
  .use(mountHono(handler, { peer: (c) => c.req.header("x-peer") }))
  .get("/", (c) => c.text(""));
Fastify().register(mountFastify(handler, { clientAddress: (request) => request.ip }));
Fastify({ http2: true }).register(mountFastify(handler), { prefix: "/auth" });
createServer(toNodeHandler(handler, { ...proxies, origin: "https://auth.example" }));
toNodeHandler(handler, { clientAddress: ({ socket }) => socket.remoteAddress });
expectTypeOf(mountNest(handler, { clientAddress: ({ ip }) => ip })).toEqualTypeOf<NodeMiddleware>();

// A platform's other arguments are those of the functions.
interface Info {
  readonly remote: string;
}
const serve = mountFetch(handler, { peer: (_request, info: Info) => info.remote });
expectTypeOf(
  serve(new Request("https://a.example"), { remote: "192.0.2.1" }),
).resolves.toEqualTypeOf<Response>();
// @ts-expect-error the platform's argument is missing
void serve(new Request("https://a.example"));
void mountFetch(handler)(new Request("https://a.example"));

// Any handler of the Fetch standard will do.
mountExpress(() => new Response());
mountExpress(async (_request, { address }) => new Response(address ?? "unknown"));
// @ts-expect-error a handler gives a response
mountExpress(() => "text");
// @ts-expect-error no such option
mountExpress(handler, { proxies: [] });
// @ts-expect-error Express has a connection of its own
mountExpress(handler, { peer: () => "192.0.2.1" });
