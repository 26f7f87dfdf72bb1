import Koa, { type Middleware } from "koa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProtect, type TokenState } from "../../src/adapters/koa.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";
import { listenKoa } from "./koa-subject.ts";

let world: World;
let app: Koa;
let served: HttpServed | undefined;
/** What Koa's own error handling was told. */
let errors: Error[];

beforeEach(() => {
  world = createWorld();
  app = new Koa();
  errors = [];
  app.on("error", (error: Error) => errors.push(error));
});

afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function call(path: string, secret?: string, init: RequestInit = {}): Promise<Response> {
  served ??= await listenKoa(app);
  const headers = new Headers(init.headers);
  if (secret !== undefined) headers.set("authorization", `Bearer ${secret}`);
  return fetch(`http://127.0.0.1:${served.port}${path}`, { ...init, headers });
}

async function issue(request?: Parameters<World["issue"]>[0]): Promise<string> {
  const { secret } = await world.issue(request);
  return secret.reveal();
}

/** The least of a router: middleware for one path, in the order given. */
function route<State>(
  path: string,
  ...stack: readonly Middleware<State, unknown>[]
): Middleware<State, unknown> {
  return (ctx, next) => {
    if (ctx.path !== path) return next();
    const dispatch = (index: number): Promise<unknown> =>
      Promise.resolve(stack[index]?.(ctx, () => dispatch(index + 1)));
    return dispatch(0);
  };
}

describe("where it stands", () => {
  test("an application: nothing further in runs without a token, whatever the path", async () => {
    const handler = vi.fn();
    app.use(createProtect(world.tokens)("orders")).use((ctx) => {
      handler();
      if (ctx.path === "/orders") ctx.body = { for: ctx.state.token.owner.id };
    });
    for (const path of ["/orders", "/nowhere"]) expect((await call(path)).status).toBe(401);
    expect(handler).not.toHaveBeenCalled();
    const secret = await issue();
    expect(await (await call("/orders", secret)).json()).toEqual({ for: ADA });
    expect((await call("/nowhere", secret)).status).toBe(404);
  });

  test("a route of a router: its requirement is its own, and its neighbours are open", async () => {
    const protect = createProtect(world.tokens);
    const answer: Middleware<TokenState, unknown> = (ctx) => {
      ctx.body = { for: ctx.state.token.owner.id };
    };
    app.use(route("/orders", protect("orders"), answer));
    app.use(route("/reports", protect("orders", { permits: ({ id }) => id !== ADA }), answer));
    app.use((ctx) => {
      ctx.body = { open: true };
    });
    const secret = await issue();
    expect(await (await call("/orders", secret)).json()).toEqual({ for: ADA });
    expect((await call("/reports", secret)).status).toBe(403);
    expect(await (await call("/open")).json()).toEqual({ open: true });
  });

  test("twice on the way: each decides, and the verdict and the headers of the last stay", async () => {
    const protect = createProtect(world.tokens);
    app.use(protect("orders"));
    app.use(route("/refused", protect("invoices", { permits: () => false })));
    app.use(protect("invoices", { cost: 2 })).use((ctx) => {
      ctx.body = ctx.state.token.budget;
    });
    const secret = await issue();
    const answer = await call("/both", secret);
    expect(await answer.json()).toMatchObject({ limit: 500, remaining: 498 });
    expect(answer.headers.get("ratelimit-policy")).toBe('"token";q=500;w=60');
    expect((await call("/refused", secret)).status).toBe(403);
  });

  test("mapping functions see Koa's context", async () => {
    const protect = createProtect(world.tokens);
    app.use(protect((ctx) => ctx.path.slice(1), { cost: (ctx) => Number(ctx.query.cost) }));
    app.use((ctx) => {
      ctx.body = ctx.state.token.budget;
    });
    const answer = await call("/invoices?cost=7", await issue());
    expect(await answer.json()).toMatchObject({ limit: 500, remaining: 493 });
    expect((await call("/nowhere?cost=1", await issue())).status).toBe(403);
  });

  test("middleware has names, for whoever looks at the stack or at traces", () => {
    const protect = createProtect(world.tokens);
    const names = [protect("orders"), protect.revokeCurrent()].map(({ name }) => name);
    expect(names).toEqual(["tokenryProtect", "tokenryRevokeCurrent"]);
  });

  test("DEC-12: a preflight goes on to the host, without a verdict", async () => {
    app.use(createProtect(world.tokens)("orders")).use((ctx) => {
      ctx.set("x-state", Object.keys(ctx.state).join());
      ctx.status = 204;
    });
    const headers = { origin: "https://shop.example", "access-control-request-method": "GET" };
    const answer = await call("/orders", undefined, { method: "OPTIONS", headers });
    expect([answer.status, answer.headers.get("x-state")]).toEqual([204, ""]);
  });
});

const MISSING =
  '{"type":"urn:problem-type:tokenry:missing-token","title":"A token is required.","status":401,"code":"missing_token"}';

describe("what Koa does with it", () => {
  test("middleware further out sees a refusal as any answer of Koa, and may add to it", async () => {
    const seen: unknown[] = [];
    app.use(async (ctx, next) => {
      await next();
      seen.push(ctx.status, ctx.body, ctx.type, ctx.length, ctx.headerSent);
      ctx.set("x-response-time", "1");
    });
    app.use(createProtect(world.tokens)("orders"));
    const answer = await call("/orders");
    expect(seen).toEqual([401, MISSING, "application/problem+json", MISSING.length, false]);
    expect(answer.headers.get("x-response-time")).toBe("1");
  });

  test("a refusal comes out to the byte, whatever was set further out", async () => {
    app.use((ctx, next) => {
      ctx.body = { not: "yet" };
      ctx.type = "html";
      return next();
    });
    app.use(createProtect(world.tokens)("orders"));
    for (const method of ["GET", "HEAD"]) {
      const answer = await call("/orders", undefined, { method });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.headers.get("content-length")).toBe(`${MISSING.length}`);
      expect(await answer.text()).toBe(method === "HEAD" ? "" : MISSING);
    }
  });

  test("an answer of the host's own without a type or a body gets neither from Koa", async () => {
    const refusal = () => ({ status: 403, headers: [["x-why", "no"]], body: "" }) as const;
    app.use(createProtect(world.tokens, { refusal })("orders"));
    const answer = await call("/orders");
    expect([answer.status, await answer.text()]).toEqual([403, ""]);
    expect(answer.headers.get("content-type")).toBeNull();
    expect(answer.headers.get("x-why")).toBe("no");
  });

  test("what somebody else has answered meanwhile stays answered: nothing further in runs, and there is no error", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn();
    app.use((ctx, next) => {
      const going = next();
      ctx.respond = false;
      ctx.res.writeHead(504).end();
      return going;
    });
    app.use(route("/token", protect.revokeCurrent()));
    app.use(protect("orders")).use(handler);
    for (const path of ["/orders", "/token"])
      for (const secret of [await issue(), undefined])
        expect((await call(path, secret)).status).toBe(504);
    expect(handler).not.toHaveBeenCalled();
    expect(errors).toEqual([]);
  });

  test("CORE-38: the route that ends the token presented answers 204 without type or length", async () => {
    app.use(createProtect(world.tokens).revokeCurrent());
    const secret = await issue();
    const ended = await call("/token", secret, { method: "DELETE" });
    expect([ended.status, await ended.text()]).toEqual([204, ""]);
    expect(ended.headers.get("content-type")).toBeNull();
    expect(ended.headers.get("content-length")).toBeNull();
    expect(ended.headers.get("cache-control")).toBe("no-store");
    expect((await call("/token", secret, { method: "DELETE" })).status).toBe(401);
  });

  test("what is thrown further in is Koa's to answer, without the headers of an accepted call", async () => {
    app.use(createProtect(world.tokens)("orders")).use((ctx) => {
      if (ctx.path === "/teapot") ctx.throw(418, "short and stout");
      throw new Error("the handler's own");
    });
    const secret = await issue();
    const failed = await call("/orders", secret);
    expect([failed.status, await failed.text()]).toEqual([500, "Internal Server Error"]);
    expect(failed.headers.get("ratelimit")).toBeNull();
    const thrown = await call("/teapot", secret);
    expect([thrown.status, await thrown.text()]).toEqual([418, "short and stout"]);
    expect(errors.map(({ message }) => message)).toEqual(["the handler's own", "short and stout"]);
  });

  test("what the host's own functions throw goes the same way, and nothing further in runs", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn();
    app.use(
      protect(() => {
        throw new Error("api");
      }),
    );
    app.use(handler);
    expect((await call("/orders", await issue())).status).toBe(500);
    expect(errors.map(({ message }) => message)).toEqual(["api"]);
    expect(handler).not.toHaveBeenCalled();
  });

  test("the body is left to whoever reads it", async () => {
    app.use(createProtect(world.tokens)("orders")).use(async (ctx) => {
      const chunks: Buffer[] = [];
      for await (const chunk of ctx.req) chunks.push(chunk);
      ctx.body = Buffer.concat(chunks).toString();
    });
    const body = "x".repeat(70_000);
    const answer = await call("/orders", await issue(), { method: "POST", body });
    expect(await answer.text()).toBe(body);
  });

  test("AP-5: a header does not change the method", async () => {
    app.use(createProtect(world.tokens)("invoices")).use((ctx) => {
      ctx.body = ctx.method;
    });
    const headers = { "x-http-method-override": "DELETE" };
    const answer = await call("/invoices", await issue(), { method: "POST", headers });
    expect(await answer.text()).toBe("POST");
  });

  test("a wrong option is told at once, by its path", () => {
    // @ts-expect-error no such option
    expect(() => createProtect(world.tokens, { trust: true })).toThrow(/options.*trust/);
    expect(() => createProtect(world.tokens, { trustProxy: ["nope"] })).toThrow(
      "options.trustProxy[0]",
    );
  });
});

describe("the client's address as Koa knows it", () => {
  const CLIENT = "203.0.113.7";
  const FORGED = { headers: { "x-forwarded-for": `${CLIENT}, 198.51.100.9` } };
  const network = { include: [CLIENT] };

  test.each([
    ["no proxy", {}, 403, 0],
    ["any proxy: a client chooses its address", { proxy: true }, 200, 1],
    ["one proxy", { proxy: true, maxIpsCount: 1 }, 403, 0],
    ["two proxies", { proxy: true, maxIpsCount: 2 }, 200, 0],
  ])("CORE-56: %s", async (_case, settings, status, count) => {
    const warnings: string[] = [];
    Object.assign(app, settings);
    const protect = createProtect(world.tokens, {
      clientAddress: (ctx) => ctx.ip,
      onWarning: (message) => warnings.push(message),
    });
    app.use(protect("orders")).use((ctx) => {
      ctx.status = 200;
    });
    const secret = await issue({ network });
    expect((await call("/orders", secret, FORGED)).status).toBe(status);
    expect((await call("/orders", secret, FORGED)).status).toBe(status);
    expect(warnings).toHaveLength(count);
  });

  test("without clientAddress Koa's setting changes nothing", async () => {
    app.proxy = true;
    app.use(createProtect(world.tokens)("orders"));
    expect((await call("/orders", await issue({ network }), FORGED)).status).toBe(403);
  });
});
