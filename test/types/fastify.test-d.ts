// Checked by `npm run typecheck`: nothing here runs.
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyTypeProvider,
} from "fastify";
import { createProtect, type FastifyOptions, type ProtectedHandler } from "tokenry/fastify";
import { expectTypeOf } from "vitest";
import type { Accepted } from "../../src/index.ts";
import { type Profile, tokens } from "./shop.ts";

const protect = createProtect(tokens);
const app = Fastify();
type Verdict = Accepted<"application", Profile>;

// It goes wherever Fastify takes an onRequest hook.
app.addHook("onRequest", protect("orders"));
app.get("/orders", { onRequest: protect("orders") }, () => "");
app.get("/orders", { onRequest: [protect("orders"), protect("invoices")] }, () => "");
app.route({ method: ["GET", "POST"], url: "/", onRequest: protect("orders"), handler: () => "" });
app.delete("/token", protect.revokeCurrent());

// request.token has a type in handlers that are given it, and nowhere else.
app.get(
  "/orders",
  protect.withToken((request, reply) => {
    expectTypeOf(request.token).toEqualTypeOf<Verdict>();
    expectTypeOf(request.token.token.kind).toEqualTypeOf<"application">();
    expectTypeOf(request.token.owner.profile).toEqualTypeOf<Profile | undefined>();
    expectTypeOf(reply.header("x", "y")).toEqualTypeOf<FastifyReply>();
    // @ts-expect-error read-only
    request.token = undefined;
  }),
);
app.get("/orders", { onRequest: protect("orders") }, (request) => {
  // @ts-expect-error protect alone adds no type to Fastify's request
  void request.token;
  expectTypeOf(protect.verdictOf(request)).toEqualTypeOf<Verdict>();
});
app.addHook("preHandler", async (request) => {
  expectTypeOf(protect.verdictOf(request).owner.profile).toEqualTypeOf<Profile | undefined>();
});

// A route's own types stay what they are.
app.get<{ Params: { id: string }; Reply: { id: string } }>(
  "/orders/:id",
  { onRequest: protect("orders") },
  protect.withToken(async (request, reply) => {
    expectTypeOf(request.params).toEqualTypeOf<{ id: string }>();
    // @ts-expect-error no such parameter
    void request.params.order;
    if (request.params.id === "") return reply.send({ id: request.token.owner.id });
    return { id: request.params.id };
  }),
);
app.get<{ Reply: { id: string } }>(
  "/orders/:id",
  // @ts-expect-error another answer than the route's
  protect.withToken(async () => ({ order: "" })),
);
app.get<{ Reply: { 200: { id: string }; 404: { error: string } } }>(
  "/orders/:id",
  protect.withToken(async (request, reply) =>
    reply.code(404).send({ error: request.token.owner.id }),
  ),
);
app.post("/orders", {
  onRequest: protect("orders"),
  handler: protect.withToken(async function ({ token, body }, reply) {
    expectTypeOf(this.log).toEqualTypeOf(app.log);
    return reply.code(201).send({ body, for: token.owner.id });
  }),
});

// So do the types of a schema, with a hook of the route and without one.
interface Shape<T> {
  readonly shape: T;
}
interface ShapeProvider extends FastifyTypeProvider {
  readonly validator: this["schema"] extends Shape<infer T> ? T : unknown;
  readonly serializer: this["schema"] extends Shape<infer T> ? T : unknown;
}
declare const schema: {
  readonly body: Shape<{ total: number }>;
  readonly response: { readonly 200: Shape<{ id: string }> };
};
const typed = app.withTypeProvider<ShapeProvider>();
typed.addHook("onRequest", protect("orders"));
typed.post(
  "/orders",
  { schema },
  protect.withToken((request, reply) => {
    expectTypeOf(request.body).toEqualTypeOf<{ total: number }>();
    expectTypeOf(request.token).toEqualTypeOf<Verdict>();
    reply.send({ id: request.token.owner.id });
    // @ts-expect-error another answer than the schema's
    reply.code(200).send({ id: request.body.total });
  }),
);
typed.post(
  "/orders",
  { schema, onRequest: protect("orders") },
  protect.withToken(async ({ body }) => {
    expectTypeOf(body.total).toEqualTypeOf<number>();
    return { id: "" };
  }),
);

// HTTP/2 is the same.
const second = Fastify({ http2: true });
second.addHook("onRequest", protect("orders"));
second.get(
  "/orders",
  { onRequest: protect("orders") },
  protect.withToken((request) => {
    void request.raw.stream;
    return request.token.owner.id;
  }),
);
second.delete("/token", protect.revokeCurrent());

// A handler written on its own.
export const handle: ProtectedHandler<"application", Profile> = (request, reply) =>
  reply.send(request.token.owner.profile?.department);
app.get("/orders", protect.withToken(handle));
// @ts-expect-error a handler that needs the verdict cannot stand alone
app.get("/orders", handle);

// APIs and requirements are known.
protect((request) => (request.url === "/" ? "orders" : undefined));
protect("orders", { level: "full", cost: (request) => Number(request.headers["x-weight"]) });
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
// @ts-expect-error a permission is decided at once
protect("orders", { permits: async () => true });
// @ts-expect-error no such handler
protect.withToken("handler");

// Options see Fastify's request.
createProtect(tokens, { clientAddress: (request: FastifyRequest) => request.ip });
expectTypeOf<FastifyOptions["clientAddress"]>().toEqualTypeOf<
  ((request: FastifyRequest) => string | undefined) | undefined
>();
// @ts-expect-error no such option
createProtect(tokens, { trustproxy: ["127.0.0.1"] });
export const scope = (instance: FastifyInstance): unknown =>
  instance.addHook("onRequest", protect("orders"));
