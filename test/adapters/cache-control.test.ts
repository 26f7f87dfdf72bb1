import { type CanActivate, Get, Header } from "@nestjs/common";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import { keepsOff } from "../../src/adapters/cache-control.ts";
import { createProtect as protectExpress } from "../../src/adapters/express.ts";
import { createProtect as protectFastify } from "../../src/adapters/fastify.ts";
import { createProtect as protectHono } from "../../src/adapters/hono.ts";
import { createProtect as protectKoa } from "../../src/adapters/koa.ts";
import { Protect, TokenryModule } from "../../src/adapters/nest.ts";
import { createProtect as protectNode } from "../../src/adapters/node.ts";
import type { Tokenry } from "../../src/index.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { createWorld } from "../support/world.ts";
import { serveOnNode } from "./hono-subject.ts";
import { listenKoa } from "./koa-subject.ts";
import { controller, platforms, startApp } from "./nest-app.ts";
import { listen } from "./node-subject.ts";

const NAME = "cache-control";
const options = { credentials: { headers: ["x-api-key"] } } as const;

/** What an application sets before the guard, and what its handler sets. */
interface Set {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** Calls `GET /orders` of an application. */
type Call = (headers: Readonly<Record<string, string>>) => Promise<Response>;

/** Makes an application, for the length of a test. */
type Subject = (tokens: Tokenry, set: Set) => Promise<Call>;

function callTo(served: HttpServed): Call {
  onTestFinished(() => served.close());
  return (headers) => fetch(`http://127.0.0.1:${served.port}/orders`, { headers });
}

const onNode: Subject = async (tokens, { before, after }) => {
  const guarded = protectNode(tokens, options)("orders", (_request, response) => {
    if (after !== undefined) response.setHeader(NAME, after);
    response.end();
  });
  const served = await listen((request, response) => {
    if (before !== undefined) response.setHeader(NAME, before);
    guarded(request, response);
  });
  return callTo(served);
};

const onExpress: Subject = async (tokens, { before, after }) => {
  const app = express();
  app.use((_req, res, next) => {
    if (before !== undefined) res.set(NAME, before);
    next();
  });
  app.get("/orders", protectExpress(tokens, options)("orders"), (_req, res) => {
    if (after !== undefined) res.set(NAME, after);
    res.end();
  });
  return callTo(await listen(app));
};

const onFastify: Subject = async (tokens, { before, after }) => {
  const app = Fastify();
  app.addHook("onRequest", async (_request, reply) => {
    if (before !== undefined) reply.header(NAME, before);
  });
  app.get("/orders", { onRequest: protectFastify(tokens, options)("orders") }, (_req, reply) => {
    if (after !== undefined) reply.header(NAME, after);
    reply.send("");
  });
  onTestFinished(() => app.close());
  return async (headers) => {
    const answer = await app.inject({ method: "GET", url: "/orders", headers });
    const value = answer.headers[NAME];
    return new Response("", { headers: value === undefined ? {} : { [NAME]: String(value) } });
  };
};

const onKoa: Subject = async (tokens, { before, after }) => {
  const app = new Koa();
  app.use((ctx, next) => {
    if (before !== undefined) ctx.set(NAME, before);
    return next();
  });
  app.use(protectKoa(tokens, options)("orders")).use((ctx) => {
    if (after !== undefined) ctx.set(NAME, after);
    ctx.body = "";
  });
  return callTo(await listenKoa(app));
};

function honoApp(tokens: Tokenry, { before, after }: Set): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (before !== undefined) c.header(NAME, before);
    await next();
  });
  app.get("/orders", protectHono(tokens, options)("orders"), (c) => {
    if (after !== undefined) c.header(NAME, after);
    return c.text("");
  });
  return app;
}

const onHonoOnNode: Subject = async (tokens, set) =>
  callTo(await serveOnNode(honoApp(tokens, set).fetch));

const onHonoElsewhere: Subject = async (tokens, set) => {
  const app = honoApp(tokens, set);
  return async (headers) => app.request("/orders", { headers });
};

const onNest =
  (adapter: (typeof platforms)["express" | "fastify"]): Subject =>
  async (tokens, { before, after }) => {
    const on = after === undefined ? [Get()] : [Get(), Header(NAME, after)];
    const metadata = {
      imports: [TokenryModule.forRoot({ tokens, ...options })],
      controllers: [controller("orders", [Protect("orders")], { get: { on, run: () => "" } })],
    };
    const earlier: CanActivate = {
      canActivate(context) {
        if (before !== undefined) context.switchToHttp().getResponse().header(NAME, before);
        return true;
      },
    };
    const { call } = await startApp(metadata, adapter(), (app) => app.useGlobalGuards(earlier));
    return (headers) => call("/orders", undefined, { headers });
  };

const SUBJECTS: readonly (readonly [name: string, subject: Subject])[] = [
  ["node:http", onNode],
  ["Express", onExpress],
  ["Fastify", onFastify],
  ["Koa", onKoa],
  ["Hono on Node", onHonoOnNode],
  ["Hono on another runtime", onHonoElsewhere],
  ["Nest on Express", onNest(platforms.express)],
  ["Nest on Fastify", onNest(platforms.fastify)],
];

describe.each(SUBJECTS)("Cache-Control on %s", (_name, subject) => {
  /** What an answer to a token in a header of its own says. */
  async function told(set: Set): Promise<string | null> {
    const world = createWorld();
    const call = await subject(world.tokens, set);
    const { secret } = await world.issue();
    const answer = await call({ "x-api-key": secret.reveal() });
    expect(answer.status).toBe(200);
    return answer.headers.get(NAME);
  }

  test.each([
    [undefined, "private"],
    ["public, max-age=60", "private"],
    ["no-cache", "private"],
    ["no-store", "no-store"],
    ["private, max-age=60", "private, max-age=60"],
  ])("%s that is set before the guard comes out as %s", async (before, expected) => {
    expect(await told({ before })).toBe(expected);
  });

  test("a handler's own stays, whatever it is", async () => {
    expect(await told({ before: "no-store", after: "public" })).toBe("public");
    expect(await told({ after: "public" })).toBe("public");
  });
});

test.each([
  ["no-store", true],
  ["private", true],
  ["Private", true],
  ["max-age=60,\tno-store ,no-transform", true],
  [["no-cache", "private"], true],
  ['no-store, private="set-cookie"', true],
  ['private="set-cookie"', false],
  ['no-cache="a, private, b"', false],
  ["x-private", false],
  ["public", false],
  ["", false],
  [undefined, false],
])("%j: whether it keeps shared caches off", (value, expected) => {
  expect(keepsOff(value)).toBe(expected);
});
