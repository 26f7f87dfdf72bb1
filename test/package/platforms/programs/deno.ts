import { getConnInfo } from "hono/deno";
import { createFetchApp } from "./fetch-app.ts";
import { createHonoApp } from "./hono-app.ts";

/** What this uses of Deno, whose types need not be installed here. */
declare const Deno: {
  upgradeWebSocket(request: Request): { readonly response: Response };
  serve(options: object, handler: unknown): { readonly addr: { readonly port: number } };
};
interface Info {
  readonly remoteAddr: { readonly hostname: string };
}

const shop = createFetchApp(
  { peer: (_request, info: Info) => info.remoteAddr.hostname },
  (request) => Deno.upgradeWebSocket(request).response,
);
const app = createHonoApp({ peer: (c) => getConnInfo(c).remote.address });
const where = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
console.log(`fetch: http://127.0.0.1:${Deno.serve(where, shop).addr.port}`);
console.log(`hono: http://127.0.0.1:${Deno.serve(where, app.fetch).addr.port}`);
