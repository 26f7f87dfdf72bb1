import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProtect, type FastifyOptions } from "../../src/adapters/fastify.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

let world: World;
let app: FastifyInstance;

beforeEach(() => {
  world = createWorld();
  app = handled(Fastify());
});

afterEach(() => app.close());

/** Whom an error got to. */
function handled(instance: FastifyInstance): FastifyInstance {
  return instance.setErrorHandler((error: Error, _request, reply) =>
    reply.code(500).send({ handled: error.message }),
  );
}

type Injected = Awaited<ReturnType<FastifyInstance["inject"]>>;

function call(path: string, secret?: string, more: object = {}): Promise<Injected> {
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  return app.inject({ method: "GET", url: path, headers, ...more });
}

async function issue(request?: Parameters<World["issue"]>[0]): Promise<string> {
  const { secret } = await world.issue(request);
  return secret.reveal();
}

const PREFLIGHT = {
  method: "OPTIONS",
  headers: { origin: "https://shop.example", "access-control-request-method": "GET" },
};

describe("where it stands", () => {
  test("a plugin: its scope, the scopes within, and nothing beside it", async () => {
    const protect = createProtect(world.tokens);
    app.register((scope, _options, done) => {
      scope.addHook("onRequest", protect("orders"));
      scope.get(
        "/orders",
        protect.withToken(({ token }) => ({ for: token.owner.id })),
      );
      scope.register((inner, _options, done) => {
        inner.get(
          "/orders/inner",
          protect.withToken(({ token }) => ({ for: token.owner.id })),
        );
        done();
      });
      done();
    });
    app.get("/open", () => ({ open: true }));
    const secret = await issue();
    for (const path of ["/orders", "/orders/inner"]) {
      expect((await call(path)).statusCode).toBe(401);
      expect((await call(path, secret)).json()).toEqual({ for: ADA });
    }
    expect((await call("/open")).statusCode).toBe(200);
  });

  test("a route: its requirement is its own", async () => {
    const protect = createProtect(world.tokens);
    const permits = ({ id }: { readonly id: string }): boolean => id !== ADA;
    app.get("/orders", { onRequest: protect("orders") }, () => "orders");
    app.get("/reports", { onRequest: [protect("orders", { permits })] }, () => "reports");
    const secret = await issue();
    expect((await call("/orders", secret)).statusCode).toBe(200);
    const refused = await call("/reports", secret);
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({ code: "access_denied" });
  });

  test("twice on the way: each decides, and the verdict and the headers of the last stay", async () => {
    const protect = createProtect(world.tokens);
    app.addHook("onRequest", protect("orders"));
    app.get(
      "/both",
      { onRequest: protect("invoices", { cost: 2 }) },
      protect.withToken(({ token }) => token.budget),
    );
    app.get("/refused", { onRequest: protect("invoices", { permits: () => false }) }, () => "");
    const secret = await issue();
    const answer = await call("/both", secret);
    expect(answer.json()).toMatchObject({ limit: 500, remaining: 498 });
    expect(answer.headers["ratelimit-policy"]).toBe('"token";q=500;w=60');
    const refused = await call("/refused", secret);
    expect(refused.statusCode).toBe(403);
    const { ok, budget } = await world.verify(secret);
    expect({ ok, remaining: budget?.remaining }).toEqual({ ok: true, remaining: 297 });
  });

  test("at the root unknown paths need a token too; in a scope only with a handler of its own for them", async () => {
    const protect = createProtect(world.tokens);
    const plain = (scope: FastifyInstance, _options: object, done: () => void): void => {
      scope.addHook("onRequest", protect("orders"));
      done();
    };
    const own = (scope: FastifyInstance, options: object, done: () => void): void => {
      scope.setNotFoundHandler((_request, reply) => reply.code(404).send({ scope: true }));
      plain(scope, options, done);
    };
    app.register(plain, { prefix: "/plain" }).register(own, { prefix: "/own" });
    expect((await call("/plain/x")).statusCode).toBe(404);
    expect((await call("/own/x")).statusCode).toBe(401);
    const secret = await issue();
    expect((await call("/own/x", secret)).json()).toEqual({ scope: true });

    const whole = Fastify();
    whole.addHook("onRequest", protect("orders"));
    const authorization = `Bearer ${secret}`;
    expect((await whole.inject("/nowhere")).statusCode).toBe(401);
    const unknown = await whole.inject({ url: "/nowhere", headers: { authorization } });
    expect(unknown.statusCode).toBe(404);
  });

  test("the HEAD that Fastify adds to a GET route is protected as it is", async () => {
    const protect = createProtect(world.tokens);
    app.get("/orders", { onRequest: protect("orders") }, () => "orders");
    expect((await call("/orders", undefined, { method: "HEAD" })).statusCode).toBe(401);
    const writer = await issue({ kind: "application", access: { orders: ["POST"] } });
    expect((await call("/orders", writer, { method: "HEAD" })).statusCode).toBe(403);
    const answer = await call("/orders", await issue(), { method: "HEAD" });
    expect({ status: answer.statusCode, body: answer.body }).toEqual({ status: 200, body: "" });
  });
});

describe("a refusal", () => {
  test("no handler, no later hook and no parser runs; onSend and onResponse hooks do", async () => {
    const protect = createProtect(world.tokens);
    const ran: string[] = [];
    app.addContentTypeParser("text/x", { parseAs: "string" }, (_request, body, done) => {
      ran.push("parser");
      done(null, body);
    });
    app.addHook("onSend", async (_request, reply, payload) => {
      // Long enough for whatever would run meanwhile.
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      reply.header("access-control-allow-origin", "*");
      return payload;
    });
    app.addHook("onResponse", async (_request, reply) => {
      ran.push(`response ${reply.statusCode}`);
    });
    app.addHook("preHandler", async () => {
      ran.push("preHandler");
    });
    app.post("/orders", { onRequest: protect("orders") }, () => {
      ran.push("handler");
      return "";
    });
    const more = { method: "POST", payload: "x", headers: { "content-type": "text/x" } };
    const answer = await call("/orders", undefined, more);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "www-authenticate": 'Bearer realm="api"',
    });
    expect(answer.body).toBe(
      '{"type":"urn:problem-type:tokenry:missing-token","title":"A token is required.","status":401,"code":"missing_token"}',
    );
    expect(ran).toEqual(["response 401"]);
  });

  test("a host's own answer with text that is no JSON is sent as it is", async () => {
    const headers = [["Content-Type", "text/plain"]] as const;
    const protect = createProtect(world.tokens, {
      refusal: ({ code }) => ({ status: 418, headers, body: code }),
    });
    app.get("/orders", { onRequest: protect("orders") }, () => "");
    const answer = await call("/orders");
    expect([answer.statusCode, answer.headers["content-type"], answer.body]).toEqual([
      418,
      "text/plain",
      "missing_token",
    ]);
  });

  test("T-07: two lines of a field are seen, by inject too", async () => {
    const protect = createProtect(world.tokens, { credentials: { headers: ["x-api-key"] } });
    app.get("/orders", { onRequest: protect("orders") }, () => "");
    const secret = await issue();
    const answer = await call("/orders", undefined, { headers: { "x-api-key": [secret, secret] } });
    expect(answer.json()).toMatchObject({ code: "invalid_request" });
  });
});

describe("what is let through", () => {
  test("its body is the handler's", async () => {
    const protect = createProtect(world.tokens);
    app.addHook("onRequest", protect("orders"));
    app.post("/orders", ({ body }) => ({ body }));
    const answer = await call("/orders", await issue(), {
      method: "POST",
      payload: { total: 1 },
      headers: { authorization: `Bearer ${await issue()}` },
    });
    expect(answer.json()).toEqual({ body: { total: 1 } });
  });

  test("the handler's own header wins, and an error's answer tells of the budget too", async () => {
    const protect = createProtect(world.tokens);
    app.addHook("onRequest", protect("orders"));
    app.get("/own", (_request, reply) => reply.header("RateLimit", "mine").send("x"));
    app.get("/fails", async () => {
      await Promise.resolve();
      throw new Error("its own");
    });
    const secret = await issue();
    expect((await call("/own", secret)).headers.ratelimit).toBe("mine");
    const failed = await call("/fails", secret);
    expect(failed.statusCode).toBe(500);
    expect(failed.json()).toEqual({ handled: "its own" });
    expect(failed.headers.ratelimit).toBe('"token";r=298;t=1');
  });

  test("a CORS preflight goes on without a verdict, and no other OPTIONS does", async () => {
    const protect = createProtect(world.tokens);
    app.options("/orders", { onRequest: protect("orders") }, (request, reply) =>
      reply
        .code(204)
        .header("x-token", `${"token" in request}`)
        .send(),
    );
    const answer = await app.inject({ url: "/orders", ...PREFLIGHT, method: "OPTIONS" });
    expect([answer.statusCode, answer.headers["x-token"]]).toEqual([204, "false"]);
    expect((await call("/orders", undefined, { method: "OPTIONS" })).statusCode).toBe(401);
  });

  test("misuse by the host goes to its error handling", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn(() => "");
    app.get("/orders", { onRequest: protect("orders", { cost: () => Number.NaN }) }, handler);
    const answer = await call("/orders", await issue());
    expect(answer.json()).toEqual({ handled: "request.cost must be a whole number, at least 1" });
    expect(handler).not.toHaveBeenCalled();
  });
});

describe("the verdict in a handler", () => {
  test("fails closed where nothing protects, whatever request.token is", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn(() => "");
    app.decorateRequest("token", null);
    app.addHook("onRequest", async (request) => {
      Object.assign(request, { token: { ok: true, owner: { id: "forged" } } });
    });
    app.get("/orders", protect.withToken(handler));
    app.options("/pre", { onRequest: protect("orders") }, protect.withToken(handler));
    const message = expect.stringContaining("protect(api) must be an onRequest hook");
    expect((await call("/orders", await issue())).json()).toEqual({ handled: message });
    const preflight = await app.inject({ url: "/pre", ...PREFLIGHT, method: "OPTIONS" });
    expect(preflight.json()).toEqual({ handled: message });
    expect(handler).not.toHaveBeenCalled();
  });

  test("is this protect's, not another's nor another plugin's", async () => {
    const protect = createProtect(world.tokens);
    const other = createProtect(createWorld().tokens);
    app.get(
      "/other",
      { onRequest: protect("orders") },
      other.withToken(() => ""),
    );
    app.get(
      "/orders",
      {
        onRequest: protect("orders"),
        preHandler: async (request) => {
          Object.assign(request, { token: { owner: { id: "forged" } } });
        },
      },
      protect.withToken(({ token }) => ({ for: token.owner.id })),
    );
    const secret = await issue();
    expect((await call("/other", secret)).statusCode).toBe(500);
    expect((await call("/orders", secret)).json()).toEqual({ for: ADA });
  });

  test("keeps `this`, and is there for other hooks", async () => {
    const protect = createProtect(world.tokens);
    const owners: string[] = [];
    app.addHook("onRequest", protect("orders"));
    app.addHook("preHandler", async (request) => {
      owners.push(protect.verdictOf(request).owner.id);
    });
    app.get(
      "/orders",
      protect.withToken(function () {
        return { same: this === app };
      }),
    );
    expect((await call("/orders", await issue())).json()).toEqual({ same: true });
    expect(owners).toEqual([ADA]);
    expect(() => protect.verdictOf({})).toThrow(TypeError);
  });

  test("what is no handler is refused when the route is made", () => {
    const { withToken } = createProtect(world.tokens);
    // A cast: callers without types make this mistake.
    expect(() => withToken(undefined as never)).toThrow("handler must be a function");
  });
});

describe("the client's address", () => {
  const FORWARDED = { "x-forwarded-for": "198.51.100.7" };

  /** The address that a mapping saw, as a network rule of the token sees it, and what was warned of. */
  async function statusFrom(
    options: FastifyServerOptions,
    protectOptions: FastifyOptions,
  ): Promise<{ readonly status: number; readonly warnings: string[] }> {
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    const instance = Fastify(options);
    const protect = createProtect(world.tokens, { ...protectOptions, onWarning });
    instance.get("/orders", { onRequest: protect("orders") }, () => "");
    const secret = await issue({ network: { include: ["198.51.100.7"] } });
    const headers = { authorization: `Bearer ${secret}`, ...FORWARDED };
    await instance.inject({ url: "/orders", headers });
    const { statusCode } = await instance.inject({ url: "/orders", headers });
    return { status: statusCode, warnings };
  }
  const byFramework: FastifyOptions = { clientAddress: (request) => request.ip };

  test("the connection's, unless a proxy is trusted", async () => {
    expect(await statusFrom({ trustProxy: true }, {})).toEqual({ status: 403, warnings: [] });
    const trustProxy = ["127.0.0.1"];
    expect(await statusFrom({}, { trustProxy })).toEqual({ status: 200, warnings: [] });
  });

  test.each([
    ["false", false, 403],
    ["an address", "127.0.0.1", 200],
    ["a list", ["127.0.0.0/8"], 200],
    ["a function that counts hops", (_address: string, hop: number) => hop < 1, 200],
  ])(
    "request.ip with trustProxy %s is taken without a warning",
    async (_name, trustProxy, status) => {
      expect(await statusFrom({ trustProxy }, byFramework)).toEqual({ status, warnings: [] });
    },
  );

  test.each([
    ["true", true],
    ["a function that says yes", () => true],
  ])("request.ip with trustProxy %s is worth one warning", async (_name, trustProxy) => {
    const { status, warnings } = await statusFrom({ trustProxy }, byFramework);
    expect(status).toBe(200);
    expect(warnings).toEqual([expect.stringContaining("a client can choose its address")]);
  });
});

test("over HTTP/2 it reads and answers the same", async () => {
  const { connect } = await import("node:http2");
  const protect = createProtect(world.tokens);
  const server = Fastify({ http2: true });
  server.get(
    "/orders",
    { onRequest: protect("orders") },
    protect.withToken(({ token }) => ({ for: token.owner.id })),
  );
  await server.listen({ port: 0, host: "127.0.0.1" });
  // A cast, as only a server on a pipe has another kind of address.
  const { port } = server.server.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`);
  try {
    const ask = async (headers: object): Promise<unknown> => {
      const stream = client.request({ ":path": "/orders", ...headers });
      const [answer] = await once(stream, "response");
      stream.resume();
      return answer[":status"];
    };
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: `Bearer ${await issue()}` })).toBe(200);
  } finally {
    client.close();
    await server.close();
  }
});

test("revokeCurrent ends the token of its request, once", async () => {
  const protect = createProtect(world.tokens);
  app.delete("/token", protect.revokeCurrent());
  const secret = await issue();
  const ended = await call("/token", secret, { method: "DELETE" });
  expect([ended.statusCode, ended.body, ended.headers["cache-control"]]).toEqual([
    204,
    "",
    "no-store",
  ]);
  expect((await call("/token", secret, { method: "DELETE" })).statusCode).toBe(401);
});

test("wrong options and routes are refused at once, by their path", () => {
  expect(() => createProtect(world.tokens, { trustProxy: ["nowhere"] })).toThrow(
    "options.trustProxy[0]",
  );
  expect(() => createProtect(world.tokens)("orders", { cost: 0 })).toThrow("requirement.cost");
});
