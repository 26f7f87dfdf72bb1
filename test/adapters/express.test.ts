import express, { type ErrorRequestHandler, type Express, type Request, Router } from "express";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProtect, type ExpressOptions } from "../../src/adapters/express.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";
import { listen } from "./node-subject.ts";

let world: World;
let app: Express;
let served: HttpServed | undefined;

beforeEach(() => {
  world = createWorld();
  app = express();
});

afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** Whom an error got to. */
const handleError: ErrorRequestHandler = (error: Error, _req, res, _next) => {
  res.status(500).json({ handled: error.message });
};

async function call(path: string, secret?: string, init: RequestInit = {}): Promise<Response> {
  if (served === undefined) {
    app.use(handleError);
    served = await listen(app);
  }
  const headers = new Headers(init.headers);
  if (secret !== undefined) headers.set("authorization", `Bearer ${secret}`);
  return fetch(`http://127.0.0.1:${served.port}${path}`, { ...init, headers });
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
  test("an application: nobody passes without a token, whatever the path", async () => {
    const handler = vi.fn();
    app.use(createProtect(world.tokens)("orders"));
    app.get("/orders", (req, res) => {
      handler();
      res.json({ path: req.path });
    });
    expect((await call("/orders")).status).toBe(401);
    expect((await call("/nowhere")).status).toBe(401);
    expect(handler).not.toHaveBeenCalled();
    const secret = await issue();
    expect(await (await call("/orders", secret)).json()).toEqual({ path: "/orders" });
    expect((await call("/nowhere", secret)).status).toBe(404);
  });

  test("a router: its routes only, and mapping functions see Express's request where the router is mounted", async () => {
    const protect = createProtect(world.tokens);
    const seen: string[] = [];
    const router = Router();
    router.use(
      protect((req) => {
        seen.push(`${req.baseUrl} ${req.url} ${req.originalUrl}`);
        return req.baseUrl.slice(1);
      }),
    );
    router.get("/:id", (req, res) => res.json({ id: req.params.id }));
    app.use("/invoices", router);
    app.get("/open", (_req, res) => res.json({ open: true }));
    expect((await call("/open")).status).toBe(200);
    expect((await call("/invoices/7")).status).toBe(401);
    expect(await (await call("/invoices/7", await issue())).json()).toEqual({ id: "7" });
    expect(seen.at(-1)).toBe("/invoices /7 /invoices/7");
  });

  test("a route: its requirement is its own", async () => {
    const protect = createProtect(world.tokens);
    app.get("/orders", protect("orders"), (_req, res) => res.sendStatus(200));
    app.get("/reports", protect("orders", { permits: ({ id }) => id !== ADA }), (_req, res) =>
      res.sendStatus(200),
    );
    const secret = await issue();
    expect((await call("/orders", secret)).status).toBe(200);
    const refused = await call("/reports", secret);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "access_denied" });
  });

  test("twice on the way: each decides, and the verdict and the headers of the last stay", async () => {
    const protect = createProtect(world.tokens);
    app.use(protect("orders"));
    app.get("/both", protect("invoices", { cost: 2 }), (req, res) =>
      res.json(protect.verdictOf(req).budget),
    );
    app.get("/refused", protect("invoices", { permits: () => false }), (_req, res) =>
      res.sendStatus(200),
    );
    const secret = await issue();
    const answer = await call("/both", secret);
    expect(await answer.json()).toMatchObject({ limit: 500, remaining: 498 });
    expect(answer.headers.get("ratelimit-policy")).toBe('"token";q=500;w=60');
    expect((await call("/refused", secret)).status).toBe(403);
    const { ok, budget } = await world.verify(secret);
    expect({ ok, remaining: budget?.remaining }).toEqual({ ok: true, remaining: 297 });
  });

  test("a mounted application", async () => {
    const protect = createProtect(world.tokens);
    const inner = express();
    inner.use(protect("orders"));
    inner.get("/x", (req, res) => res.json({ for: protect.verdictOf(req).owner.id }));
    app.use("/inner", inner);
    expect((await call("/inner/x")).status).toBe(401);
    expect(await (await call("/inner/x", await issue())).json()).toEqual({ for: ADA });
  });

  test("middleware has names, for whoever looks at the stack or at traces", () => {
    const protect = createProtect(world.tokens);
    const names = [protect("orders"), protect.revokeCurrent(), protect.withToken(() => {})];
    expect(names.map(({ name }) => name)).toEqual([
      "tokenryProtect",
      "tokenryRevokeCurrent",
      "tokenryWithToken",
    ]);
  });
});

describe("the verdict", () => {
  test("request.token is it, for plain handlers and typed ones", async () => {
    const protect = createProtect(world.tokens);
    const { token, secret } = await world.issue();
    app.use(protect("orders"));
    app.get("/plain", (req, res) => res.json({ same: tokenOf(req) === protect.verdictOf(req) }));
    app.get(
      "/typed/:id",
      protect.withToken<{ id: string }>((req, res) => {
        res.json({ id: req.params.id, for: req.token.owner.id, token: req.token.token.id });
      }),
    );
    expect(await (await call("/plain", secret.reveal())).json()).toEqual({ same: true });
    const typed = await (await call("/typed/7", secret.reveal())).json();
    expect(typed).toEqual({ id: "7", for: ADA, token: token.id });
  });

  test("without protect a typed handler does not run, though other middleware has set request.token", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn();
    app.use((req, _res, next) => {
      Object.assign(req, { token: { ok: true, owner: { id: ADA } } });
      next();
    });
    app.get("/forgotten", protect.withToken(handler));
    app.get("/asked", (req) => void protect.verdictOf(req));
    const secret = await issue();
    for (const path of ["/forgotten", "/asked"]) {
      const answer = await call(path, secret);
      expect(answer.status).toBe(500);
      expect(await answer.json()).toEqual({ handled: expect.stringContaining("put protect(api)") });
    }
    expect(handler).not.toHaveBeenCalled();
  });

  test("another protect's verdict is not taken for its own", async () => {
    const protect = createProtect(world.tokens);
    app.use(createProtect(world.tokens)("orders"));
    app.get(
      "/orders",
      protect.withToken((_req, res) => res.sendStatus(200)),
    );
    expect((await call("/orders", await issue())).status).toBe(500);
  });

  test("what other middleware makes of request.token does not reach a typed handler", async () => {
    const protect = createProtect(world.tokens);
    app.use(protect("orders"), (req, _res, next) => {
      Object.assign(req, { token: "a string" });
      next();
    });
    app.get(
      "/orders",
      protect.withToken((req, res) => res.json({ for: req.token.owner.id })),
    );
    expect(await (await call("/orders", await issue())).json()).toEqual({ for: ADA });
  });

  test("DEC-12: a preflight goes on to the host, never to a typed handler", async () => {
    const protect = createProtect(world.tokens);
    const handler = vi.fn();
    app.use(protect("orders"));
    app.options("/cors", (_req, res) =>
      res.set("access-control-allow-origin", "*").sendStatus(204),
    );
    app.all("/orders", protect.withToken(handler));
    const answer = await call("/cors", undefined, PREFLIGHT);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect((await call("/orders", undefined, PREFLIGHT)).status).toBe(500);
    expect(handler).not.toHaveBeenCalled();
  });

  test("a handler that is none is told at once", () => {
    const protect = createProtect(world.tokens);
    // @ts-expect-error no function
    expect(() => protect.withToken("orders")).toThrow("handler must be a function");
  });
});

describe("what Express does with it", () => {
  test("what a handler rejects with, and what the host's own functions throw, goes to its error handling", async () => {
    const protect = createProtect(world.tokens);
    const fail = (message: string): never => {
      throw new Error(message);
    };
    app.get("/handler", protect("orders"), async () => fail("handler"));
    app.get(
      "/typed",
      protect("orders"),
      protect.withToken(async () => fail("typed")),
    );
    app.get(
      "/api",
      protect(() => fail("api")),
    );
    app.get("/cost", protect("orders", { cost: () => fail("cost") }));
    const secret = await issue();
    for (const name of ["handler", "typed", "api", "cost"]) {
      const answer = await call(`/${name}`, secret);
      expect([answer.status, await answer.json()]).toEqual([500, { handled: name }]);
    }
  });

  test("a body parser after it finds the whole body, and one that would fail is not reached", async () => {
    app.use(createProtect(world.tokens)("orders"), express.json());
    app.post("/orders", (req, res) => res.json({ got: req.body }));
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const secret = await issue();
    const answer = await call("/orders", secret, { ...init, body: '{"a":1}' });
    expect(await answer.json()).toEqual({ got: { a: 1 } });
    expect((await call("/orders", undefined, { ...init, body: "{" })).status).toBe(401);
  });

  test("a refusal is sent as it is: no charset, no ETag, and no 304", async () => {
    app.set("etag", "strong");
    app.use(createProtect(world.tokens)("orders"));
    const answer = await call("/orders", undefined, { headers: { "if-none-match": "*" } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("etag")).toBeNull();
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.text()).toBe(
      '{"type":"urn:problem-type:tokenry:missing-token","title":"A token is required.","status":401,"code":"missing_token"}',
    );
  });

  test("AP-5: a header does not change the method, a middleware before it does, for Express and the token alike", async () => {
    const protect = createProtect(world.tokens);
    app.use((req, _res, next) => {
      if (req.query._method === "DELETE") req.method = "DELETE";
      next();
    });
    app.use("/invoices", protect("invoices"));
    app.all("/invoices", (req, res) => res.json({ method: req.method }));
    const secret = await issue();
    const headers = { "x-http-method-override": "DELETE", "x-method-override": "DELETE" };
    const told = await call("/invoices", secret, { method: "POST", headers });
    expect(await told.json()).toEqual({ method: "POST" });
    // The API has no DELETE.
    const overridden = await call("/invoices?_method=DELETE", secret, { method: "POST" });
    expect(overridden.status).toBe(403);
  });

  test("what somebody else has answered meanwhile stays answered: nothing further runs, and there is no error", async () => {
    const protect = createProtect(world.tokens);
    const further = vi.fn();
    app.use((_req, res, next) => {
      next();
      res.sendStatus(504);
    });
    app.delete("/token", protect.revokeCurrent());
    app.use(protect("orders"), () => further());
    app.use(((_error, _req, _res, _next) => further()) satisfies ErrorRequestHandler);
    for (const secret of [await issue(), undefined])
      expect((await call("/orders", secret)).status).toBe(504);
    expect((await call("/token", await issue(), { method: "DELETE" })).status).toBe(504);
    expect(further).not.toHaveBeenCalled();
  });

  test("CORE-38: a route that ends the token presented", async () => {
    const protect = createProtect(world.tokens);
    app.delete("/token", protect.revokeCurrent());
    const secret = await issue();
    const ended = await call("/token", secret, { method: "DELETE" });
    expect([ended.status, await ended.text()]).toEqual([204, ""]);
    expect((await call("/token", secret, { method: "DELETE" })).status).toBe(401);
  });

  test("a wrong option is told at once, by its path", () => {
    // @ts-expect-error no such option
    expect(() => createProtect(world.tokens, { trust: true })).toThrow(/options.*trust/);
    expect(() => createProtect(world.tokens, { trustProxy: ["nope"] })).toThrow(
      "options.trustProxy[0]",
    );
  });
});

describe("the client's address as Express knows it", () => {
  const CLIENT = "203.0.113.7";
  const network = { include: [CLIENT] };
  const asked = { headers: { "x-forwarded-for": CLIENT } };

  function protectByIp(trust: unknown, options: ExpressOptions = {}): string[] {
    const warnings: string[] = [];
    if (trust !== undefined) app.set("trust proxy", trust);
    const protect = createProtect(world.tokens, {
      clientAddress: (req) => req.ip,
      onWarning: (message) => warnings.push(message),
      ...options,
    });
    const inner = express();
    inner.get("/", protect("orders"), (_req, res) => res.sendStatus(200));
    app.use("/orders", inner);
    return warnings;
  }

  test.each([
    ["not set", undefined, 403, 0],
    ["off", false, 403, 0],
    ["a proxy", "loopback", 200, 0],
    ["a number of proxies", 1, 200, 0],
    ["a function of its own", (address: string) => address === "127.0.0.1", 200, 0],
    ["everybody", true, 200, 1],
    ["all addresses", ["0.0.0.0/1", "128.0.0.0/1"], 200, 1],
    ["everybody by IPv6", ["loopback", "2000::/3"], 200, 1],
    ["a function that trusts everybody", () => true, 200, 1],
  ])("CORE-56: trust proxy is %s", async (_case, trust, status, count) => {
    const warnings = protectByIp(trust);
    const secret = await issue({ network });
    expect((await call("/orders", secret, asked)).status).toBe(status);
    expect((await call("/orders", secret, asked)).status).toBe(status);
    expect(warnings).toHaveLength(count);
  });

  test("without clientAddress Express's setting changes nothing", async () => {
    app.set("trust proxy", true);
    app.get("/orders", createProtect(world.tokens)("orders"), (_req, res) => res.sendStatus(200));
    expect((await call("/orders", await issue({ network }), asked)).status).toBe(403);
  });
});

/** What a handler in JavaScript would see. */
function tokenOf(req: Request): unknown {
  return "token" in req ? req.token : undefined;
}
