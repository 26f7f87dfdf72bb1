// Checked by `npm run typecheck`: nothing here runs.

import { createProtect as protectExpress } from "tokenry/express";
import { createProtect as protectFastify } from "tokenry/fastify";
import { createProtect as protectFetch } from "tokenry/fetch";
import { createProtect as protectHono } from "tokenry/hono";
import { createProtect as protectKoa } from "tokenry/koa";
import { TokenryModule } from "tokenry/nest";
import { createProtect as protectNode } from "tokenry/node";
import { expectTypeOf } from "vitest";
import type { AccessTokens } from "../../src/http/access-tokens.ts";
import type { Accepted } from "../../src/index.ts";
import { type Profile, tokens } from "./shop.ts";

/** As `accessTokenVerifier` makes it. */
interface Verifier extends AccessTokens<"access", "orders", Profile> {
  revokeCurrent(): Promise<{ readonly revoked: number }>;
}
declare const verifier: Verifier;

// Beside API tokens the kinds, the APIs and the profile are the tokenry's.
const beside = protectExpress(tokens, { accessTokens: verifier });
beside("invoices", { permits: (owner) => owner.profile?.department === "finance" });
beside.withToken((req) => {
  expectTypeOf(req.token).toEqualTypeOf<Accepted<"application", Profile>>();
});
for (const options of [{ accessTokens: verifier }, {}]) {
  protectFastify(tokens, options)("invoices");
  protectHono(tokens, options)("invoices");
  protectKoa(tokens, options)("invoices");
  protectNode(tokens, options)("invoices", () => {});
  protectFetch(tokens, options)("invoices", () => new Response());
}
TokenryModule.forRoot({ tokens, accessTokens: verifier });
// @ts-expect-error nothing that verifies
protectExpress(tokens, { accessTokens: {} });
// @ts-expect-error left out is left out
protectExpress(tokens, { accessTokens: undefined });

// Alone a verifier has them all.
const alone = protectExpress(verifier);
alone("orders", { permits: (owner) => owner.profile?.department === "finance" });
alone.withToken((req) => {
  expectTypeOf(req.token).toEqualTypeOf<Accepted<"access", Profile>>();
  expectTypeOf(req.token.claims).not.toBeAny();
});
// @ts-expect-error no such API
alone("invoices");
protectFastify(verifier)("orders");
protectHono(verifier)("orders");
protectKoa(verifier)("orders");
protectNode(verifier)("orders", (request) => {
  expectTypeOf(request.token).toEqualTypeOf<Accepted<"access", Profile>>();
});
protectFetch(verifier)("orders", (_request, token) => {
  expectTypeOf(token).toEqualTypeOf<Accepted<"access", Profile>>();
  return new Response();
});
TokenryModule.forRoot({ tokens: verifier });
