import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Tokenry } from "tokenry";
import { createProtect } from "tokenry/node";
import { answerRotationLink } from "./rotation-page.ts";

/** How a client writes its secret into the Authorization header. */
export interface Scheme {
  /** As `credentials.schemes` of tokenry names it. */
  readonly name: string;
  credentials(secret: string): string;
}

export const BEARER: Scheme = { name: "Bearer", credentials: (secret) => `Bearer ${secret}` };
export const SSWS: Scheme = { name: "SSWS", credentials: (secret) => `SSWS ${secret}` };
export const TOK: Scheme = { name: "TOK:", credentials: (secret) => `TOK:${secret}` };

export interface RunningServer {
  readonly origin: string;
  readonly scheme: Scheme;
  close(): Promise<void>;
}

/** What each API answers to those who may call it. */
const CONTENT = new Map([
  ["orders", ["A-1001", "A-1002"]],
  ["invoices", ["2026-07"]],
  ["payroll", []],
]);

/** Serves a small API on a free loopback port. Nobody gets past without a token. */
export async function startServer(
  tokens: Tokenry,
  scheme: Scheme = BEARER,
): Promise<RunningServer> {
  const onError = (error: unknown, _request: unknown, response: ServerResponse): void => {
    process.stderr.write(`${error}\n`);
    response.writeHead(500).end();
  };
  const protect = createProtect(tokens, {
    realm: "shop",
    credentials: { schemes: [scheme.name] },
    onError,
  });
  const routes = new Map(
    [...CONTENT].map(([api, content]): [string, RequestListener] => [
      `/${api}`,
      protect(api, ({ token: { owner, token } }, response) =>
        sendJson(response, 200, { [api]: content, for: owner.id, token: token.name }),
      ),
    ]),
  );
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? "", "http://localhost");
    const route = routes.get(url?.pathname ?? "");
    if (route !== undefined) return route(request, response);
    if (url?.pathname !== "/rotation" && url?.pathname !== "/rotation/cancel")
      return sendJson(response, 404, { title: STATUS_CODES[404] });
    answerRotationLink(tokens, request, response).catch((error: unknown) =>
      onError(error, request, response),
    );
  });

  await once(server.listen(0, "127.0.0.1"), "listening");
  // A cast, as only a server on a pipe has another kind of address.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    scheme,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
