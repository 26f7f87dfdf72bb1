// Checked by `npm run typecheck`: nothing here runs.
import type { Token } from "tokenry";
import { createProtect, type FetchHandler } from "tokenry/fetch";
import { expectTypeOf } from "vitest";
import { type Profile, tokens } from "./shop.ts";

const protect = createProtect(tokens);
const answer = () => new Response();

// The verdict is typed, the profile too.
protect("orders", (request, token) => {
  expectTypeOf(request).toEqualTypeOf<Request>();
  expectTypeOf(token.owner.profile).toEqualTypeOf<Profile | undefined>();
  expectTypeOf(token.token).toEqualTypeOf<Token<"application">>();
  // @ts-expect-error only the verdict holds it
  void request.token;
  return new Response();
});

// APIs are known by name.
protect("invoices", answer);
protect((request) => (request.url.endsWith("/orders") ? "orders" : undefined), answer);
// @ts-expect-error no such API
protect("refunds", answer);
// @ts-expect-error no such API
protect(() => "refunds", answer);

// Requirements.
protect("orders", { level: "full", cost: 5 }, answer);
protect("orders", { level: ["GET", "POST"], cost: (request) => request.url.length }, answer);
protect("orders", { permits: (owner) => owner.profile?.department === "finance" }, answer);
// @ts-expect-error no such level
protect("orders", { level: "write" }, answer);
// @ts-expect-error no such part of a profile
protect("orders", { permits: (owner) => owner.profile?.role === "admin" }, answer);
// @ts-expect-error no such requirement
protect("orders", { costs: 5 }, answer);
// @ts-expect-error a handler is needed
protect("orders", { cost: 5 });
// @ts-expect-error a handler answers with a response
protect("orders", () => "text");

// Next.js: a request of its own and the parameters of the path.
class NextRequest extends Request {
  readonly nextUrl: URL = new URL(this.url);
}
interface Context {
  readonly params: Promise<{ readonly id: string }>;
}
const GET = protect("orders", async (request: NextRequest, _token, { params }: Context) => {
  expectTypeOf(request.nextUrl).toEqualTypeOf<URL>();
  return Response.json(await params);
});
expectTypeOf(GET).parameters.toEqualTypeOf<[NextRequest, Context]>();
expectTypeOf(GET).toExtend<FetchHandler<NextRequest, [Context]>>();
expectTypeOf(protect("orders", (_request, _token) => new Response())).toExtend<
  (request: NextRequest, context: Context) => Promise<Response>
>();
expectTypeOf(protect.revokeCurrent()).toExtend<
  (request: NextRequest, context: Context) => Promise<Response>
>();

// workerd: the address as Cloudflare tells it, then `env` and `ctx`.
interface Env {
  readonly REGION: string;
}
interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}
const onCloudflare = createProtect(tokens, {
  clientAddress: (request) => request.headers.get("cf-connecting-ip") ?? undefined,
});
const worker = {
  fetch: onCloudflare("orders", (_request, token, env: Env, context: ExecutionContext) => {
    context.waitUntil(Promise.resolve(token.token.id));
    return new Response(env.REGION);
  }),
};
expectTypeOf(worker.fetch).toExtend<
  (request: Request, env: Env, context: ExecutionContext) => Promise<Response>
>();

// Bun: a server that knows the address, and an upgrade without a response.
interface Server {
  requestIP(request: Request): { readonly address: string } | null;
  upgrade(request: Request): boolean;
}
const onBun = createProtect(tokens, {
  peer: (request, server: Server) => server.requestIP(request)?.address,
  refusal: (_refusal, _answer, request, server) =>
    server.upgrade(request) ? { status: 200, headers: [], body: "" } : undefined,
  preflight: (request, server) => new Response(server.requestIP(request)?.address),
});
const socket = onBun("orders", (request, _token, server) =>
  server.upgrade(request) ? undefined : new Response(null, { status: 426 }),
);
expectTypeOf(socket).parameters.toEqualTypeOf<[Request, Server]>();
expectTypeOf(socket).returns.resolves.toEqualTypeOf<Response | undefined>();
onBun((_request, server) => (server.upgrade(_request) ? "orders" : undefined), answer);
const plain = onBun("orders", (_request, _token) => new Response());
declare const request: Request;
// @ts-expect-error the address needs the server
void plain(request);
// @ts-expect-error the address needs the server
void onBun.revokeCurrent()(request);

// Deno: information on the connection.
interface Info {
  readonly remoteAddr: { readonly hostname: string };
}
const onDeno = createProtect(tokens, {
  peer: (_request, info: Info) => info.remoteAddr.hostname,
  trustProxy: ["10.0.0.0/8"],
});
expectTypeOf(onDeno("orders", (_request, _token) => new Response())).toExtend<
  (request: Request, info: Info) => Promise<Response>
>();

// Options.
createProtect(tokens, { rateLimit: "x-rate-limit", expiryHeader: false, guessing: { limit: 5 } });
// @ts-expect-error no such option
createProtect(tokens, { onError: () => undefined });
// @ts-expect-error an answer has a status
createProtect(tokens, { refusal: () => ({ headers: [], body: "" }) });
