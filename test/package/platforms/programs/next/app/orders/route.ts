import { createProtect, type FetchHandler } from "tokenry/fetch";
import { tokens } from "../../../shop.ts";

// As behind a proxy at this address, which nobody can reach around: Next.js does not tell who connects.
const protect = createProtect(tokens, {
  peer: () => "10.0.0.1",
  trustProxy: ["10.0.0.1"],
  preflight: () => new Response(null, { status: 204, headers: { "x-preflight": "shop" } }),
});

export const GET: FetchHandler = protect("orders", (_request, token) =>
  Response.json({ owner: token.owner.id, sent: "" }),
);
export const POST: FetchHandler = protect("orders", async (request, token) =>
  Response.json({ owner: token.owner.id, sent: await request.text() }),
);
export const OPTIONS: FetchHandler = protect("orders", () => new Response());
