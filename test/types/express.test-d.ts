// Checked by `npm run typecheck`: nothing here runs.
import express, { type Response, Router } from "express";
import { createProtect, type ExpressOptions, type ProtectedRequest } from "tokenry/express";
import { expectTypeOf } from "vitest";
import type { Accepted } from "../../src/index.ts";
import { type Profile, tokens } from "./shop.ts";

const protect = createProtect(tokens);
const app = express();
const router = Router();
type Verdict = Accepted<"application", Profile>;

// It goes wherever Express takes middleware.
app.use(protect("orders"));
app.use("/orders", protect("orders"), router);
app.use(["/orders", /^\/o/], [protect("orders"), protect("invoices")]);
router.use(protect("orders"));
router.route("/orders/:id").all(protect("orders")).delete(protect.revokeCurrent());
app.delete("/token", protect.revokeCurrent());

// A route's parameters stay what its path says, before and after it; the verdict is asked for.
app.get("/orders/:id/lines/:line", protect("orders"), (req) => {
  expectTypeOf(req.params).toEqualTypeOf<{ id: string } & { line: string }>();
  expectTypeOf(protect.verdictOf(req)).toEqualTypeOf<Verdict>();
  expectTypeOf(protect.verdictOf(req).owner.profile).toEqualTypeOf<Profile | undefined>();
  // @ts-expect-error no such parameter
  void req.params.order;
  // @ts-expect-error protect alone adds no type to Express's request
  void req.token;
});

// request.token has a type in handlers that are given it, and nowhere else.
app.get(
  "/orders",
  protect("orders"),
  protect.withToken((req, res, next) => {
    expectTypeOf(req.token).toEqualTypeOf<Verdict>();
    expectTypeOf(req.token.token.kind).toEqualTypeOf<"application">();
    expectTypeOf(req.get("accept")).toEqualTypeOf<string | undefined>();
    res.json({ for: req.token.owner.profile?.department });
    next();
  }),
);
app.get(
  "/orders/:id",
  protect("orders"),
  protect.withToken<{ id: string }>((req, res) => {
    expectTypeOf(req.params).toEqualTypeOf<{ id: string }>();
    res.send(req.params.id);
  }),
);
app.get(
  "/orders/:id",
  protect.withToken<{ id: string }>((_req, _res, next) => next()),
  (req) => {
    expectTypeOf(req.params).toEqualTypeOf<{ id: string }>();
  },
);
export function handle(req: ProtectedRequest<"application", Profile>, res: Response): void {
  // @ts-expect-error read-only
  req.token = "forged";
  res.send(req.token.owner.id);
}
app.get("/orders", protect("orders"), protect.withToken(handle));
// @ts-expect-error a handler that needs the verdict cannot stand alone
app.get("/orders", protect("orders"), handle);
app.get("/open", (req) => {
  // @ts-expect-error nothing protects it
  void req.token;
});

// APIs go by their names, or by what finds one.
// @ts-expect-error no such API
protect("refunds");
protect((req) => (req.baseUrl === "/orders" ? "orders" : undefined));
// @ts-expect-error no such API
protect(() => "refunds");

// Requirements are for this tokenry's owners and for Express's requests.
protect("orders", { level: "full", cost: (req) => req.ips.length + 1 });
protect("orders", {
  level: ["GET"],
  cost: 2,
  permits: ({ profile }) => profile?.department === "it",
});
// @ts-expect-error no such level
protect("orders", { level: "write" });
// @ts-expect-error no such fact in the profile
protect("orders", { permits: ({ profile }) => profile?.role === "admin" });
// @ts-expect-error no such requirement
protect("orders", { scope: "read" });

// Options know Express's request.
export const options: ExpressOptions = {
  clientAddress: (req) => req.ip,
  refusal: (refusal, answer, req) =>
    req.accepts("html") === false ? undefined : { ...answer, body: refusal.message },
};
createProtect(tokens, options);
// @ts-expect-error no such option
createProtect(tokens, { trust: true });
