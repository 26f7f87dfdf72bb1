// Checked by `npm run typecheck`: nothing here runs.
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { hc } from "hono/client";
import { createFactory } from "hono/factory";
import { createProtect, type HonoOptions, type ProtectedEnv } from "tokenry/hono";
import { expectTypeOf } from "vitest";
import type { Accepted } from "../../src/index.ts";
import { type Profile, tokens } from "./shop.ts";

const protect = createProtect(tokens);
type Verdict = Accepted<"application", Profile>;
const app = new Hono();

// The verdict has a type after the middleware, in the same chain, and nowhere else.
app.get("/orders/:id", protect("orders"), (c) => {
  expectTypeOf(c.get("token")).toEqualTypeOf<Verdict>();
  expectTypeOf(c.var.token).toEqualTypeOf<Verdict>();
  expectTypeOf(c.var.token.token.kind).toEqualTypeOf<"application">();
  expectTypeOf(c.var.token.owner.profile).toEqualTypeOf<Profile | undefined>();
  expectTypeOf(c.req.param("id")).toEqualTypeOf<string>();
  // @ts-expect-error read-only
  c.var.token = undefined;
  return c.json({ for: c.var.token.owner.id });
});
app.get("/open", (c) => {
  // @ts-expect-error nothing protects this route
  c.get("token");
  // @ts-expect-error nothing protects this route
  void c.var.token;
  return c.text("");
});
app.use("/orders/*", protect("orders"));
app.get("/orders", (c) => {
  // @ts-expect-error Hono does not carry types from one statement to the next
  void c.var.token;
  return c.text("");
});
new Hono().use(protect("orders")).get("/", (c) => {
  expectTypeOf(c.var.token).toEqualTypeOf<Verdict>();
  return c.text("");
});
const declared = new Hono<ProtectedEnv<"application", Profile>>();
declared.use(protect("orders"));
declared.get("/", (c) => {
  expectTypeOf(c.var.token).toEqualTypeOf<Verdict>();
  return c.text("");
});

// Next to variables and bindings of the host's own.
interface Env {
  Bindings: { STORE: string };
  Variables: { requestId: string };
}
const own = new Hono<Env>();
own.get("/", protect("orders"), protect("invoices", { level: "full" }), (c) => {
  expectTypeOf(c.var.token).toEqualTypeOf<Verdict>();
  expectTypeOf(c.var.requestId).toEqualTypeOf<string>();
  expectTypeOf(c.env.STORE).toEqualTypeOf<string>();
  return c.text("");
});

// Through route, createFactory and the client.
const orders = new Hono().get("/:id", protect("orders"), (c) =>
  c.json({ id: c.req.param("id"), for: c.var.token.owner.id }),
);
const routed = new Hono().route("/orders", orders);
export async function asClient(): Promise<void> {
  const answer = await hc<typeof routed>("http://localhost").orders[":id"].$get({
    param: { id: "7" },
  });
  expectTypeOf(await answer.json()).toEqualTypeOf<{ id: string; for: string }>();
}
const factory = createFactory<Env>();
const handlers = factory.createHandlers(protect("orders"), (c) => {
  expectTypeOf(c.var.token).toEqualTypeOf<Verdict>();
  expectTypeOf(c.var.requestId).toEqualTypeOf<string>();
  return c.text(c.var.token.owner.id);
});
own.get("/handlers", ...handlers);
factory
  .createApp()
  .use(protect("orders"))
  .get("/", (c) => c.text(c.var.token.owner.id));

app.delete("/token", protect.revokeCurrent());
own.delete("/token", protect.revokeCurrent());
expectTypeOf(protect("orders")).toEqualTypeOf<
  MiddlewareHandler<ProtectedEnv<"application", Profile>>
>();

// APIs and requirements are known.
protect((c) => (c.req.path === "/" ? "orders" : undefined));
protect("orders", { level: ["GET"], cost: (c) => Number(c.req.header("x-weight")) });
protect("orders", { permits: ({ profile }) => profile?.department === "finance" });
// @ts-expect-error no such API
protect("refunds");
// @ts-expect-error no such API
protect(() => "refunds");
// @ts-expect-error no such level
protect("orders", { level: "write" });
// @ts-expect-error no such requirement
protect("orders", { scope: "read" });
// @ts-expect-error the profile has no such field
protect("orders", { permits: ({ profile }) => profile?.role === "admin" });

// Options see Hono's context.
createProtect(tokens, { peer: (c) => c.req.header("x-peer") });
expectTypeOf<HonoOptions["clientAddress"]>().toEqualTypeOf<
  ((context: Context) => string | undefined) | undefined
>();
// @ts-expect-error no such option
createProtect(tokens, { trustproxy: ["127.0.0.1"] });
