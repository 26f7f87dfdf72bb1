import { getConnInfo } from "hono/bun";
import { createFetchApp } from "./fetch-app.ts";
import { createHonoApp } from "./hono-app.ts";

/** What this uses of Bun, whose types need not be installed here. */
declare const Bun: {
  serve(options: object): { readonly url: URL };
};
interface Server {
  upgrade(request: Request): boolean;
  requestIP(request: Request): { readonly address: string } | null;
}

const shop = createFetchApp(
  { peer: (request, server: Server) => server.requestIP(request)?.address },
  (request, server) => (server.upgrade(request) ? undefined : new Response(null, { status: 426 })),
);
const app = createHonoApp({ peer: (c) => getConnInfo(c).remote.address });
const websocket = { message: () => {} };
const where = { hostname: "127.0.0.1", port: 0 };
console.log(`fetch: ${Bun.serve({ ...where, fetch: shop, websocket }).url.origin}`);
console.log(`hono: ${Bun.serve({ ...where, fetch: app.fetch }).url.origin}`);
