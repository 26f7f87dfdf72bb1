// Checked by `npm run typecheck`: nothing here runs.
import Koa, {
  type DefaultContext,
  type DefaultState,
  type Middleware,
  type ParameterizedContext,
} from "koa";
import { createProtect, type KoaOptions, type TokenState } from "tokenry/koa";
import { expectTypeOf } from "vitest";
import type { Accepted } from "../../src/index.ts";
import { type Profile, tokens } from "./shop.ts";

const protect = createProtect(tokens);
type Verdict = Accepted<"application", Profile>;

// What follows in the chain of `use` knows the verdict.
new Koa().use(protect("orders")).use((ctx) => {
  expectTypeOf(ctx.state.token).toEqualTypeOf<Verdict>();
  expectTypeOf(ctx.state.token.owner.profile).toEqualTypeOf<Profile | undefined>();
  // @ts-expect-error read-only
  ctx.state.token = undefined;
  ctx.body = { for: ctx.state.token.owner.id };
});

// An application with a state and a context of its own keeps both, and has no verdict where nothing protects it.
const app = new Koa<{ user?: string }, { database: "mine" }>();
app.use((ctx) => {
  // @ts-expect-error nothing protects it
  void ctx.state.token;
});
app.use(protect("orders")).use((ctx) => {
  expectTypeOf(ctx.state.token).toEqualTypeOf<Verdict>();
  expectTypeOf(ctx.state.user).toEqualTypeOf<string | undefined>();
  expectTypeOf(ctx.database).toEqualTypeOf<"mine">();
  // @ts-expect-error protect does not open the context
  void ctx.nothing;
});
app.use(protect.revokeCurrent());

// Middleware for a protected place says so, and routers that merge the states of their middleware take both.
const handle: Middleware<TokenState<"application", Profile>> = (ctx) => {
  expectTypeOf(ctx.state.token).toEqualTypeOf<Verdict>();
};
/** As @koa/router 15 nests its context into Koa's. */
type RouterMiddleware<State, Context> = Middleware<
  State,
  ParameterizedContext<State, Context & { params: Record<string, string> }>
>;
interface Router<State = DefaultState, Context = DefaultContext> {
  get<NewState = object, NewContext = object>(
    path: string,
    ...middleware: RouterMiddleware<State & NewState, Context & NewContext>[]
  ): Router<State, Context>;
  use<NewState = object, NewContext = object>(
    ...middleware: RouterMiddleware<State & NewState, Context & NewContext>[]
  ): Router<State & NewState, Context & NewContext>;
}
declare const router: Router;
router.get("/orders", protect("orders"), handle);
router.get("/orders", protect("orders"), (ctx) => {
  expectTypeOf(ctx.state.token).toEqualTypeOf<Verdict>();
});
router.use(protect("orders")).get("/orders", (ctx) => {
  expectTypeOf(ctx.state.token).toEqualTypeOf<Verdict>();
});
declare const strict: Router<object, object>;
strict.get("/orders/:id", protect("orders"), (ctx) => {
  expectTypeOf(ctx.params.id).toEqualTypeOf<string | undefined>();
  expectTypeOf(ctx.state.token).toEqualTypeOf<Verdict>();
});
strict.get("/open", (ctx) => {
  // @ts-expect-error nothing protects it
  void ctx.state.token;
});

// APIs go by their names, or by what finds one.
// @ts-expect-error no such API
protect("refunds");
protect((ctx) => (ctx.path === "/orders" ? "orders" : undefined));
// @ts-expect-error no such API
protect(() => "refunds");

// Requirements are for this tokenry's owners and for Koa's context.
protect("orders", { level: "full", cost: (ctx) => ctx.ips.length + 1 });
protect("orders", { level: ["GET"], permits: ({ profile }) => profile?.department === "it" });
// @ts-expect-error no such level
protect("orders", { level: "write" });
// @ts-expect-error no such fact in the profile
protect("orders", { permits: ({ profile }) => profile?.role === "admin" });
// @ts-expect-error no such requirement
protect("orders", { scope: "read" });

// Options know Koa's context.
export const options: KoaOptions = {
  clientAddress: (ctx) => ctx.ip,
  refusal: (refusal, answer, ctx) =>
    ctx.accepts("html") === false ? undefined : { ...answer, body: refusal.message },
};
createProtect(tokens, options);
// @ts-expect-error no such option
createProtect(tokens, { trust: true });
