// Checked by `npm run typecheck`: nothing here runs.
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { Token } from "tokenry";
import { createProtect } from "tokenry/node";
import { expectTypeOf } from "vitest";
import { type Profile, tokens } from "./shop.ts";

const protect = createProtect(tokens);
const listener: RequestListener = (_request, response) => void response.end();

// The verdict is typed on the request behind protect, and nowhere else.
const orders = protect("orders", (request, response) => {
  expectTypeOf(request).toExtend<IncomingMessage>();
  expectTypeOf(request.token.owner.profile).toEqualTypeOf<Profile | undefined>();
  expectTypeOf(request.token.token).toEqualTypeOf<Token<"application">>();
  // @ts-expect-error a verdict is read-only
  request.token.ok = true;
  response.end();
});
expectTypeOf(orders).toEqualTypeOf<RequestListener>();
createServer(orders);
createServer((request) => {
  // @ts-expect-error not protected
  void request.token;
});
createServer(protect.revokeCurrent());

// APIs are known by name.
protect("invoices", listener);
protect((request) => (request.url === "/orders" ? "orders" : undefined), listener);
// @ts-expect-error no such API
protect("refunds", listener);
// @ts-expect-error no such API
protect(() => "refunds", listener);

// Requirements.
protect("orders", { level: "full", cost: 5 }, listener);
protect(
  "orders",
  { level: ["GET", "POST"], cost: ({ headers }) => headers.host?.length ?? 1 },
  listener,
);
protect("orders", { permits: (owner) => owner.profile?.department === "finance" }, listener);
// @ts-expect-error no such level
protect("orders", { level: "write" }, listener);
// @ts-expect-error no such part of a profile
protect("orders", { permits: (owner) => owner.profile?.role === "admin" }, listener);
// @ts-expect-error no such requirement
protect("orders", { costs: 5 }, listener);
// @ts-expect-error a listener is needed
protect("orders", { cost: 5 });

// Options.
createProtect(tokens, { clientAddress: (request) => request.socket.remoteAddress });
createProtect(tokens, { onError: (_error, _request, response) => response.destroy() });
// @ts-expect-error no such option
createProtect(tokens, { peer: () => "::1" });
// @ts-expect-error an answer has a status
createProtect(tokens, { refusal: () => ({ headers: [], body: "" }) });
