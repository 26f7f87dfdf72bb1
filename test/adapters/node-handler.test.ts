import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { connect as connectHttp2, createServer, type IncomingHttpHeaders } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import express from "express";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type NodeHandlerOptions, toNodeHandler } from "../../src/adapters/node.ts";
import { openConnection, type RawConnection } from "../../src/testing/http/raw-client.ts";
import type { HttpServed } from "../../src/testing/index.ts";
import { listen } from "./node-subject.ts";

type Handler = Parameters<typeof toNodeHandler>[0];

const servers: HttpServed[] = [];
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.destroy();
  for (const server of servers.splice(0)) await server.close();
  vi.restoreAllMocks();
});

/** Starts a server of the listener, and tells its origin. */
async function serve(listener: RequestListener): Promise<string> {
  const server = await listen(listener);
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

async function open(origin: string): Promise<RawConnection> {
  const connection = await openConnection(Number(new URL(origin).port), "toNodeHandler");
  connections.push(connection);
  return connection;
}

/** The same handler on both servers. */
const SERVERS: readonly (readonly [
  string,
  (handler: Handler, options?: NodeHandlerOptions) => RequestListener,
])[] = [
  ["node:http", toNodeHandler],
  ["Express 5", (handler, options) => express().use(toNodeHandler(handler, options))],
];

const TEN_MB = 10_000_000;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What is waited for, as soon as it is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

/** Stays the same for a while. */
async function settled(value: () => number): Promise<number> {
  for (let before = -1; ; ) {
    const now = value();
    if (now === before) return now;
    before = now;
    await pause(200);
  }
}

describe.each(SERVERS)("a handler on %s", (_name, listenerOf) => {
  test("gets method, URL, header fields and body, and its response is sent", async () => {
    const origin = await serve(
      listenerOf(async (request) => {
        const seen = { method: request.method, url: request.url, body: await request.text() };
        const headers = { "x-seen": request.headers.get("x-sent") ?? "" };
        return Response.json(seen, { status: 201, headers });
      }),
    );
    const init = { method: "PUT", headers: { "x-sent": "a, b" }, body: "three pears" };
    const response = await fetch(`${origin}/orders/5?page=2`, init);
    expect(response.status).toBe(201);
    expect(response.headers.get("x-seen")).toBe("a, b");
    expect(response.headers.get("content-type")).toBe("application/json");
    const url = `${origin}/orders/5?page=2`;
    expect(await response.json()).toEqual({ method: "PUT", url, body: "three pears" });
  });

  test("sees every line of a field, and sends every cookie on a line of its own", async () => {
    const origin = await serve(
      listenerOf(({ headers }) => {
        const response = new Response(headers.get("authorization"));
        response.headers.append("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
        response.headers.append("set-cookie", "b=2");
        response.headers.append("vary", "origin");
        response.headers.append("vary", "accept");
        return response;
      }),
    );
    const connection = await open(origin);
    connection.send(
      "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: one\r\nauthorization: two\r\n\r\n",
    );
    const { fields, body } = await connection.answer();
    expect(body).toBe("one, two");
    const valuesOf = (name: string) =>
      fields.filter(([each]) => each === name).map(([, value]) => value);
    expect(valuesOf("set-cookie")).toEqual(["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"]);
    expect(valuesOf("vary")).toEqual(["origin, accept"]);
  });

  test("streams ten megabytes in, and ten out", async () => {
    const bytes = Uint8Array.from(randomBytes(TEN_MB));
    const origin = await serve(
      listenerOf(async (request) =>
        request.method === "POST"
          ? new Response(sha256(await request.bytes()))
          : new Response(new Blob([bytes]).stream()),
      ),
    );
    const sent = await fetch(origin, { method: "POST", body: bytes });
    expect(await sent.text()).toBe(sha256(bytes));
    const chunks = new Blob([bytes]).stream();
    const streamed = await fetch(origin, { method: "POST", body: chunks, duplex: "half" });
    expect(await streamed.text()).toBe(sha256(bytes));
    expect(sha256(await (await fetch(origin)).bytes())).toBe(sha256(bytes));
  });

  test("may answer with the very body that arrives, while it arrives", async () => {
    const origin = await serve(listenerOf(({ body }) => new Response(body)));
    const bytes = Uint8Array.from(randomBytes(TEN_MB));
    const response = await fetch(origin, { method: "POST", body: bytes });
    expect(sha256(await response.bytes())).toBe(sha256(bytes));
    const connection = await open(origin);
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send("5\r\nfirst\r\n");
    connection.send("0\r\n\r\n");
    expect((await connection.answer()).body).toBe("first");
  });

  test("has a client wait that sends faster than it reads", async () => {
    let message: IncomingMessage | undefined;
    const steps: (() => void)[] = [];
    const step = () => new Promise<void>((resolve) => steps.push(resolve));
    const origin = await serve(
      listenerOf(
        async ({ body }) => {
          const hash = createHash("sha256");
          await step();
          const reader = body?.getReader();
          let read = await reader?.read();
          await step();
          for (; read?.value !== undefined; read = await reader?.read()) hash.update(read.value);
          return new Response(hash.digest("hex"));
        },
        {
          origin: (request) => {
            message = request;
            return "http://a";
          },
        },
      ),
    );
    const bytes = Uint8Array.from(randomBytes(TEN_MB));
    const answer = fetch(origin, { method: "POST", body: bytes });
    await until(() => steps.length === 1);
    expect(await settled(() => message?.socket.bytesRead ?? 0)).toBeLessThan(1_000_000);
    expect(message?.readableDidRead).toBe(false);
    steps[0]?.();
    await until(() => steps.length === 2);
    expect(await settled(() => message?.socket.bytesRead ?? 0)).toBeLessThan(1_000_000);
    steps[1]?.();
    expect(await (await answer).text()).toBe(sha256(bytes));
  });

  test("is not asked for more than a client takes, and learns that it has left", async () => {
    let pulled = 0;
    let isCancelled = false;
    let isAborted = false;
    const origin = await serve(
      listenerOf(({ signal }) => {
        signal.addEventListener("abort", () => (isAborted = true));
        const endless = new ReadableStream<Uint8Array>({
          pull(controller) {
            pulled += 65_536;
            controller.enqueue(new Uint8Array(65_536));
          },
          cancel() {
            isCancelled = true;
          },
        });
        return new Response(endless);
      }),
    );
    const socket = connect({ port: Number(new URL(origin).port), host: "127.0.0.1" });
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => pulled > 0);
    const held = await settled(() => pulled);
    expect(held).toBeLessThan(50_000_000);
    expect([isCancelled, isAborted]).toEqual([false, false]);
    socket.destroy();
    await until(() => isCancelled && isAborted);
    expect(pulled).toBeLessThanOrEqual(held + 131_072);
  });

  test("learns that the client has left while it sends, while it waits, and not afterwards", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const aborted: string[] = [];
    const origin = await serve(
      listenerOf(({ signal, url }) => {
        const { pathname } = new URL(url);
        signal.addEventListener("abort", () => aborted.push(pathname));
        return pathname === "/quick" ? new Response("done") : new Promise<Response>(() => {});
      }),
    );
    const uploading = await open(origin);
    uploading.send("POST /uploading HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nten bytes.");
    const waiting = await open(origin);
    waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n");
    const quick = await open(origin);
    quick.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await quick.answer()).body).toBe("done");
    await pause(50);
    expect(aborted).toEqual([]);
    for (const connection of [uploading, waiting, quick]) connection.destroy();
    await until(() => aborted.length >= 2);
    await pause(50);
    expect(aborted.sort()).toEqual(["/uploading", "/waiting"]);
    expect(emitWarning).not.toHaveBeenCalled();
  });

  test("sees a body break off, and nobody is told of what follows", async () => {
    const onError = vi.fn();
    let broken: unknown;
    const origin = await serve(
      listenerOf(
        async (request) => {
          try {
            return new Response(await request.text());
          } catch (error) {
            broken = error;
            throw error;
          }
        },
        { onError },
      ),
    );
    const connection = await open(origin);
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nten bytes.");
    await pause(50);
    connection.destroy();
    await until(() => broken !== undefined);
    await pause(20);
    expect(onError).not.toHaveBeenCalled();
  });

  test("sends no body to HEAD, 204 and 304, and takes none of what was made for it", async () => {
    let isCancelled = false;
    const origin = await serve(
      listenerOf(({ method, url }) => {
        if (method !== "HEAD") return new Response(null, { status: Number(url.slice(-3)) });
        const body = new ReadableStream({
          cancel() {
            isCancelled = true;
          },
        });
        return new Response(body, { headers: { "content-length": "5" } });
      }),
    );
    const connection = await open(origin);
    connection.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    const head = await connection.answer("HEAD");
    expect(head.fields).toContainEqual(["content-length", "5"]);
    expect(isCancelled).toBe(true);
    for (const status of [204, 304, 200]) {
      connection.send(`GET /${status} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(await connection.answer()).toMatchObject({ status, body: "" });
    }
  });

  test("leaves the connection for the next request, whatever it read of a body", async () => {
    const origin = await serve(
      listenerOf(async ({ url, body }) => {
        const reader = body?.getReader();
        if (url.endsWith("/some")) await reader?.read();
        if (url.endsWith("/cancelled")) {
          await reader?.read();
          await reader?.cancel();
        }
        return new Response(url, { status: 413 });
      }),
    );
    const connection = await open(origin);
    for (const path of ["/none", "/some", "/cancelled", "/none"]) {
      connection.send(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n`);
      connection.send("a".repeat(400_000));
      expect(await connection.answer()).toMatchObject({ status: 413, body: `http://a${path}` });
      connection.send("a".repeat(600_000));
    }
    connection.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await connection.answer()).body).toBe("http://a/last");
  });

  test("may turn away from a body while it waits for more of it", async () => {
    let hasTurned = false;
    let hasArrived = false;
    const origin = await serve(
      listenerOf(async ({ body }) => {
        const reader = body?.getReader();
        const waiting = reader?.read();
        await pause(10);
        await reader?.cancel();
        hasTurned = true;
        await until(() => hasArrived);
        return Response.json(await waiting);
      }),
    );
    const connection = await open(origin);
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    await until(() => hasTurned);
    connection.send("ten bytes.");
    await pause(50);
    hasArrived = true;
    expect(JSON.parse((await connection.answer()).body)).toEqual({ done: true });
  });

  test("is not heard further once it has answered: a body that it kept ends in an error", async () => {
    let kept: Promise<string> | undefined;
    const origin = await serve(
      listenerOf((request) => {
        kept = request.text();
        // It is looked at later.
        kept.catch(() => {});
        return new Response("early");
      }),
    );
    const connection = await open(origin);
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst");
    expect((await connection.answer()).body).toBe("early");
    await expect(kept).rejects.toThrow("the request was answered");
  });

  test("sends what it has at once, its head before anything", async () => {
    let push: ((text: string) => void) | undefined;
    const origin = await serve(
      listenerOf(() => {
        const events = new ReadableStream<string>({
          start: (controller) => {
            push = (text) => controller.enqueue(text);
          },
        });
        const headers = { "content-type": "text/event-stream" };
        return new Response(events.pipeThrough(new TextEncoderStream()), { headers });
      }),
    );
    const response = await fetch(origin);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const text of ["data: 1\n\n", "data: 2\n\n"]) {
      push?.(text);
      expect((await reader?.read())?.value).toBe(text);
    }
    await reader?.cancel();
  });
});

describe("errors", () => {
  const own = new Error("acme_pat_secret is not to be told");

  test.each([
    [
      "throws",
      () => {
        throw own;
      },
    ],
    ["rejects", () => Promise.reject(own)],
  ] satisfies [string, Handler][])(
    "a handler that %s is answered by 500 without a word, and warned of",
    async (_name, handler) => {
      const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const origin = await serve(toNodeHandler(handler));
      const response = await fetch(origin, { method: "POST", body: "pears" });
      expect([response.status, await response.text()]).toEqual([500, ""]);
      expect(emitWarning).toHaveBeenCalledExactlyOnceWith(own);
    },
  );

  test("go to onError, which answers", async () => {
    const onError = vi.fn<NonNullable<NodeHandlerOptions["onError"]>>(
      (_error, _request, response) => {
        response.writeHead(502).end("mine");
      },
    );
    const origin = await serve(toNodeHandler(() => Promise.reject(own), { onError }));
    const response = await fetch(`${origin}/orders`);
    expect([response.status, await response.text()]).toEqual([502, "mine"]);
    expect(onError.mock.calls[0]?.[0]).toBe(own);
    expect(onError.mock.calls[0]?.[1].url).toBe("/orders");
  });

  test("a header that Node does not send leaves nothing of the response behind", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const headers = [
      ["content-length", "5"],
      ["set-cookie", "sid=1"],
      ["x-echo", "a\u0001b"],
    ] satisfies [string, string][];
    const origin = await serve(toNodeHandler(() => new Response("12345", { headers })));
    const response = await fetch(origin);
    expect([response.status, await response.text()]).toEqual([500, ""]);
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("content-length")).toBe("0");
  });

  test("an onError that throws, as where the head was sent, ends one request and no process", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const body = (): ReadableStream =>
      new ReadableStream({
        async pull(controller) {
          controller.enqueue(new TextEncoder().encode("begun"));
          await pause(20);
          controller.error(own);
        },
      });
    const onError: NodeHandlerOptions["onError"] = (_error, _request, response) => {
      response.writeHead(500).end();
    };
    const origin = await serve(toNodeHandler(() => new Response(body()), { onError }));
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
    await until(() => emitWarning.mock.calls.length > 0);
  });

  test("a response that breaks off is not made to look whole", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const origin = await serve(
      toNodeHandler(() => {
        let isFirst = true;
        return new Response(
          new ReadableStream<Uint8Array>({
            pull(controller) {
              if (isFirst) controller.enqueue(new TextEncoder().encode("half"));
              else controller.error(own);
              isFirst = false;
            },
          }),
        );
      }),
    );
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(own);
  });

  test("a response whose body was read, or that is none, is an error and none of it is sent", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const read = new Response("read", { headers: { "content-length": "4", "x-own": "1" } });
    const reader = read.body?.getReader();
    await reader?.read();
    reader?.releaseLock();
    // A handler of JavaScript may give anything.
    const answers: unknown[] = [read, Response.error(), undefined];
    const origin = await serve(toNodeHandler(() => answers.pop() as Response));
    for (const _each of [1, 2, 3]) {
      const response = await fetch(origin);
      expect([response.status, await response.text()]).toEqual([500, ""]);
      expect(response.headers.has("x-own")).toBe(false);
    }
    expect(process.emitWarning).toHaveBeenCalledTimes(3);
  });

  test("what another listener has answered stays answered", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const handler = vi.fn<Handler>(async () => new Response("late"));
    const listener = toNodeHandler(handler);
    const origin = await serve((request, response) => {
      if (request.url === "/before") response.end("first");
      listener(request, response);
      if (request.url === "/meanwhile") response.end("first");
    });
    expect(await (await fetch(`${origin}/before`)).text()).toBe("first");
    expect(handler).not.toHaveBeenCalled();
    expect(await (await fetch(`${origin}/meanwhile`)).text()).toBe("first");
    await pause(20);
    expect(handler).toHaveBeenCalledOnce();
    expect(emitWarning).not.toHaveBeenCalled();
  });
});

describe("a request or response out of the ordinary", () => {
  test("with a body that GET may not have: the handler sees none, and the connection goes on", async () => {
    const origin = await serve(
      toNodeHandler(async (request) => new Response(`${request.body} ${await request.text()}`)),
    );
    const connection = await open(origin);
    connection.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\npears");
    expect((await connection.answer()).body).toBe("null ");
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    expect((await connection.answer()).body).toBe("null ");
  });

  test.each([
    ["an empty body in chunks", "end", "0\r\n\r\n"],
    ["a part of a body", "data", "5\r\nfirst\r\n"],
  ])("of which %s was read before is told like any other", async (_name, event, chunk) => {
    const onError = vi.fn<NonNullable<NodeHandlerOptions["onError"]>>(
      (_error, _request, response) => {
        response.writeHead(500).end();
      },
    );
    const listener = toNodeHandler(() => new Response(), { onError });
    const origin = await serve((request, response) => {
      request.resume().once(event, () => listener(request.pause(), response));
    });
    const connection = await open(origin);
    connection.send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect((await connection.answer()).status).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
  });

  test("of a client that has left already is not handled", async () => {
    const handler = vi.fn<Handler>(() => new Response());
    const listener = toNodeHandler(handler);
    let hasRun = false;
    const origin = await serve((request, response) => {
      response.once("close", () => {
        listener(request, response);
        hasRun = true;
      });
    });
    const connection = await open(origin);
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await pause(20);
    connection.destroy();
    await until(() => hasRun);
    expect(handler).not.toHaveBeenCalled();
  });

  test("over TLS has a URL of https", async () => {
    const listener = toNodeHandler(({ url }) => new Response(url));
    const origin = await serve((request, response) => {
      Object.assign(request.socket, { encrypted: true });
      listener(request, response);
    });
    const response = await fetch(origin);
    expect(await response.text()).toBe(`${origin.replace("http", "https")}/`);
  });

  test("with words of its own beside the status keeps them", async () => {
    const init = { status: 202, statusText: "Kept for later" };
    const response = await fetch(await serve(toNodeHandler(() => new Response(null, init))));
    expect(response.statusText).toBe("Kept for later");
  });
});

describe("in Express", () => {
  const echo: Handler = async (request) => new Response(`${request.url} ${await request.text()}`);

  test("behind a body parser it says what is wrong, and before one it works", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const app = express()
      .post("/before", toNodeHandler(echo))
      .use(express.json())
      .post("/behind", toNodeHandler(echo));
    const origin = await serve(app);
    const call = (path: string, body: string) =>
      fetch(`${origin}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    expect(await (await call("/before", "{}")).text()).toBe(`${origin}/before {}`);
    const behind = await call("/behind", "{}");
    expect([behind.status, await behind.text()]).toEqual([500, ""]);
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      new Error("the body of the request was read before: mount the handler before body parsers"),
    );
    // There was nothing to parse.
    expect(await (await call("/behind", "")).text()).toBe(`${origin}/behind `);
  });

  test("it sees the whole path where it is mounted, and keeps what was set before", async () => {
    const app = express()
      .use((_req, res, next) => {
        res.setHeader("set-cookie", "mine=1").setHeader("x-mine", "1");
        next();
      })
      .use(
        "/hooks",
        toNodeHandler(() => new Response("", { headers: { "set-cookie": "its=2" } })),
      )
      .use("/api", express.Router().use("/v1", toNodeHandler(echo)));
    const origin = await serve(app);
    const hooks = await fetch(`${origin}/hooks`);
    expect(hooks.headers.getSetCookie()).toEqual(["mine=1", "its=2"]);
    expect(hooks.headers.get("x-mine")).toBe("1");
    const api = await fetch(`${origin}/api/v1/orders?a=b`);
    expect(await api.text()).toBe(`${origin}/api/v1/orders?a=b `);
  });
});

describe("a handler with paths of its own", () => {
  test.each([
    ["/tokenry/a", 200],
    ["/tokenry/./a", 404],
    ["/public/../tokenry/a", 404],
    ["/public/%2E%2e/tokenry/a", 404],
    ["/public\\..\\tokenry/a", 404],
    ["/\\tokenry/a", 404],
  ])(
    "is asked for %s: %i, so that what guards its path before it is not gone around",
    async (path, status) => {
      const handler = Object.assign(() => new Response(), { prefix: "/tokenry" });
      const connection = await open(await serve(toNodeHandler(handler)));
      connection.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect((await connection.answer()).status).toBe(status);
    },
  );
});

describe("over HTTP/2, where methods come in any case", () => {
  test.each([
    ["GET", 200],
    ["get", 200],
    ["Head", 200],
    ["trace", 501],
  ])("%s is answered with %i", async (method, status) => {
    const listener = toNodeHandler(() => new Response("hi"));
    // A cast, as the messages of HTTP/2 are a compatible kind of those of HTTP/1.
    const server = createServer(listener as unknown as Parameters<typeof createServer>[1]);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [head] = await once(session.request({ ":method": method, ":path": "/a" }), "response");
    expect((head as IncomingHttpHeaders)[":status"]).toBe(status);
    session.destroy();
    server.close();
  });
});

describe("the URL of a request", () => {
  const urlOf = async (head: string, options: NodeHandlerOptions = {}): Promise<string> => {
    const connection = await open(
      await serve(toNodeHandler(({ url }) => new Response(url), options)),
    );
    connection.send(`${head}\r\n\r\n`);
    const { status, body } = await connection.answer();
    return status === 200 ? body : `${status}`;
  };

  test.each([
    ["GET /orders?a=b HTTP/1.1\r\nHost: api.example.com", "http://api.example.com/orders?a=b"],
    ["GET / HTTP/1.1\r\nHost: [::1]:8080", "http://[::1]:8080/"],
    ["GET /a HTTP/1.1\r\nHost: api.example.com:", "http://api.example.com/a"],
    ["GET / HTTP/1.1\r\nHost: [::1]:", "http://[::1]/"],
    ["GET /a HTTP/1.1\r\nHost: a::", "400"],
    ["GET /a HTTP/1.1\r\nHost: :80", "400"],
    ["GET //evil.example/a HTTP/1.1\r\nHost: a", "http://a//evil.example/a"],
    ["GET /\\evil.example HTTP/1.1\r\nHost: a", "http://a//evil.example"],
    ["GET http://evil.example/a?b HTTP/1.1\r\nHost: a", "http://a/a?b"],
    ["GET /a HTTP/1.0", "http://localhost/a"],
    ["GET /a HTTP/1.1\r\nHost: a/b?c=", "400"],
    ["GET /a HTTP/1.1\r\nHost: user@a", "400"],
    ["GET /a HTTP/1.1\r\nHost: a\r\nHost: b", "400"],
    ["GET /a HTTP/1.1\r\nHost: a:99999", "400"],
    ["OPTIONS * HTTP/1.1\r\nHost: a", "400"],
    ["TRACE / HTTP/1.1\r\nHost: a", "501"],
  ])("of %j is %s", async (head, url) => {
    expect(await urlOf(head)).toBe(url);
  });

  test("is on the origin that the host names, whatever the client says", async () => {
    const head = "GET /a HTTP/1.1\r\nHost: evil.example";
    for (const origin of ["https://api.example.com", "https://api.example.com/"])
      expect(await urlOf(head, { origin })).toBe("https://api.example.com/a");
    const origin = ({ headers }: IncomingMessage) => `https://${headers.host}:8443`;
    expect(await urlOf(head, { origin })).toBe("https://evil.example:8443/a");
  });

  test.each(["", "api.example.com", "ftp://a", "https://a/b", "https://a?b", "https://u@a"])(
    "cannot be on %j",
    async (origin) => {
      expect(() => toNodeHandler(() => new Response(), { origin })).toThrow(RangeError);
      const onError = vi.fn<NonNullable<NodeHandlerOptions["onError"]>>(
        (_error, _request, response) => {
          response.writeHead(500).end();
        },
      );
      const head = "GET /a HTTP/1.1\r\nHost: a";
      expect(await urlOf(head, { origin: () => origin, onError })).toBe("500");
      expect(onError.mock.calls[0]?.[0]).toBeInstanceOf(RangeError);
    },
  );
});

describe("the options", () => {
  test.each([
    [undefined, {}, "handler must be a function"],
    [() => new Response(), null, "options must be an object"],
    [() => new Response(), { host: "a" }, 'options: there is no "host"'],
    [() => new Response(), { onError: true }, "options.onError must be a function"],
    [() => new Response(), { origin: 5 }, "options.origin must be a string"],
  ])("%o, %o are refused", (handler, options, message) => {
    // Casts, as callers without a compiler give what they like.
    const make = () => toNodeHandler(handler as Handler, options as NodeHandlerOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
