import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createProtect, type NodeOptions, type NodeProtect } from "../../src/adapters/node.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { createWorld, type World } from "../support/world.ts";
import { listen } from "./node-subject.ts";

const servers: HttpServed[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Served {
  readonly world: World;
  readonly bearer: string;
  /** Asks the listener; with the world's token unless told. */
  ask(init?: RequestInit): Promise<Response>;
}

async function serve(
  options: NodeOptions,
  make: (protect: NodeProtect, world: World) => RequestListener,
): Promise<Served> {
  const world = createWorld();
  const listener = make(createProtect(world.tokens, { clock: world.clock, ...options }), world);
  const server = await listen(listener);
  servers.push(server);
  const { secret } = await world.issue();
  const bearer = `Bearer ${secret.reveal()}`;
  return {
    world,
    bearer,
    ask(init = {}) {
      const headers = new Headers({ authorization: bearer, ...Object(init.headers) });
      return fetch(`http://127.0.0.1:${server.port}/orders`, { ...init, headers });
    },
  };
}

const PREFLIGHT = {
  method: "OPTIONS",
  headers: {
    authorization: "",
    origin: "https://app.example",
    "access-control-request-method": "POST",
  },
};

const nothing: RequestListener = (_request, response) => void response.end();

async function codeOf(response: Response): Promise<unknown> {
  return Reflect.get((await response.json()) as object, "code");
}

describe("a listener behind protect", () => {
  test("finds the verdict on the request, and the body unread", async () => {
    const { ask } = await serve({}, (protect) =>
      protect("orders", async (request, response) => {
        expect(request.readableDidRead).toBe(false);
        response.end(`${request.token.owner.id}: ${await text(request)}`);
      }),
    );
    const response = await ask({ method: "POST", body: "three pears" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("ada: three pears");
  });

  test("never runs for who is refused", async () => {
    const listener = vi.fn(nothing);
    const { ask } = await serve({}, (protect) =>
      protect("orders", { permits: () => false }, listener),
    );
    expect(await codeOf(await ask({ headers: { authorization: "" } }))).toBe("missing_token");
    expect(await codeOf(await ask({ headers: { authorization: "Bearer x" } }))).toBe(
      "invalid_token",
    );
    expect(await codeOf(await ask({ method: "POST", body: "pears" }))).toBe("access_denied");
    expect(listener).not.toHaveBeenCalled();
  });

  test("may replace the fields of an accepted call, and keeps them otherwise", async () => {
    const { ask } = await serve({}, (protect) =>
      protect("orders", (_request, response) => {
        response.removeHeader("RateLimit-Policy");
        response.writeHead(201, { RateLimit: "mine" }).end();
      }),
    );
    const { status, headers } = await ask();
    expect(status).toBe(201);
    expect(headers.get("ratelimit")).toBe("mine");
    expect(headers.has("ratelimit-policy")).toBe(false);
    expect(headers.get("token-expires-at")).toBe("2026-12-22T12:00:00.000Z");
  });

  test("keeps what the host had set before, beside a refusal too", async () => {
    const { ask } = await serve({}, (protect) => {
      const guarded = protect("orders", nothing);
      return (request, response) => {
        response.setHeader("Access-Control-Allow-Origin", "https://app.example");
        guarded(request, response);
      };
    });
    for (const headers of [{}, { authorization: "" }]) {
      const response = await ask({ headers });
      expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
    }
  });

  test("within another one is decided upon again", async () => {
    const { ask } = await serve({}, (protect) => {
      const inner = protect("orders", { cost: 10 }, (request, response) =>
        response.end(`${request.token.budget.remaining}`),
      );
      const refusing = protect("invoices", { permits: () => false }, nothing);
      return protect("orders", (request, response) =>
        (request.headers["x-inner"] === undefined ? inner : refusing)(request, response),
      );
    });
    const response = await ask();
    expect(await response.text()).toBe("289");
    expect(response.headers.get("ratelimit")).toContain("r=289;");
    expect(await codeOf(await ask({ headers: { "x-inner": "refusing" } }))).toBe("access_denied");
  });
});

describe("functions of the host", () => {
  test("get the request of node:http", async () => {
    const seen: unknown[] = [];
    const see = <Result>(name: string, result: Result) => {
      return (request: IncomingMessage) => {
        seen.push([name, request.url]);
        return result;
      };
    };
    const { ask } = await serve(
      {
        clientAddress: see("clientAddress", "203.0.113.1"),
        refusal: ({ code }, answer, request) => {
          seen.push([code, request.url]);
          return { ...answer, status: 418, body: "" };
        },
      },
      (protect) => protect(see("api", "orders"), { cost: see("cost", 300) }, nothing),
    );
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(418);
    const each = ["clientAddress", "api", "cost"];
    expect(seen).toEqual([...each, ...each, "budget_exceeded"].map((name) => [name, "/orders"]));
  });

  test("answer CORS preflights, which need no token", async () => {
    const listener = vi.fn(nothing);
    const silent = await serve({}, (protect) => protect("orders", listener));
    const response = await silent.ask(PREFLIGHT);
    expect(response.status).toBe(204);
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-"))).toEqual([]);
    const telling = await serve(
      {
        preflight: async (_request, answer) => {
          await setImmediate();
          answer.writeHead(204, { "access-control-allow-methods": "POST" }).end();
        },
      },
      (protect) => protect("orders", listener),
    );
    const told = await telling.ask(PREFLIGHT);
    expect(told.headers.get("access-control-allow-methods")).toBe("POST");
    expect(listener).not.toHaveBeenCalled();
  });
});

describe("the client's address", () => {
  const network = { include: ["198.51.100.0/24"] };

  async function statusOf(options: NodeOptions, forwarded: string): Promise<number> {
    const { world, ask } = await serve(options, (protect) => protect("orders", nothing));
    const { secret } = await world.issue({ network });
    const headers = { authorization: `Bearer ${secret.reveal()}`, "x-forwarded-for": forwarded };
    return (await ask({ headers })).status;
  }

  test("CORE-56: is the connection's, and found through trusted proxies from there", async () => {
    expect(await statusOf({}, "198.51.100.1")).toBe(403);
    expect(await statusOf({ trustProxy: ["10.0.0.0/8"] }, "198.51.100.1")).toBe(403);
    expect(await statusOf({ trustProxy: ["127.0.0.1"] }, "198.51.100.1")).toBe(200);
    expect(await statusOf({ trustProxy: ["127.0.0.1"] }, "198.51.100.1, 203.0.113.1")).toBe(403);
  });

  test("is the host's word where that is believed", async () => {
    expect(await statusOf({ clientAddress: () => "198.51.100.9" }, "203.0.113.1")).toBe(200);
    expect(await statusOf({ clientAddress: () => undefined }, "198.51.100.1")).toBe(403);
  });
});

describe("what goes wrong", () => {
  const own = new Error("the host's own");
  const fails: Readonly<Record<string, (protect: NodeProtect) => RequestListener>> = {
    "a listener that throws": (protect) =>
      protect("orders", () => {
        throw own;
      }),
    "a listener that rejects": (protect) =>
      protect("orders", async () => {
        await setImmediate();
        throw own;
      }),
    "a cost that throws": (protect) =>
      protect(
        "orders",
        {
          cost: () => {
            throw own;
          },
        },
        nothing,
      ),
  };

  test.each(Object.entries(fails))("%s is onError's to answer", async (_name, make) => {
    const onError = vi.fn((error: unknown, request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(500, { "x-path": request.url ?? "" }).end(String(error));
    });
    const { ask } = await serve({ onError }, make);
    const response = await ask();
    expect([response.status, response.headers.get("x-path")]).toEqual([500, "/orders"]);
    expect(await response.text()).toBe("Error: the host's own");
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test.each(Object.entries(fails))(
    "%s is answered without onError, and the process is warned",
    async (_name, make) => {
      const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const { ask } = await serve({}, make);
      const response = await ask();
      expect([response.status, await response.text()]).toEqual([500, ""]);
      expect(emitWarning).toHaveBeenCalledExactlyOnceWith(own);
      emitWarning.mockRestore();
    },
  );

  const later = new Error("the log is down");
  test.each<[string, NonNullable<NodeOptions["onError"]>]>([
    [
      "throws",
      () => {
        throw later;
      },
    ],
    ["rejects", async () => Promise.reject(later)],
  ])("an onError that %s itself ends one request and no process", async (_name, onError) => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const listeners = [
      (protect: NodeProtect) => protect("orders", () => Promise.reject(own)),
      (protect: NodeProtect) => protect.revokeCurrent(),
    ];
    for (const make of listeners) {
      const clientAddress = (): never => {
        throw own;
      };
      const { ask } = await serve({ onError, clientAddress }, make);
      expect((await ask()).status).toBe(500);
      expect(emitWarning).toHaveBeenLastCalledWith(later);
    }
    emitWarning.mockRestore();
  });

  test("an answer that was begun is broken off, not made to look whole", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { ask } = await serve({}, (protect) =>
      protect("orders", (_request, response) => {
        response.write("half");
        return Promise.reject("no Error");
      }),
    );
    await expect(ask().then((response) => response.text())).rejects.toThrow();
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ cause: "no Error" }),
    );
    emitWarning.mockRestore();
  });

  test("what a host has answered meanwhile stays answered, and the listener does not run", async () => {
    const listener = vi.fn(nothing);
    const { ask } = await serve({}, (protect) => {
      const guarded = protect("orders", listener);
      return (request, response) => {
        guarded(request, response);
        response.writeHead(504).end();
      };
    });
    expect((await ask()).status).toBe(504);
    expect(listener).not.toHaveBeenCalled();
  });

  test("a preflight's own fault is onError's too", async () => {
    const { ask } = await serve(
      {
        preflight: () => {
          throw own;
        },
        onError: (error, _request, response) => response.writeHead(500).end(String(error)),
      },
      (protect) => protect("orders", nothing),
    );
    expect((await ask(PREFLIGHT)).status).toBe(500);
  });

  test("misuse is named where it is made", () => {
    const { tokens } = createWorld();
    // What JavaScript would pass, past the types.
    const create = (options: unknown) => createProtect(tokens, options as NodeOptions);
    for (const name of ["preflight", "onError", "clientAddress", "refusal"])
      expect(() => create({ [name]: 7 })).toThrow(`options.${name} must be a function`);
    expect(() => create({ realms: "x" })).toThrow(/^options: there is no "realms"/);
    const protect: (...wrong: readonly unknown[]) => unknown = createProtect(tokens) as never;
    expect(() => protect("orders")).toThrow("listener must be a function");
    expect(() => protect("orders", {}, 7)).toThrow("listener must be a function");
    expect(() => protect(7, nothing)).toThrow(/^api must be/);
    expect(() => protect("orders", null, nothing)).toThrow(/^requirement must be/);
    expect(() => protect("orders", { cost: 0 }, nothing)).toThrow(/^requirement\.cost/);
  });
});

describe("revokeCurrent", () => {
  test("CORE-38: ends the token of its request", async () => {
    const { ask } = await serve({}, (protect) => protect.revokeCurrent());
    const response = await ask({ method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect((await ask({ method: "DELETE" })).status).toBe(401);
  });

  test("hands an error that is no outage to onError", async () => {
    const world = createWorld();
    const broken = {
      verify: world.tokens.verify,
      revokeCurrent: () => Promise.reject(new Error("the host's own")),
    };
    const protect = createProtect(broken, {
      onError: (error, _request, response) => response.writeHead(500).end(String(error)),
    });
    const { ask } = await serve({}, () => protect.revokeCurrent());
    const response = await ask({ method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([500, "Error: the host's own"]);
  });
});
