import type { IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import express from "express";
import Fastify from "fastify";
import { Hono, type Context as HonoContext } from "hono";
import Koa, { type Context } from "koa";
import { afterEach, describe, expect, test, vi } from "vitest";
import { mount as mountExpress, type WebListener } from "../../src/adapters/express.ts";
import { mount as mountFastify } from "../../src/adapters/fastify.ts";
import { mount as mountFetch } from "../../src/adapters/fetch.ts";
import { mount as mountHono } from "../../src/adapters/hono.ts";
import { mount as mountKoa } from "../../src/adapters/koa.ts";
import { mount as mountNest } from "../../src/adapters/nest.ts";
import { toNodeHandler } from "../../src/adapters/node.ts";
import { openConnection, type RawConnection } from "../../src/testing/http/raw-client.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { serveOnNode } from "./hono-subject.ts";
import { listenKoa } from "./koa-subject.ts";
import { MOUNT_SUBJECTS, type SubjectOptions } from "./mount-subjects.ts";
import { listen } from "./node-subject.ts";

const served: HttpServed[] = [];
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.destroy();
  for (const server of served.splice(0)) await server.close();
});

async function started(server: HttpServed | Promise<HttpServed>): Promise<string> {
  served.push(await server);
  return `http://127.0.0.1:${(await server).port}`;
}

async function open(origin: string): Promise<RawConnection> {
  const connection = await openConnection(Number(new URL(origin).port), "mount");
  connections.push(connection);
  return connection;
}

/** What the handler saw. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly address: string | undefined;
  readonly body: string;
  readonly authorization: string | null;
}

/** Tells what it sees. */
function telling(paths?: readonly string[], prefix?: string) {
  const listener = vi.fn<WebListener>(async (request, { address }) => {
    const { method, url, headers } = request;
    const { pathname } = new URL(url);
    if (pathname.endsWith("/fails")) throw new Error("the handler's own");
    if (pathname.endsWith("/echo")) return new Response(request.body);
    if (pathname.endsWith("/empty")) return new Response(null);
    if (pathname.endsWith("/unread")) {
      const reader = request.body?.getReader();
      await reader?.read();
      reader?.releaseLock();
      return new Response(null, { status: 204 });
    }
    if (pathname.endsWith("/large")) return new Response(new Blob([LARGE]).stream());
    const seen = { method, url, address, authorization: headers.get("authorization") };
    const response = Response.json({ ...seen, body: await request.text() }, { status: 201 });
    response.headers.append("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
    response.headers.append("set-cookie", "b=2");
    response.headers.set("x-method", method);
    return response;
  });
  return Object.assign(listener, paths && { paths }, prefix !== undefined && { prefix });
}

/** More than frameworks let a body be without being asked. */
const LARGE = new Uint8Array(3_000_000).map((_, index) => index % 251);
const PATHS = [
  "/oauth/token",
  "/oauth/fails",
  "/oauth/echo",
  "/oauth/unread",
  "/oauth/empty",
  "/oauth/large",
];
const FORM = "grant_type=client_credentials&scope=orders%3Aread";

async function seenBy(response: Response): Promise<Seen> {
  // A cast, as it is the handler above that answers.
  return (await response.json()) as Seen;
}

/** How each framework's request tells a header. Casts, as each adapter hands on its framework's own. */
const ofNode = (source: unknown) => (source as IncomingMessage).headers["x-session"];
const SESSION_OF: Readonly<Record<string, (source: unknown) => unknown>> = {
  Express: ofNode,
  Koa: (source) => (source as Context).get("x-session"),
  Hono: (source) => (source as HonoContext).req.header("x-session"),
  Fastify: ofNode,
  "Nest on Express": ofNode,
  "Nest on Fastify": ofNode,
  fetch: (source) => (Array.isArray(source) ? "ada" : undefined),
  "node:http": ofNode,
};

/** Not every framework has what is tested: then there is no test. */
function testWhere(isThere: boolean): (name: string, body: () => Promise<void>) => void {
  return (name, body) => {
    if (isThere) test(name, body);
  };
}

describe.each(MOUNT_SUBJECTS)("a handler mounted in %s", (name, serve) => {
  const start = (handler: WebListener, options?: SubjectOptions): Promise<string> =>
    started(serve(handler, options));

  test("gets a form, the whole URL and the client's address, and its response is sent", async () => {
    const origin = await start(telling(PATHS), { origin: "https://auth.example" });
    const response = await fetch(`${origin}/oauth/token?x=1`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: FORM,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.getSetCookie()).toEqual([
      "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
      "b=2",
    ]);
    expect(await seenBy(response)).toEqual({
      method: "POST",
      url: "https://auth.example/oauth/token?x=1",
      address: "127.0.0.1",
      authorization: null,
      body: FORM,
    });
  });

  test("gets what the framework has of the request", async () => {
    const sources: unknown[] = [];
    const origin = await start(async (_request, { source }) => {
      sources.push(source);
      return new Response(null, { status: 204 });
    });
    await fetch(`${origin}/oauth/token`, { headers: { "x-session": "ada" } });
    expect(sources).toHaveLength(1);
    expect(SESSION_OF[name]?.(sources[0])).toBe("ada");
  });

  test("has the origin of the request where it is told no other", async () => {
    const origin = await start(telling(PATHS));
    const { url } = await seenBy(await fetch(`${origin}/oauth/token`));
    expect(new URL(url).pathname).toBe("/oauth/token");
    if (name !== "fetch") expect(url).toBe(`${origin}/oauth/token`);
  });

  test("CORE-56: the address is found behind trusted proxies, and nobody else is believed", async () => {
    const headers = { "x-forwarded-for": "198.51.100.1, 203.0.113.9" };
    const behind = await start(telling(PATHS), { trustProxy: ["127.0.0.1"] });
    const seen = await seenBy(await fetch(`${behind}/oauth/token`, { headers }));
    expect(seen.address).toBe("203.0.113.9");
    const before = await start(telling(PATHS));
    const other = await seenBy(await fetch(`${before}/oauth/token`, { headers }));
    expect(other.address).toBe("127.0.0.1");
  });

  testWhere(name !== "node:http")("leaves other paths to the application", async () => {
    const handler = telling(PATHS);
    const origin = await start(handler);
    const response = await fetch(`${origin}/host`);
    expect([response.status, await response.text()]).toEqual([200, "host"]);
    const others = [
      "/",
      "/oauth",
      "/oauth/token/",
      "/OAUTH/token",
      "/oauth/%74oken",
      "/x/oauth/token",
    ];
    for (const path of others) expect((await fetch(origin + path)).status, path).toBe(404);
    expect(handler).not.toHaveBeenCalled();
  });

  test("R6750-03: two lines of a field do not look like one", async () => {
    const connection = await open(await start(telling(PATHS)));
    connection.send(
      "GET /oauth/token HTTP/1.1\r\nHost: a\r\nAuthorization: Basic a\r\nauthorization: Basic b\r\n\r\n",
    );
    const { body } = await connection.answer();
    expect(JSON.parse(body)).toMatchObject({ authorization: "Basic a, Basic b" });
  });

  test("answers HEAD without a body, and the connection goes on", async () => {
    const connection = await open(await start(telling(PATHS)));
    for (const path of ["/oauth/token", "/oauth/large", "/oauth/empty", "/oauth/token"]) {
      connection.send(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const { status, fields } = await connection.answer("HEAD");
      expect(status).toBe(path === "/oauth/token" ? 201 : 200);
      const method = fields.find(([field]) => field === "x-method")?.[1];
      expect(method).toBe(path === "/oauth/token" ? "HEAD" : undefined);
      expect(fields).not.toContainEqual(["content-length", "0"]);
    }
    connection.send("GET /oauth/token HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await connection.answer()).status).toBe(201);
  });

  test("streams both ways, past the limits of parsers", async () => {
    const origin = await start(telling(PATHS));
    const large = await fetch(`${origin}/oauth/large`);
    expect(Buffer.compare(await large.bytes(), LARGE)).toBe(0);
    const echo = await fetch(`${origin}/oauth/echo`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: LARGE,
    });
    expect(Buffer.compare(await echo.bytes(), LARGE)).toBe(0);
  });

  // There it is the platform's affair.
  testWhere(!["Hono", "fetch"].includes(name))(
    "a body that nobody reads to its end does not stop the next request",
    async () => {
      const connection = await open(await start(telling(PATHS)));
      const body = "x".repeat(1_000_000);
      for (let turn = 0; turn < 3; turn += 1) {
        connection.send(
          `POST /oauth/unread HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        expect((await connection.answer("POST")).status).toBe(204);
      }
    },
  );

  test("what it throws goes to the application's error handling", async () => {
    const origin = await start(telling(PATHS));
    const response = await fetch(`${origin}/oauth/fails`, { method: "POST", body: "x" });
    expect(response.status).toBe(500);
    const nest = { statusCode: 500, message: "Internal server error" };
    expect(await response.json()).toMatchObject(
      name.startsWith("Nest") ? nest : { error: "handled" },
    );
    expect((await fetch(`${origin}/oauth/token`)).status).toBe(201);
  });

  test("a response that breaks off does not look whole", async () => {
    const handler = telling(PATHS);
    handler.mockImplementationOnce(async () => {
      const body = new ReadableStream({
        async pull(controller) {
          await pause(10);
          if (broken) controller.error(new Error("broken"));
          else controller.enqueue(new TextEncoder().encode("first"));
          broken = true;
        },
      });
      let broken = false;
      return new Response(body);
    });
    // The bridge of the tests lets what a response does to itself go unhandled.
    if (name === "fetch") return;
    const origin = await start(handler);
    const response = fetch(`${origin}/oauth/token`).then((got) => got.text());
    await expect(response).rejects.toThrow();
    expect((await fetch(`${origin}/oauth/token`)).status).toBe(201);
  });

  test("of a prefix it answers the path itself, and all below it", async () => {
    const origin = await start(telling(undefined, "/tokenry"));
    for (const path of ["/tokenry", "/tokenry/", "/tokenry/a%2Fb/c", "/tokenry//x", "/tokenry?x=1"])
      expect([path, (await fetch(`${origin}${path}`)).status]).toEqual([path, 201]);
  });

  test("of paths and a prefix it answers both", async () => {
    const origin = await start(telling(["/oauth/token", "/oauth/deep/one"], "/oauth/deep"));
    for (const path of ["/oauth/token", "/oauth/deep", "/oauth/deep/one", "/oauth/deep/two"])
      expect([path, (await fetch(`${origin}${path}`)).status]).toEqual([path, 201]);
  });

  testWhere(name !== "node:http")(
    "what is not below its prefix, as it was sent, is the application's",
    async () => {
      const handler = telling(undefined, "/tokenry");
      const origin = await start(handler);
      expect(await (await fetch(`${origin}/host`)).text()).toBe("host");
      for (const path of ["/tokenrys", "/TOKENRY/x", "/%74okenry/x", "/token%72y", "//tokenry/x"])
        expect([path, (await fetch(origin + path)).status]).toEqual([path, 404]);
      expect(handler).not.toHaveBeenCalled();
    },
  );

  test("without paths it answers all of them", async () => {
    const origin = await start(telling());
    // A route of Fastify's that is more precise is the application's all the same.
    const other = name === "Fastify" ? "/hosts" : "/host";
    for (const path of ["/", other, "/any/where"])
      expect((await fetch(origin + path)).status, path).toBe(201);
  });

  testWhere(["Express", "Koa", "Fastify", "node:http"].includes(name))(
    "a Host that is none is no address: 400",
    async () => {
      const connection = await open(await start(telling(PATHS)));
      connection.send("GET /oauth/token HTTP/1.1\r\nHost: a/b\r\n\r\n");
      expect((await connection.answer()).status).toBe(400);
    },
  );
});

describe("within a sub-application the path is the client's", () => {
  const PREFIXED = ["/auth/token"];

  async function urlOf(origin: string): Promise<string> {
    const { url } = await seenBy(await fetch(`${origin}/auth/token?x=1`));
    return url.slice(origin.length);
  }

  test("of Express", async () => {
    const app = express().use("/auth", mountExpress(telling(PREFIXED)));
    expect(await urlOf(await started(listen(app)))).toBe("/auth/token?x=1");
  });

  test("of Koa, also within Express", async () => {
    const inner = new Koa().use(async (ctx, next) => {
      ctx.path = ctx.path.replace("/auth", "");
      await next();
    });
    inner.use(mountKoa(telling(PREFIXED)));
    expect(await urlOf(await started(listenKoa(inner)))).toBe("/auth/token?x=1");
    const plain = new Koa().use(mountKoa(telling(PREFIXED)));
    const serve = plain.callback();
    const app = express().use("/auth", (req, res) => void serve(req, res));
    expect(await urlOf(await started(listen(app)))).toBe("/auth/token?x=1");
  });

  test("of Hono, by a route and by a mount", async () => {
    const inner = new Hono().use(mountHono(telling(PREFIXED)));
    const routed = new Hono().route("/auth", inner);
    expect(await urlOf(await started(serveOnNode(routed.fetch)))).toBe("/auth/token?x=1");
    const mounted = new Hono();
    // With its own `env`, by which Node's message is known.
    mounted.mount("/auth", (request, env) => inner.fetch(request, env), {
      optionHandler: (c) => c.env,
    });
    expect(await urlOf(await started(serveOnNode(mounted.fetch)))).toBe("/auth/token?x=1");
  });

  test("of Fastify, by a prefix", async () => {
    const app = Fastify({ forceCloseConnections: true });
    app.register(mountFastify(telling(["/auth", "/auth/token"])), { prefix: "/auth" });
    app.register(mountFastify(telling()), { prefix: "/all" });
    app.register(mountFastify(telling(undefined, "/api/tokens")), { prefix: "/api" });
    app.register(mountFastify(telling(undefined, "/own")), { prefix: "/own" });
    app.register(mountFastify(telling(undefined, "/")), { prefix: "/every" });
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    served.push({ port: 0, close: () => app.close() });
    expect(await urlOf(address)).toBe("/auth/token?x=1");
    expect((await seenBy(await fetch(`${address}/auth`))).url).toBe(`${address}/auth`);
    for (const path of ["/all", "/all/", "/all/of/it"])
      expect((await seenBy(await fetch(address + path))).url).toBe(address + path);
  });

  test("of Fastify over HTTP/2, whose fields have no Host", async () => {
    const app = Fastify({ http2: true, forceCloseConnections: true });
    app.register(mountFastify(telling(PREFIXED)));
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    served.push({ port: 0, close: () => app.close() });
    const session = connectHttp2(address);
    try {
      const stream = session.request({ ":method": "POST", ":path": "/auth/token?x=1" });
      stream.end(FORM);
      expect(JSON.parse(await text(stream))).toMatchObject({
        method: "POST",
        url: `${address}/auth/token?x=1`,
        address: "127.0.0.1",
        body: FORM,
      });
    } finally {
      session.close();
    }
  });

  test.each([["/token"], ["/authority"], ["/auth/:id"], ["/auth/*"]])(
    "of Fastify there is no route for %s under /auth",
    async (path) => {
      const app = Fastify().register(mountFastify(telling([path])), { prefix: "/auth" });
      await expect(app.ready()).rejects.toThrow(RangeError);
    },
  );
});

describe("behind what reads bodies it says what is wrong", () => {
  const REFUSED = /the body of the request was read before: mount the handler before/;
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

  test("in Express", async () => {
    const told = vi.fn();
    const app = express()
      .use(express.json(), mountExpress(telling(PATHS)))
      .use((error: unknown, _req: express.Request, res: express.Response, _next: unknown) => {
        told(String(error));
        res.status(500).end();
      });
    await fetch(`${await started(listen(app))}/oauth/token`, init);
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(REFUSED));
  });

  test("in Koa", async () => {
    const told = vi.fn();
    const app = new Koa().on("error", (error: Error) => void told(error.message));
    app.use(async (ctx, next) => {
      for await (const _chunk of ctx.req);
      await next();
    });
    app.use(mountKoa(telling(PATHS)));
    await fetch(`${await started(listenKoa(app))}/oauth/token`, init);
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(REFUSED));
  });

  test("in Hono", async () => {
    const app = new Hono().use(async (c, next) => {
      await c.req.json();
      await next();
    });
    app.use(mountHono(telling(PATHS)));
    app.onError((error, c) => c.text(error.message, 500));
    const response = await fetch(`${await started(serveOnNode(app.fetch))}/oauth/token`, init);
    expect(await response.text()).toMatch(REFUSED);
  });
});

describe("in fetch", () => {
  test("the address is what the platform says, and other paths are 404", async () => {
    const serve = mountFetch(telling(PATHS), {
      clientAddress: ({ headers }) => headers.get("cf-connecting-ip") ?? undefined,
    });
    const headers = { "cf-connecting-ip": "203.0.113.9" };
    const response = await serve(new Request("https://a.example/oauth/token", { headers }));
    expect(await seenBy(response)).toMatchObject({
      address: "203.0.113.9",
      url: "https://a.example/oauth/token",
    });
    expect((await serve(new Request("https://a.example/other"))).status).toBe(404);
  });

  test("a body goes on to another origin", async () => {
    const serve = mountFetch(telling(PATHS), { origin: () => "https://auth.example" });
    const request = new Request("http://inner/oauth/token", { method: "POST", body: FORM });
    expect(await seenBy(await serve(request))).toMatchObject({
      url: "https://auth.example/oauth/token",
      body: FORM,
    });
  });
});

describe("wrong arguments show at the start", () => {
  type Mount = (handler: WebListener, options?: object) => unknown;
  const MOUNTS: readonly (readonly [string, Mount])[] = [
    ["Express", mountExpress],
    ["Koa", mountKoa],
    ["Hono", mountHono],
    ["Fastify", mountFastify],
    ["Nest", mountNest],
    ["fetch", mountFetch],
    ["node:http", toNodeHandler],
  ];
  const handler = telling(PATHS);

  test.each(MOUNTS)("in %s", (_name, mount) => {
    // A cast, as these are what the compiler refuses.
    expect(() => mount(undefined as unknown as WebListener)).toThrow("handler must be a function");
    expect(() => mount(handler, { proxies: [] })).toThrow(/options: there is no/);
    expect(() => mount(handler, { origin: "auth.example" })).toThrow("options.origin must be http");
    expect(() => mount(handler, { clientAddress: 5 })).toThrow("options.clientAddress must be");
    expect(() => mount(handler, { forwardedBy: "via" })).toThrow("options.forwardedBy");
    expect(() => mount(telling(["token"]))).toThrow("handler.paths[0] must begin with a slash");
    for (const prefix of ["", "tokenry", "/tokenry/", "/a?b", "//"])
      expect(() => mount(telling([], prefix))).toThrow("handler.prefix must begin with a slash");
    expect(() => mount(Object.assign(async () => new Response(), { paths: "/" }) as never)).toThrow(
      "handler.paths must be an array",
    );
  });
});
