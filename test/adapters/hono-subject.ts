import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { createProtect, type ProtectedEnv } from "../../src/adapters/hono.ts";
import type { HttpConformanceApp, HttpProfile, HttpServed } from "../../src/testing/index.ts";

/** Starts the application of the conformance suite on Hono, served by Node. */
export function serveHono(app: HttpConformanceApp): Promise<HttpServed> {
  return serveOnNode(honoApp(app).fetch);
}

/** Starts an application of Hono on Node, on a free port of 127.0.0.1. */
export async function serveOnNode(
  fetch: Parameters<typeof createAdaptorServer>[0]["fetch"],
): Promise<HttpServed> {
  // The name is for requests of HTTP/1.0 that have none. A cast, as there is no HTTP/2 without being asked for.
  const server = createAdaptorServer({ fetch, hostname: "conformance.test" }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A cast, as only a server on a pipe has another kind of address.
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

/** The application of the conformance suite. */
function honoApp(app: HttpConformanceApp): Hono<ProtectedEnv<string, HttpProfile>> {
  const hono = new Hono<ProtectedEnv<string, HttpProfile>>();
  const protect = createProtect(app.tokens, app.options);
  hono.onError((_error, c) => c.json({ error: "handled" }, 500));

  const route = (path: string, guard: ReturnType<typeof protect>, methods = ["GET"]): void => {
    hono.use(path, guard);
    hono.options(path, (c) => c.body(null, 204, { "x-preflight": "host" }));
    hono.on(methods, path, async (c) => {
      const { method } = c.req;
      const bytes = method === "POST" ? { bytes: (await c.req.arrayBuffer()).byteLength } : {};
      c.header("x-host", "kept");
      return c.json(app.ran({ path, method, verdict: c.get("token"), ...bytes }));
    });
  };
  route("/orders", protect("orders"), ["GET", "POST", "PUT", "PATCH", "DELETE"]);
  route("/invoices", protect("invoices"), ["GET", "POST"]);
  route("/reports", protect("orders", { level: "full" }));
  route("/costly", protect("orders", { cost: 5 }));
  route("/weighed", protect("orders", { cost: ({ req }) => Number(req.header("x-weight")) }));
  route(
    "/finance",
    protect("orders", { permits: ({ profile }) => profile?.department === "finance" }),
  );
  const mapped = protect(apiOf);
  for (const name of ["orders", "invoices", "nowhere", "unknown"]) route(`/mapped/${name}`, mapped);
  route("/misused", protect("orders", { cost: () => Number.NaN }));
  route("/fails", protect("orders"), []);
  hono.get("/fails", async (c) => {
    app.ran({ path: "/fails", method: c.req.method, verdict: c.get("token") });
    await setImmediate();
    throw new Error("the handler's own");
  });
  hono.delete("/current", protect.revokeCurrent());
  hono.get("/open", (c) => c.json({ open: true }));
  return hono;
}

function apiOf({ req }: Context): string | undefined {
  const name = req.path.split("/").at(-1);
  return name === "unknown" ? undefined : name;
}
