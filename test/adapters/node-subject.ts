import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
  createProtect,
  type ProtectedListener,
  type Requirement,
} from "../../src/adapters/node.ts";
import type { HttpConformanceApp, HttpProfile, HttpServed } from "../../src/testing/index.ts";

type Route = readonly [Requirement<IncomingMessage, HttpProfile>, handler?: "fails"];

const orders: Readonly<Record<string, Route>> = {
  "/orders": [{}],
  "/reports": [{ level: "full" }],
  "/costly": [{ cost: 5 }],
  "/weighed": [{ cost: ({ headers }) => Number(headers["x-weight"]) }],
  "/finance": [{ permits: ({ profile }) => profile?.department === "finance" }],
  "/fails": [{}, "fails"],
  "/misused": [{ cost: () => Number.NaN }],
};

/** Starts the application of the conformance suite on node:http. */
export function serveNode(app: HttpConformanceApp): Promise<HttpServed> {
  return listen(nodeListener(app));
}

/** The application of the conformance suite. */
export function nodeListener(app: HttpConformanceApp): RequestListener {
  const protect = createProtect(app.tokens, {
    ...app.options,
    preflight: answerOptions,
    onError: (_error, _request, response) => sendJson(response, 500, { error: "handled" }),
  });
  const routes = new Map<string, RequestListener>();
  for (const [path, [requirement, handler]] of Object.entries(orders))
    routes.set(path, protect("orders", requirement, handlerOf(app, path, handler)));
  routes.set("/invoices", protect("invoices", handlerOf(app, "/invoices")));
  const mapped = protect(
    (request) => {
      const name = pathOf(request).split("/").at(-1);
      return name === "unknown" ? undefined : name;
    },
    handlerOf(app, "/mapped"),
  );
  for (const name of ["orders", "invoices", "nowhere", "unknown"])
    routes.set(`/mapped/${name}`, mapped);
  const revokeCurrent = protect.revokeCurrent();
  routes.set("/current", (request, response) => {
    if (request.method === "DELETE") revokeCurrent(request, response);
    else sendJson(response, 405, { error: "method" });
  });
  routes.set("/open", (_request, response) => sendJson(response, 200, { open: true }));
  return (request, response) => {
    const route = routes.get(pathOf(request));
    if (route === undefined) sendJson(response, 404, { error: "path" });
    else route(request, response);
  };
}

/** Starts a server on a free port of 127.0.0.1. */
export async function listen(
  listener: RequestListener,
  options: ServerOptions = {},
): Promise<HttpServed> {
  const server = createServer(options, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function handlerOf(
  app: HttpConformanceApp,
  path: string,
  handler?: "fails",
): ProtectedListener<string, HttpProfile> {
  return async (request, response) => {
    const { method = "", token: verdict } = request;
    if (method === "OPTIONS") return answerOptions(request, response);
    const bytes = method === "POST" ? { bytes: await bodyLength(request) } : {};
    const answer = app.ran({ path, method, verdict, ...bytes });
    if (handler === "fails") {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("the handler's own");
    }
    response.setHeader("x-host", "kept");
    sendJson(response, 200, answer);
  };
}

async function bodyLength(request: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of request) length += (chunk as Buffer).length;
  return length;
}

function pathOf({ url = "" }: IncomingMessage): string {
  return new URL(url, "http://conformance.test").pathname;
}

function answerOptions(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, { "x-preflight": "host" }).end();
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
