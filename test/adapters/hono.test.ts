import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { stream } from "hono/streaming";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProtect } from "../../src/adapters/hono.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";
import { serveOnNode } from "./hono-subject.ts";

let world: World;
let app: Hono;
let served: HttpServed | undefined;

beforeEach(() => {
  world = createWorld();
  app = new Hono();
  app.onError((error, c) => c.json({ handled: error.message }, 500));
});

afterEach(async () => {
  await served?.close();
  served = undefined;
});

type Call = (path: string, secret?: string, init?: RequestInit) => Promise<Response>;

function headersOf(secret: string | undefined, init: RequestInit): Headers {
  const headers = new Headers(init.headers);
  if (secret !== undefined) headers.set("authorization", `Bearer ${secret}`);
  return headers;
}

/** Over a connection to @hono/node-server. */
const overNode: Call = async (path, secret, init = {}) => {
  served ??= await serveOnNode(app.fetch);
  const url = `http://127.0.0.1:${served.port}${path}`;
  return fetch(url, { redirect: "manual", ...init, headers: headersOf(secret, init) });
};

/** Without a server, as in tests and on other runtimes. */
const direct: Call = async (path, secret, init = {}) =>
  app.request(path, { ...init, headers: headersOf(secret, init) });

const RUNTIMES = [
  ["Node", overNode],
  ["another runtime", direct],
] as const;

async function issue(request?: Parameters<World["issue"]>[0]): Promise<string> {
  const { secret } = await world.issue(request);
  return secret.reveal();
}

const PREFLIGHT = {
  method: "OPTIONS",
  headers: { origin: "https://shop.example", "access-control-request-method": "GET" },
};

describe.each(RUNTIMES)("on %s", (_name, call) => {
  test("middleware of an application: all paths below, unknown ones too", async () => {
    const protect = createProtect(world.tokens);
    app.use("/orders/*", protect("orders"));
    app.get("/orders", (c) => c.text("orders"));
    app.get("/open", (c) => c.text("open"));
    const secret = await issue();
    for (const path of ["/orders", "/orders/nowhere"]) expect((await call(path)).status).toBe(401);
    expect(await (await call("/orders", secret)).text()).toBe("orders");
    const unknown = await call("/orders/nowhere", secret);
    expect([unknown.status, unknown.headers.get("ratelimit")]).toEqual([404, '"token";r=298;t=1']);
    expect((await call("/open")).status).toBe(200);
  });

  test("a route: its requirement is its own, and the verdict is in the context", async () => {
    const protect = createProtect(world.tokens);
    app.get("/orders/:id", protect("orders"), (c) =>
      c.json({ id: c.req.param("id"), for: c.get("token").owner.id, name: c.var.token.token.name }),
    );
    const permits = ({ id }: { readonly id: string }): boolean => id !== ADA;
    app.get("/reports", protect("orders", { permits }), (c) => c.text("reports"));
    const secret = await issue();
    const answer = await (await call("/orders/7", secret)).json();
    expect(answer).toEqual({ id: "7", for: ADA, name: "laptop" });
    const refused = await call("/reports", secret);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ code: "access_denied" }),
    ]);
  });

  test("within route, basePath and mount", async () => {
    const protect = createProtect(world.tokens);
    const orders = new Hono().get("/", protect("orders"), (c) => c.text(c.var.token.owner.id));
    app.route("/routed", orders);
    app.basePath("/based").get("/", protect("orders"), (c) => c.text(c.var.token.owner.id));
    app.mount("/mounted", orders.fetch);
    const secret = await issue();
    for (const path of ["/routed", "/based", "/mounted"]) {
      expect((await call(path)).status).toBe(401);
      const answer = await call(path, secret);
      expect([await answer.text(), answer.headers.get("ratelimit-policy")]).toEqual([
        ADA,
        '"token";q=300;w=60',
      ]);
    }
  });

  test("twice on the way: each decides, and the verdict and the headers of the last stay", async () => {
    const protect = createProtect(world.tokens);
    app.use(protect("orders"));
    app.get("/both", protect("invoices", { cost: 2 }), (c) => c.json(c.var.token.budget));
    app.get("/refused", protect("invoices", { permits: () => false }), (c) => c.text(""));
    const secret = await issue();
    const answer = await call("/both", secret);
    expect(await answer.json()).toMatchObject({ limit: 500, remaining: 498 });
    expect(answer.headers.get("ratelimit-policy")).toBe('"token";q=500;w=60');
    expect((await call("/refused", secret)).status).toBe(403);
    const { ok, budget } = await world.verify(secret);
    expect({ ok, remaining: budget?.remaining }).toEqual({ ok: true, remaining: 297 });
  });

  test("a refusal: no handler runs, and what other middleware sets is there", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn((c: Context) => c.text(""));
    app.use(async (c, next) => {
      c.header("x-request-id", "7");
      await next();
    });
    app.use("/cors", cors());
    app.post("/*", protect("orders"), handler);
    const answer = await call("/", undefined, { method: "POST", body: "x" });
    expect(answer.status).toBe(401);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "x-request-id": "7",
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "www-authenticate": 'Bearer realm="api"',
    });
    expect(await answer.text()).toBe(
      '{"type":"urn:problem-type:tokenry:missing-token","title":"A token is required.","status":401,"code":"missing_token"}',
    );
    const others = await call("/cors", undefined, { method: "POST", body: "x" });
    expect(others.headers.get("access-control-allow-origin")).toBe("*");
    expect(handler).not.toHaveBeenCalled();
  });

  test("the body of a request is the handler's", async () => {
    app.use(createProtect(world.tokens)("orders"));
    app.post("/orders", async (c) => c.text(await c.req.text()));
    const answer = await call("/orders", await issue(), { method: "POST", body: "total=1" });
    expect(await answer.text()).toBe("total=1");
  });

  test("a HEAD of a GET route is protected as HEAD", async () => {
    app.get("/orders", createProtect(world.tokens)("orders"), (c) => c.text("orders"));
    const writer = await issue({ kind: "application", access: { orders: ["POST"] } });
    expect((await call("/orders", writer, { method: "HEAD" })).status).toBe(403);
    const answer = await call("/orders", await issue(), { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(answer.headers.get("ratelimit")).toBe('"token";r=299;t=1');
  });

  test("a CORS preflight goes on without a verdict, and no other OPTIONS does", async () => {
    app.use(createProtect(world.tokens)("orders"));
    app.use(cors());
    app.options("/orders", (c) => c.text("host"));
    const answer = await call("/orders", undefined, PREFLIGHT);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect((await call("/orders", undefined, { method: "OPTIONS" })).status).toBe(401);
  });

  test("revokeCurrent ends the token of its request, once", async () => {
    app.delete("/token", createProtect(world.tokens).revokeCurrent());
    const secret = await issue();
    const ended = await call("/token", secret, { method: "DELETE" });
    expect([ended.status, await ended.text()]).toEqual([204, ""]);
    expect(ended.headers.get("cache-control")).toBe("no-store");
    expect((await call("/token", secret, { method: "DELETE" })).status).toBe(401);
  });

  const answers: Readonly<Record<string, (c: Context) => Response | Promise<Response>>> = {
    json: (c) => c.json({ a: 1 }),
    text: (c) => c.text("a"),
    "no body": (c) => c.body(null, 204),
    redirect: (c) => c.redirect("/elsewhere"),
    "not found": (c) => c.notFound(),
    "a stream": (c) =>
      stream(c, async (out) => {
        await out.write("a");
        await out.write("b");
      }),
    "a response of its own": () => new Response("a", { headers: { "x-own": "1" } }),
    "a response with immutable headers": () => Response.redirect("http://127.0.0.1/elsewhere"),
    "an error": () => Promise.reject(new Error("its own")),
    "an error that has its own response": () => {
      throw new HTTPException(409, { res: new Response("a", { status: 409 }) });
    },
  };
  const statuses: Readonly<Record<string, number>> = {
    "no body": 204,
    redirect: 302,
    "not found": 404,
    "a response with immutable headers": 302,
    "an error": 500,
    "an error that has its own response": 409,
  };

  test.each(Object.keys(answers))("%s gets the headers of an accepted call", async (kind) => {
    const handler = answers[kind] as (c: Context) => Response;
    app.onError((error, c) =>
      error instanceof HTTPException ? error.getResponse() : c.json({ handled: true }, 500),
    );
    app.use(createProtect(world.tokens)("orders"));
    app.get("/x", handler);
    const secret = await issue();
    for (const remaining of [299, 298]) {
      const answer = await call("/x", secret);
      expect(answer.status).toBe(statuses[kind] ?? 200);
      expect(answer.headers.get("ratelimit-policy")).toBe('"token";q=300;w=60');
      expect(answer.headers.get("ratelimit")).toBe(`"token";r=${remaining};t=1`);
    }
  });

  test("the handler's own header wins, in any case of letters", async () => {
    app.use(createProtect(world.tokens)("orders"));
    app.get("/a", (c) => c.text("", 200, { RATELIMIT: "mine" }));
    app.get("/b", () => new Response("", { headers: { ratelimit: "mine" } }));
    const secret = await issue();
    for (const path of ["/a", "/b"])
      expect((await call(path, secret)).headers.get("ratelimit")).toBe("mine");
  });

  test("misuse by the host goes to its error handling", async () => {
    const handler = vi.fn((c: Context) => c.text(""));
    app.get("/x", createProtect(world.tokens)("orders", { cost: () => Number.NaN }), handler);
    const answer = await call("/x", await issue());
    expect(await answer.json()).toEqual({
      handled: "request.cost must be a whole number, at least 1",
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test("a host's own answer to a refusal is sent as it is", async () => {
    const protect = createProtect(world.tokens, {
      refusal: ({ code }, _answer, c) => ({
        status: 418,
        headers: [["Content-Type", "text/plain"]],
        body: `${code} ${c.req.path}`,
      }),
    });
    app.get("/x", protect("orders"), (c) => c.text(""));
    const answer = await call("/x");
    expect([answer.status, await answer.text()]).toEqual([418, "missing_token /x"]);
  });
});

test("T-07: joined lines are no single token on other runtimes", async () => {
  app.get("/x", createProtect(world.tokens)("orders"), (c) => c.text(""));
  const secret = await issue();
  const headers = new Headers([
    ["authorization", `Bearer ${secret}`],
    ["authorization", `Bearer ${secret}`],
  ]);
  expect((await app.request("/x", { headers })).status).toBe(400);
});

test("T-07: the lines of an upgrade are read as they came in, though Node has no response for it", async () => {
  app.get("/x", createProtect(world.tokens)("orders"), (c) => c.text(""));
  const headers = { authorization: `Bearer ${await issue()}` };
  const socket = { remoteAddress: "127.0.0.1" };
  const line = ["Authorization", headers.authorization];
  const once = { incoming: { rawHeaders: line, socket }, outgoing: undefined };
  const twice = { incoming: { rawHeaders: [...line, ...line], socket }, outgoing: undefined };
  const answer = await app.request("/x", { headers }, once);
  expect([answer.status, answer.headers.get("ratelimit")]).toEqual([200, '"token";r=299;t=1']);
  expect((await app.request("/x", { headers }, twice)).status).toBe(400);
});

test("one response for all requests says of each what is its own", async () => {
  const none = new Response(null, { status: 204 });
  app.use(createProtect(world.tokens)("orders"));
  app.get("/none", () => none);
  const secret = await issue();
  expect((await direct("/none", secret)).headers.get("ratelimit")).toBe('"token";r=299;t=1');
  expect((await direct("/none", secret)).headers.get("ratelimit")).toBe('"token";r=298;t=1');
});

describe("the client's address", () => {
  const network = { include: ["198.51.100.7"] };
  const forwarded = { headers: { "x-forwarded-for": "198.51.100.7" } };

  async function status(
    options: Parameters<typeof createProtect>[1],
    call: Call,
    init: RequestInit = {},
  ): Promise<number> {
    app.get("/x", createProtect(world.tokens, options)("orders"), (c) => c.text(""));
    return (await call("/x", await issue({ network }), init)).status;
  }

  test("on Node it is the socket's, from which trusted proxies are followed", async () => {
    expect(await status({}, overNode, forwarded)).toBe(403);
    app = new Hono();
    await served?.close();
    served = undefined;
    expect(await status({ trustProxy: ["127.0.0.1"] }, overNode, forwarded)).toBe(200);
  });

  test("elsewhere there is none, and rules of networks refuse", async () => {
    expect(await status({ trustProxy: ["127.0.0.1"] }, direct, forwarded)).toBe(403);
  });

  test("the runtime's own peer, by option", async () => {
    expect(await status({ peer: () => "198.51.100.7" }, direct)).toBe(200);
  });

  test("the runtime's own peer is where trusted proxies start", async () => {
    const options = { peer: () => "10.0.0.1", trustProxy: ["10.0.0.1"] };
    expect(await status(options, direct, forwarded)).toBe(200);
  });

  test("a socket of the file system is Node's to tell, and is not told where the host has a peer of its own", async () => {
    const headers = ["X-Forwarded-For", "198.51.100.7", "Authorization"];
    const statusBy = async (options: Parameters<typeof createProtect>[1], socket: object) => {
      app = new Hono();
      app.get("/x", createProtect(world.tokens, options)("orders"), (c) => c.text(""));
      const rawHeaders = [...headers, `Bearer ${await issue({ network })}`];
      const incoming = { rawHeaders, socket };
      return (await app.request("/x", {}, { incoming, outgoing: undefined })).status;
    };
    const unix = { trustProxy: ["unix"], onWarning: () => {} };
    expect(await statusBy(unix, { destroyed: false })).toBe(200);
    expect(await statusBy(unix, { destroyed: false, localAddress: "127.0.0.1" })).toBe(403);
    const peer = (): undefined => undefined;
    expect(await statusBy({ ...unix, peer }, { destroyed: false })).toBe(403);
  });

  test("as the host knows it", async () => {
    const clientAddress = (c: Context): string | undefined => c.req.header("x-forwarded-for");
    expect(await status({ clientAddress }, direct, forwarded)).toBe(200);
  });

  test("bindings that only look like Node's are not read", async () => {
    app.get("/x", createProtect(world.tokens)("orders"), (c) => c.text(""));
    const headers = { authorization: `Bearer ${await issue()}` };
    const env = { incoming: { get: () => "a store of keys" }, outgoing: "https://queue.example" };
    expect((await app.request("/x", { headers }, env)).status).toBe(200);
  });
});

test("wrong options and routes are refused at once, by their path", () => {
  const wrong =
    (options: object): (() => unknown) =>
    () =>
      createProtect(world.tokens, options);
  expect(wrong({ peer: "10.0.0.1" })).toThrow("options.peer must be a function");
  expect(wrong({ peer: () => "", clientAddress: () => "" })).toThrow("excludes peer");
  expect(wrong({ trustProxy: ["nowhere"] })).toThrow("options.trustProxy[0]");
  expect(() => createProtect(world.tokens)("orders", { cost: 0 })).toThrow("requirement.cost");
});
