import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { createProtect, type FastifyGuard } from "../../src/adapters/fastify.ts";
import type { HttpConformanceApp, HttpServed } from "../../src/testing/index.ts";

/** Starts the application of the conformance suite on Fastify. */
export async function serveFastify(app: HttpConformanceApp): Promise<HttpServed> {
  const server = fastifyApp(app);
  await server.listen({ port: 0, host: "127.0.0.1" });
  const { port } = server.server.address() as AddressInfo;
  return { port, close: () => server.close() };
}

/** The application of the conformance suite. */
function fastifyApp(app: HttpConformanceApp): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true });
  const protect = createProtect(app.tokens, app.options);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });
  server.setErrorHandler((_error, _request, reply) => reply.code(500).send({ error: "handled" }));

  const ran = protect.withToken((request, reply) => {
    const { method, body, token: verdict } = request;
    const path = request.routeOptions.url ?? "";
    const bytes = method === "POST" ? { bytes: lengthOf(body) } : {};
    reply.header("x-host", "kept");
    return app.ran({ path, method, verdict, ...bytes });
  });
  const route = (path: string, guard: FastifyGuard, methods: string[] = ["GET"]): void => {
    server.options(path, { onRequest: guard }, answerOptions);
    server.route({ method: methods, url: path, onRequest: guard, handler: ran });
    // Fastify's hooks belong to routes: without one there is nothing to protect, and no guard.
    const others = OTHER_METHODS.filter((method) => !methods.includes(method));
    server.route({ method: others, url: path, onRequest: guard, handler: answerNotFound });
  };

  route("/orders", protect("orders"), ["GET", "POST", "PUT", "PATCH", "DELETE"]);
  route("/invoices", protect("invoices"), ["GET", "POST"]);
  route("/reports", protect("orders", { level: "full" }));
  route("/costly", protect("orders", { cost: 5 }));
  route("/weighed", protect("orders", { cost: ({ headers }) => Number(headers["x-weight"]) }));
  const permits = { permits: isFinance };
  route("/finance", protect("orders", permits));
  const mapped = protect(apiOf);
  for (const name of ["orders", "invoices", "nowhere", "unknown"]) route(`/mapped/${name}`, mapped);
  const misused = protect("orders", { cost: () => Number.NaN });
  route("/misused", misused);
  const guard = protect("orders");
  server.options("/fails", { onRequest: guard }, answerOptions);
  server.get(
    "/fails",
    { onRequest: guard },
    protect.withToken(async ({ method, token: verdict }) => {
      app.ran({ path: "/fails", method, verdict });
      await setImmediate();
      throw new Error("the handler's own");
    }),
  );
  server.delete("/current", protect.revokeCurrent());
  server.get("/open", () => ({ open: true }));
  return server;
}

function isFinance({ profile }: { readonly profile?: { readonly department: string } }): boolean {
  return profile?.department === "finance";
}

function apiOf({ routeOptions }: FastifyRequest): string | undefined {
  const name = routeOptions.url?.split("/").at(-1);
  return name === "unknown" ? undefined : name;
}

function lengthOf(body: unknown): number {
  return Buffer.isBuffer(body) ? body.length : 0;
}

const OTHER_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function answerNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

function answerOptions(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(204).header("x-preflight", "host").send();
}
