import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { createProtect, type FetchOptions } from "../../src/adapters/fetch.ts";
import type { IssueRequest } from "../../src/index.ts";
import { createWorld, type World } from "../support/world.ts";

const URL_OF_ORDERS = "https://shop.example/orders";

function requestWith(authorization: string | undefined, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  if (authorization !== undefined) headers.append("authorization", authorization);
  return new Request(URL_OF_ORDERS, { ...init, headers });
}

async function bearerOf(world: World, request: Partial<IssueRequest> = {}): Promise<string> {
  return `Bearer ${(await world.issue(request)).secret.reveal()}`;
}

async function protectedWorld<Rest extends unknown[] = unknown[]>(options?: FetchOptions<Rest>) {
  const world = createWorld();
  const protect = createProtect(world.tokens, { clock: world.clock, ...options });
  return { world, protect, bearer: await bearerOf(world) };
}

async function codeOf(response: Response): Promise<unknown> {
  return Reflect.get((await response.json()) as object, "code");
}

describe("a handler behind protect", () => {
  test("gets the request, the verdict and what the platform passes", async () => {
    const { protect, bearer } = await protectedWorld();
    const GET = protect("orders", async (request, token, { params }: NextContext) => {
      const { id } = await params;
      return Response.json({ url: request.url, owner: token.owner.id, id });
    });
    const response = await GET(requestWith(bearer), { params: Promise.resolve({ id: "7" }) });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ url: URL_OF_ORDERS, owner: "ada", id: "7" });
  });

  test("never runs for who is refused", async () => {
    const { protect, bearer } = await protectedWorld();
    const handler = vi.fn(() => new Response());
    const POST = protect("orders", { permits: () => false }, handler);
    expect(await codeOf(await POST(requestWith(undefined)))).toBe("missing_token");
    expect(await codeOf(await POST(requestWith("Bearer a b")))).toBe("invalid_request");
    expect(await codeOf(await POST(requestWith("Bearer unknown")))).toBe("invalid_token");
    expect(await codeOf(await POST(requestWith(bearer)))).toBe("access_denied");
    expect(handler).not.toHaveBeenCalled();
  });

  test("finds the body unread; a refusal leaves it so", async () => {
    const { protect, bearer } = await protectedWorld();
    const POST = protect("orders", async (request) => {
      expect(request.bodyUsed).toBe(false);
      return new Response(await request.text());
    });
    const accepted = await POST(requestWith(bearer, { method: "POST", body: "three pears" }));
    expect(await accepted.text()).toBe("three pears");
    const refused = requestWith(undefined, { method: "POST", body: "three pears" });
    expect((await POST(refused)).status).toBe(401);
    expect(await refused.text()).toBe("three pears");
  });

  test("rejects to the platform what it throws, at once or later", async () => {
    const { protect, bearer } = await protectedWorld();
    const own = new Error("the handler's own");
    const throws = protect("orders", (): Response => {
      throw own;
    });
    const rejects = protect("orders", async (): Promise<Response> => {
      await setImmediate();
      throw own;
    });
    await expect(throws(requestWith(bearer))).rejects.toBe(own);
    await expect(rejects(requestWith(bearer))).rejects.toBe(own);
  });

  test("T-07: a platform's joined lines of two credentials are refused, in any order", async () => {
    const { protect, bearer } = await protectedWorld();
    const GET = protect("orders", () => new Response());
    for (const other of [bearer, "Bearer", "Basic YTpi", "SSWS x", ""]) {
      for (const [first, second] of [
        [bearer, other],
        [other, bearer],
      ]) {
        const request = requestWith(first);
        request.headers.append("authorization", second ?? "");
        expect(await codeOf(await GET(request)), `${first}, ${second}`).toBe("invalid_request");
      }
    }
  });

  test("within another one is decided upon again, and its budget is told", async () => {
    const { protect, bearer } = await protectedWorld();
    const inner = protect("orders", { cost: 10 }, (_request, token) =>
      Response.json(token.budget.remaining),
    );
    const outer = protect("orders", (request) => inner(request));
    const response = await outer(requestWith(bearer));
    expect(await response.json()).toBe(289);
    expect(response.headers.get("ratelimit")).toContain("r=289;");
    const refusing = protect("orders", (request) =>
      protect("orders", { permits: () => false }, () => new Response())(request),
    );
    const refused = await refusing(requestWith(bearer));
    expect(refused.status).toBe(403);
    expect(await codeOf(refused)).toBe("access_denied");
  });
});

interface NextContext {
  readonly params: Promise<{ readonly id: string }>;
}

describe("the response", () => {
  const EXPIRES = "2026-12-22T12:00:00.000Z";

  async function answered(response: Response): Promise<Response> {
    const { protect, bearer } = await protectedWorld();
    return protect("orders", () => response)(requestWith(bearer));
  }

  test("is the handler's own object, with the fields of budget and expiry", async () => {
    const own = Response.json({}, { headers: { "x-host": "kept" } });
    const response = await answered(own);
    expect(response).toBe(own);
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "application/json",
      ratelimit: '"token";r=299;t=1',
      "ratelimit-policy": '"token";q=300;w=60',
      "token-expires-at": EXPIRES,
      "x-host": "kept",
    });
  });

  test("keeps what the handler says of the same fields", async () => {
    const response = await answered(new Response(null, { headers: { RateLimit: "mine" } }));
    expect(response.headers.get("ratelimit")).toBe("mine");
    expect(response.headers.get("token-expires-at")).toBe(EXPIRES);
  });

  test("with immutable headers is copied whole: a redirect", async () => {
    const response = await answered(Response.redirect("https://shop.example/new", 307));
    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe("https://shop.example/new");
    expect(response.headers.get("token-expires-at")).toBe(EXPIRES);
  });

  test("with immutable headers is copied whole: what fetch gave", async () => {
    const response = await answered(await fetch("data:text/plain,pears"));
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(response.headers.get("token-expires-at")).toBe(EXPIRES);
    expect(await response.text()).toBe("pears");
  });

  test("that is a network error, a switch of protocols or nothing goes through untouched", async () => {
    const { protect, bearer } = await protectedWorld();
    const error = Response.error();
    expect(await answered(error)).toBe(error);
    const upgrade = Object.defineProperty(new Response(), "status", { value: 101 });
    expect(await answered(upgrade)).toBe(upgrade);
    expect([...upgrade.headers]).toEqual([]);
    expect(await protect("orders", () => undefined)(requestWith(bearer))).toBeUndefined();
  });

  test("streams: nothing is read ahead of the client", async () => {
    for (const isImmutable of [false, true]) {
      let end = (): void => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const own = new Response(ReadableStream.from(firstAndLast(ended)));
      if (isImmutable) freezeHeaders(own);
      const reader = (await answered(own)).body?.pipeThrough(new TextDecoderStream()).getReader();
      expect(await reader?.read()).toEqual({ done: false, value: "first" });
      end();
      expect(await reader?.read()).toEqual({ done: false, value: "last" });
      expect((await reader?.read())?.done).toBe(true);
    }
  });

  test("that is one object for all requests tells each client of its own token", async () => {
    const { world, protect, bearer } = await protectedWorld();
    const NOTHING = new Response(null, { status: 204, headers: { "x-host": "kept" } });
    const other = await bearerOf(world, { kind: "direct" });
    const reading = protect("orders", () => NOTHING);
    const writing = protect("orders", { cost: 5 }, () => NOTHING);
    const responses = [
      await reading(requestWith(bearer)),
      await reading(requestWith(other)),
      await writing(requestWith(other)),
      await writing(requestWith(bearer)),
    ];
    expect(
      responses.map(({ status, headers }) => [
        status,
        headers.get("ratelimit")?.split(";")[1],
        headers.get("token-expires-at"),
        headers.get("x-host"),
      ]),
    ).toEqual([
      [204, "r=299", EXPIRES, "kept"],
      [204, "r=299", null, "kept"],
      [204, "r=294", null, "kept"],
      [204, "r=294", EXPIRES, "kept"],
    ]);
  });

  test("that is one object for all requests tells nothing where there is nothing to tell", async () => {
    const { world, protect, bearer } = await protectedWorld({ rateLimit: false });
    const NOTHING = new Response(null, { status: 204 });
    const reading = protect("orders", () => NOTHING);
    expect((await reading(requestWith(bearer))).headers.get("token-expires-at")).toBe(EXPIRES);
    const lasting = await bearerOf(world, { kind: "direct" });
    expect([...(await reading(requestWith(lasting))).headers]).toEqual([]);
  });

  test("that is one object for all requests tells so of a guard within a guard too", async () => {
    const { world, protect, bearer } = await protectedWorld();
    const NOTHING = new Response(null, { status: 204 });
    const inner = protect("orders", () => NOTHING);
    const outer = protect("orders", (request) => inner(request));
    await outer(requestWith(bearer));
    const response = await outer(requestWith(await bearerOf(world, { kind: "direct" })));
    expect(response.headers.get("token-expires-at")).toBeNull();
  });

  test("gets none of the fields where options switch them off", async () => {
    const { protect, bearer } = await protectedWorld({ rateLimit: false, expiryHeader: false });
    const response = await protect("orders", () => new Response(null))(requestWith(bearer));
    expect([...response.headers]).toEqual([]);
  });

  test("a frozen one that is given again and again tells each token its own budget", async () => {
    const { world, protect } = await protectedWorld();
    const kept = Object.freeze(new Response());
    const GET = protect("orders", () => kept);
    const [one, two] = [await bearerOf(world), await bearerOf(world)];
    await GET(requestWith(one));
    const again = await GET(requestWith(one));
    const others = await GET(requestWith(two));
    expect(again.headers.get("ratelimit")).toContain("r=298;");
    expect(others.headers.get("ratelimit")).toContain("r=299;");
    expect([...kept.headers.keys()]).toEqual([]);
  });

  test("to a token in a field of its own is not for shared caches", async () => {
    const { world, protect } = await protectedWorld({ credentials: { headers: ["x-api-key"] } });
    const { secret } = await world.issue();
    const request = new Request(URL_OF_ORDERS, { headers: { "x-api-key": secret.reveal() } });
    const response = await protect("orders", () => new Response())(request);
    expect(response.headers.get("cache-control")).toBe("private");
  });
});

async function* firstAndLast(until: Promise<void>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode("first");
  await until;
  yield new TextEncoder().encode("last");
}

/** Makes headers as those of a response that `fetch` gave, with the error of another realm as in an edge runtime's sandbox. */
function freezeHeaders({ headers }: Response): void {
  const set = (): never => {
    throw runInNewContext('new TypeError("immutable")');
  };
  Object.assign(headers, { set });
}

interface Server {
  requestIP(request: Request): { readonly address: string } | null;
}

function serverSeeing(address: string | undefined): Server {
  return { requestIP: () => (address === undefined ? null : { address }) };
}

describe("the client's address", () => {
  const network = { include: ["198.51.100.0/24"] };

  test("is not known without options: network rules refuse", async () => {
    const { world, protect } = await protectedWorld();
    const GET = protect("orders", () => new Response());
    const request = requestWith(await bearerOf(world, { network }), {
      headers: { "x-forwarded-for": "198.51.100.1", "cf-connecting-ip": "198.51.100.1" },
    });
    expect(await codeOf(await GET(request))).toBe("network_denied");
  });

  test("is the one of the connection, as the platform tells it", async () => {
    const { world, protect } = await protectedWorld({
      peer: (request, server: Server) => server.requestIP(request)?.address,
    });
    const bearer = await bearerOf(world, { network });
    const GET = protect("orders", () => new Response());
    expect((await GET(requestWith(bearer), serverSeeing("198.51.100.1"))).status).toBe(200);
    expect((await GET(requestWith(bearer), serverSeeing("::ffff:198.51.100.1"))).status).toBe(200);
    expect((await GET(requestWith(bearer), serverSeeing("203.0.113.1"))).status).toBe(403);
    expect((await GET(requestWith(bearer), serverSeeing(undefined))).status).toBe(403);
  });

  test("CORE-56: is found through trusted proxies from there", async () => {
    const { world, protect } = await protectedWorld({
      peer: (request, server: Server) => server.requestIP(request)?.address,
      trustProxy: ["10.0.0.0/8"],
    });
    const bearer = await bearerOf(world, { network });
    const GET = protect("orders", () => new Response());
    const statusBy = async (peer: string | undefined, forwarded: string) => {
      const headers = { "x-forwarded-for": forwarded };
      return (await GET(requestWith(bearer, { headers }), serverSeeing(peer))).status;
    };
    expect(await statusBy("10.0.0.1", "198.51.100.1")).toBe(200);
    expect(await statusBy("10.0.0.1", "198.51.100.1, 203.0.113.1, 10.0.0.2")).toBe(403);
    expect(await statusBy("203.0.113.1", "198.51.100.1")).toBe(403);
    expect(await statusBy(undefined, "198.51.100.1")).toBe(403);
  });

  test("is the platform's word where that is believed", async () => {
    const { world, protect } = await protectedWorld({
      clientAddress: (request) => request.headers.get("cf-connecting-ip") ?? undefined,
    });
    const bearer = await bearerOf(world, { network });
    const GET = protect("orders", () => new Response());
    const from = (address: string) => ({ headers: { "cf-connecting-ip": address } });
    expect((await GET(requestWith(bearer, from("198.51.100.1")))).status).toBe(200);
    expect((await GET(requestWith(bearer, from("203.0.113.1")))).status).toBe(403);
  });

  test("CORE-68: limits guessing", async () => {
    const { protect } = await protectedWorld({
      guessing: { limit: 1 },
      peer: (_request, { address }: { readonly address: string }) => address,
    });
    const GET = protect("orders", () => new Response());
    const guess = async (address: string) =>
      codeOf(await GET(requestWith("Bearer x"), { address }));
    expect(await guess("203.0.113.1")).toBe("invalid_token");
    expect(await guess("203.0.113.1")).toBe("too_many_failures");
    expect(await guess("203.0.113.2")).toBe("invalid_token");
  });
});

describe("functions of the host", () => {
  test("get the request and what the platform passes", async () => {
    const { protect, bearer } = await protectedWorld({
      clientAddress: (request, env: { readonly region: string }) => {
        seen.push(["clientAddress", request.url, env.region]);
        return "198.51.100.1";
      },
      refusal: (refusal, answer, request, env) => {
        seen.push([refusal.code, request.url, env.region]);
        return { ...answer, status: 418, body: refusal.message };
      },
      preflight: (request, env) => {
        seen.push(["preflight", request.url, env.region]);
        return new Response(null, { status: 204, headers: { "x-preflight": "host" } });
      },
    });
    const seen: string[][] = [];
    const GET = protect(
      (request, env: { readonly region: string }) => {
        seen.push(["api", request.url, env.region]);
        return "orders";
      },
      {
        cost: (request, env) => {
          seen.push(["cost", request.url, env.region]);
          return 7;
        },
      },
      (_request, token, env) => Response.json([token.budget.remaining, env.region]),
    );
    const env = { region: "eu" };
    expect(await (await GET(requestWith(bearer), env)).json()).toEqual([293, "eu"]);
    const refused = await GET(requestWith(undefined), env);
    expect([refused.status, await refused.text()]).toEqual([418, "A token is required."]);
    const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
    const preflight = await GET(requestWith(undefined, { method: "OPTIONS", headers }), env);
    expect(preflight.headers.get("x-preflight")).toBe("host");
    expect(seen.map(([name]) => name)).toEqual([
      ...["clientAddress", "api", "cost"],
      ...["clientAddress", "api", "missing_token", "preflight"],
    ]);
    expect(new Set(seen.map(([, url, region]) => `${url} ${region}`))).toEqual(
      new Set([`${URL_OF_ORDERS} eu`]),
    );
  });

  test("AP-5: refuse a request by finding no API for it", async () => {
    const { protect, bearer } = await protectedWorld();
    const GET = protect(
      (request) => (request.url.endsWith("/orders") ? undefined : "orders"),
      () => new Response(),
    );
    expect(await codeOf(await GET(requestWith(bearer)))).toBe("access_denied");
  });

  test("are the platform's affair when they throw", async () => {
    const { protect, bearer } = await protectedWorld();
    const GET = protect("orders", { cost: () => Number.NaN }, () => new Response());
    await expect(GET(requestWith(bearer))).rejects.toThrow(RangeError);
  });
});

describe("everything else", () => {
  test("a preflight gets 204 and no field of CORS", async () => {
    const { protect } = await protectedWorld();
    const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
    const handler = vi.fn(() => new Response());
    const response = await protect(
      "orders",
      handler,
    )(requestWith(undefined, { method: "OPTIONS", headers }));
    expect([response.status, response.body, [...response.headers]]).toEqual([204, null, []]);
    expect(handler).not.toHaveBeenCalled();
  });

  test("CORE-38: revokeCurrent ends the token of its request", async () => {
    const { protect, bearer } = await protectedWorld();
    const DELETE = protect.revokeCurrent();
    const response = await DELETE(requestWith(bearer, { method: "DELETE" }), { params: {} });
    expect([response.status, response.body]).toEqual([204, null]);
    expect((await DELETE(requestWith(bearer, { method: "DELETE" }))).status).toBe(401);
    expect(await codeOf(await DELETE(requestWith(undefined)))).toBe("missing_token");
  });

  test("misuse is named where it is made", async () => {
    const { tokens } = createWorld();
    // What JavaScript would pass, past the types.
    const create = (options: unknown) => createProtect(tokens, options as FetchOptions);
    expect(() => create({ trustProxy: ["10.0.0.0/8"] })).toThrow(/^options\.trustProxy needs peer/);
    const both = { peer: () => "::1", clientAddress: () => "::1" };
    expect(() => create(both)).toThrow("options.clientAddress excludes peer");
    for (const name of ["peer", "preflight", "clientAddress", "refusal"])
      expect(() => create({ [name]: 7 })).toThrow(`options.${name} must be a function`);
    expect(() => create({ realms: "x" })).toThrow(/^options: there is no "realms"/);
    const protect: (...wrong: readonly unknown[]) => unknown = createProtect(tokens) as never;
    expect(() => protect("orders")).toThrow("handler must be a function");
    expect(() => protect("orders", {}, 7)).toThrow("handler must be a function");
    expect(() => protect(7, () => new Response())).toThrow(/^api must be/);
    expect(() => protect("orders", null, () => new Response())).toThrow(/^requirement must be/);
    expect(() => protect("orders", { costs: 1 }, () => new Response())).toThrow(/^requirement:/);
    const wrongCost = { cost: 1.5 };
    expect(() => protect("orders", wrongCost, () => new Response())).toThrow(/^requirement\.cost/);
  });
});
