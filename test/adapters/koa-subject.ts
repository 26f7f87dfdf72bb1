import type { IncomingMessage } from "node:http";
import Koa, { type Context, type Middleware } from "koa";
import {
  createProtect,
  type KoaProtect,
  type Requirement,
  type TokenState,
} from "../../src/adapters/koa.ts";
import type { HttpConformanceApp, HttpProfile, HttpServed } from "../../src/testing/index.ts";
import { listen } from "./node-subject.ts";

type Guard = Middleware<TokenState<string, HttpProfile>, unknown>;

const orders: Readonly<Record<string, Requirement<Context, HttpProfile>>> = {
  "/orders": {},
  "/reports": { level: "full" },
  "/costly": { cost: 5 },
  "/weighed": { cost: (ctx) => Number(ctx.get("x-weight")) },
  "/finance": { permits: ({ profile }) => profile?.department === "finance" },
  "/misused": { cost: () => Number.NaN },
  "/fails": {},
};

/** Starts the application of the conformance suite on Koa. */
export function serveKoa(app: HttpConformanceApp): Promise<HttpServed> {
  return listenKoa(koaApp(app));
}

/** Starts any application of Koa on a free port of 127.0.0.1. */
export function listenKoa(app: Koa): Promise<HttpServed> {
  const handle = app.callback();
  // Koa answers what goes wrong itself: the promise tells nothing.
  return listen((request, response) => void handle(request, response));
}

/** The application of the conformance suite: Koa has no router, so guards are looked up by path. */
function koaApp(app: HttpConformanceApp): Koa {
  const server = new Koa();
  const protect = createProtect(app.tokens, app.options);
  const guards = guardsOf(protect);
  const revokeCurrent = protect.revokeCurrent();
  server.use(async (ctx, next) => {
    try {
      await next();
    } catch {
      ctx.status = 500;
      ctx.body = { error: "handled" };
    }
  });
  server.use((ctx, next) => {
    if (ctx.path === "/current" && ctx.method === "DELETE") return revokeCurrent(ctx, next);
    if (ctx.path !== "/open") return next();
    ctx.body = { open: true };
    return;
  });
  server.use<TokenState<string, HttpProfile>>((ctx, next) => guards.get(ctx.path)?.(ctx, next));
  server.use(async (ctx) => {
    if (ctx.method === "OPTIONS") {
      ctx.set("x-preflight", "host");
      ctx.status = 204;
      return;
    }
    const { path, method } = ctx;
    const bytes = method === "POST" ? { bytes: await bodyLength(ctx.req) } : {};
    const answer = app.ran({ path, method, verdict: ctx.state.token, ...bytes });
    if (path === "/fails") {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("the handler's own");
    }
    ctx.set("x-host", "kept");
    ctx.body = answer;
  });
  return server;
}

function guardsOf(protect: KoaProtect<string, string, HttpProfile>): ReadonlyMap<string, Guard> {
  const guards = new Map<string, Guard>();
  for (const [path, requirement] of Object.entries(orders))
    guards.set(path, protect("orders", requirement));
  guards.set("/invoices", protect("invoices"));
  const mapped = protect((ctx) => {
    const name = ctx.path.split("/").at(-1);
    return name === "unknown" ? undefined : name;
  });
  for (const name of ["orders", "invoices", "nowhere", "unknown"])
    guards.set(`/mapped/${name}`, mapped);
  return guards;
}

async function bodyLength(request: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of request) length += (chunk as Buffer).length;
  return length;
}
