import type { RequestListener, ServerResponse } from "node:http";
import { createProtect } from "tokenry/node";
import type { ApiName, Tokens } from "./tokens.ts";

/** What each API answers to those who may call it. */
const CONTENT: Readonly<Record<ApiName, readonly string[]>> = {
  orders: ["A-1001", "A-1002"],
  invoices: ["2026-10", "2026-11"],
  menu: ["Soup of the day", "Apple crumble"],
};

/** The application's own APIs, by path: what the tokens are for. */
export function createTryIt(tokens: Tokens): ReadonlyMap<string, RequestListener> {
  const protect = createProtect(tokens, { realm: "acme" });
  const listenerOf = (api: ApiName): RequestListener =>
    protect(api, ({ method, token: { owner, token } }, response) =>
      sendJson(response, method === "POST" ? 201 : 200, {
        [api]: CONTENT[api],
        for: owner.id,
        token: token.name,
      }),
    );
  // A record's keys are its type's, as it was written out above.
  const apis = Object.keys(CONTENT) as ApiName[];
  return new Map(apis.map((api) => [`/api/${api}`, listenerOf(api)]));
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
