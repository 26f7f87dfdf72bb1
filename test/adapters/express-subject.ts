import express, { type Express, type NextFunction, type Request, type Response } from "express";
import {
  createProtect,
  type ExpressProtect,
  type Requirement,
} from "../../src/adapters/express.ts";
import type { HttpConformanceApp, HttpProfile, HttpServed } from "../../src/testing/index.ts";
import { listen } from "./node-subject.ts";

const orders: Readonly<Record<string, Requirement<Request, HttpProfile>>> = {
  "/orders": {},
  "/reports": { level: "full" },
  "/costly": { cost: 5 },
  "/weighed": { cost: (req) => Number(req.get("x-weight")) },
  "/finance": { permits: ({ profile }) => profile?.department === "finance" },
  "/misused": { cost: () => Number.NaN },
  "/fails": {},
};

/** Starts the application of the conformance suite on Express. */
export function serveExpress(app: HttpConformanceApp): Promise<HttpServed> {
  return listen(expressApp(app));
}

/** The application of the conformance suite. */
function expressApp(app: HttpConformanceApp): Express {
  const server = express();
  const protect = createProtect(app.tokens, app.options);
  const run = runner(app, protect);
  for (const [path, requirement] of Object.entries(orders))
    server.use(path, protect("orders", requirement));
  server.use("/invoices", protect("invoices"));
  // Mounted: `req.url` is "/orders" here, and `req.originalUrl` "/mapped/orders".
  server.use(
    "/mapped",
    protect((req) => {
      const name = req.originalUrl.split("/").at(-1);
      return name === "unknown" ? undefined : name;
    }),
  );
  server.get("/fails", run, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error("the handler's own");
  });
  const paths = Object.keys(orders).filter((path) => path !== "/fails");
  server.get([...paths, "/invoices", "/mapped/:name"], run, send);
  server.route(["/orders", "/invoices"]).post(run, send).put(run, send).patch(run, send);
  server.delete("/orders", run, send);
  server.options("/{*path}", (_req, res) => res.set("x-preflight", "host").status(204).end());
  server.delete("/current", protect.revokeCurrent());
  server.get("/open", (_req, res) => res.json({ open: true }));
  server.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    res.status(500).json({ error: "handled" });
  });
  return server;
}

function runner(app: HttpConformanceApp, protect: ExpressProtect<string, string, HttpProfile>) {
  return protect.withToken(async (req, res, next) => {
    const { method, token: verdict } = req;
    const path = req.path;
    const bytes = method === "POST" ? { bytes: await bodyLength(req) } : {};
    res.locals.answer = app.ran({ path, method, verdict, ...bytes });
    next();
  });
}

function send(_req: Request, res: Response): void {
  res.set("x-host", "kept").json(res.locals.answer);
}

async function bodyLength(req: Request): Promise<number> {
  let length = 0;
  for await (const chunk of req) length += (chunk as Buffer).length;
  return length;
}
