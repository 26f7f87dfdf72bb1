import { createFetchApp } from "./fetch-app.ts";
import { createHonoApp } from "./hono-app.ts";

/** What this uses of workerd, whose types need not be installed here. */
declare const WebSocketPair: new () => Record<0 | 1, { accept(): void }>;

const shop = createFetchApp(
  { clientAddress: (request) => request.headers.get("cf-connecting-ip") ?? undefined },
  () => {
    const { 0: webSocket, 1: server } = new WebSocketPair();
    server.accept();
    const init: ResponseInit & { readonly webSocket: unknown } = { status: 101, webSocket };
    return new Response(null, init);
  },
);
const app = createHonoApp({ clientAddress: (c) => c.req.header("cf-connecting-ip") });

interface Environment {
  readonly APP: "fetch" | "hono";
}

// biome-ignore lint/style/noDefaultExport: workerd finds a worker's handlers so.
export default {
  fetch: (
    request: Request,
    environment: Environment,
  ): Response | undefined | Promise<Response | undefined> =>
    environment.APP === "hono" ? app.fetch(request, environment) : shop(request, environment),
};
