import type { IncomingMessage } from "node:http";
import {
  createProtect,
  type FetchHandler,
  type FetchRequirement,
  type ProtectedHandler,
} from "../../src/adapters/fetch.ts";
import type { HttpConformanceApp, HttpProfile, HttpServed } from "../../src/testing/index.ts";
import { listenerOf } from "./fetch-bridge.ts";
import { listen } from "./node-subject.ts";

type Rest = [message: IncomingMessage];
type Route = readonly [FetchRequirement<HttpProfile, Rest>, handler?: "fails"];

const orders: Readonly<Record<string, Route>> = {
  "/orders": [{}],
  "/reports": [{ level: "full" }],
  "/costly": [{ cost: 5 }],
  "/weighed": [{ cost: ({ headers }) => Number(headers.get("x-weight")) }],
  "/finance": [{ permits: ({ profile }) => profile?.department === "finance" }],
  "/fails": [{}, "fails"],
  "/misused": [{ cost: () => Number.NaN }],
};

/** Starts the application of the conformance suite as handlers of the Fetch standard. */
export function serveFetch(app: HttpConformanceApp): Promise<HttpServed> {
  const routes = routesOf(app);
  return listen(
    listenerOf(async (request, message) => {
      const handler = routes.get(new URL(request.url).pathname);
      if (handler === undefined) return new Response(null, { status: 404 });
      try {
        return await handler(request, message);
      } catch {
        return Response.json({ error: "handled" }, { status: 500 });
      }
    }),
  );
}

function routesOf(app: HttpConformanceApp): ReadonlyMap<string, FetchHandler<Request, Rest>> {
  const protect = createProtect(app.tokens, {
    ...app.options,
    peer: (_request, message: IncomingMessage) => message.socket.remoteAddress,
    preflight: answerOptions,
  });
  const routes = new Map<string, FetchHandler<Request, Rest>>();
  for (const [path, [requirement, handler]] of Object.entries(orders))
    routes.set(path, protect("orders", requirement, handlerOf(app, path, handler)));
  routes.set("/invoices", protect("invoices", handlerOf(app, "/invoices")));
  const mapped = protect(
    (request) => {
      const name = new URL(request.url).pathname.split("/").at(-1);
      return name === "unknown" ? undefined : name;
    },
    handlerOf(app, "/mapped"),
  );
  for (const name of ["orders", "invoices", "nowhere", "unknown"])
    routes.set(`/mapped/${name}`, mapped);
  const revokeCurrent = protect.revokeCurrent();
  routes.set("/current", async (request, message) =>
    request.method === "DELETE"
      ? revokeCurrent(request, message)
      : new Response(null, { status: 405 }),
  );
  routes.set("/open", async () => Response.json({ open: true }));
  return routes;
}

function handlerOf(
  app: HttpConformanceApp,
  path: string,
  handler?: "fails",
): ProtectedHandler<string, HttpProfile, Request, Rest> {
  return async (request, verdict) => {
    const { method } = request;
    if (method === "OPTIONS") return answerOptions();
    const bytes = method === "POST" ? { bytes: (await request.arrayBuffer()).byteLength } : {};
    const answer = app.ran({ path, method, verdict, ...bytes });
    if (handler === "fails") {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("the handler's own");
    }
    return Response.json(answer, { headers: { "x-host": "kept" } });
  };
}

function answerOptions(): Response {
  return new Response(null, { status: 204, headers: { "x-preflight": "host" } });
}
