import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { BudgetState, Refused, Tokenry } from "tokenry";
import { answerRotationLink } from "./rotation-page.ts";

/** How a client writes its secret into the Authorization header. */
export interface Scheme {
  readonly name: string;
  readonly pattern: RegExp;
  credentials(secret: string): string;
}

export const BEARER: Scheme = {
  name: "Bearer",
  pattern: /^Bearer +(\S+)$/i,
  credentials: (secret) => `Bearer ${secret}`,
};

export const SSWS: Scheme = {
  name: "SSWS",
  pattern: /^SSWS +(\S+)$/i,
  credentials: (secret) => `SSWS ${secret}`,
};

export const TOK: Scheme = {
  name: "TOK",
  pattern: /^TOK: *(\S+)$/i,
  credentials: (secret) => `TOK:${secret}`,
};

export interface RunningServer {
  readonly origin: string;
  readonly scheme: Scheme;
  close(): Promise<void>;
}

/** The API behind each path, and what it answers to those who may call it. */
const ROUTES: ReadonlyMap<string, { api: string; content: readonly string[] }> = new Map([
  ["/orders", { api: "orders", content: ["A-1001", "A-1002"] }],
  ["/invoices", { api: "invoices", content: ["2026-07"] }],
  ["/payroll", { api: "payroll", content: [] }],
]);

/** Serves a small API on a free loopback port. Nobody gets past without a token. */
export async function startServer(
  tokens: Pick<Tokenry, "verify" | "confirmRotation">,
  scheme: Scheme = BEARER,
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      process.stderr.write(`${error}\n`);
      response.writeHead(500).end();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? "", "http://localhost");
    if (url?.pathname === "/rotation")
      return answerRotationLink(tokens, request, response, url.searchParams);
    const route = ROUTES.get(url?.pathname ?? "");
    if (route === undefined) return sendJson(response, 404, { title: STATUS_CODES[404] });
    const verdict = await tokens.verify(presentedSecret(request, scheme), {
      api: route.api,
      method: request.method ?? "",
      address: request.socket.remoteAddress,
    });
    if (!verdict.ok) return refuse(response, verdict, route.api, scheme);
    const { token, owner, budget } = verdict;
    setBudget(response, route.api, budget, budget.resetMs);
    sendJson(response, 200, { [route.api]: route.content, for: owner.id, token: token.name });
  }

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

/** The secret of the one Authorization header; of two, nobody knows which is meant. */
function presentedSecret(request: IncomingMessage, { pattern }: Scheme): string | undefined {
  const [header, ...others] = request.headersDistinct.authorization ?? [];
  return others.length > 0 ? undefined : pattern.exec(header ?? "")?.[1];
}

/** Tells the client what it may know: `code`, the precise reason, stays here. */
function refuse(response: ServerResponse, verdict: Refused, api: string, { name }: Scheme): void {
  const { status, message, code, budget, retryAfterMs } = verdict;
  response.setHeader("Cache-Control", "no-store");
  if (status === 401) {
    const error = code === "missing_token" ? "" : ', error="invalid_token"';
    response.setHeader("WWW-Authenticate", `${name} realm="shop"${error}`);
  }
  if (budget !== undefined && retryAfterMs !== undefined) {
    response.setHeader("Retry-After", wholeSeconds(retryAfterMs));
    setBudget(response, api, budget, retryAfterMs);
  }
  sendJson(response, status, { status, title: STATUS_CODES[status], detail: message });
}

/** The fields of draft-ietf-httpapi-ratelimit-headers: `t` counts seconds from now. */
function setBudget(
  response: ServerResponse,
  policy: string,
  { limit, remaining, windowMs }: BudgetState,
  afterMs: number,
): void {
  response.setHeader("RateLimit-Policy", `"${policy}";q=${limit};w=${wholeSeconds(windowMs)}`);
  response.setHeader("RateLimit", `"${policy}";r=${remaining};t=${wholeSeconds(afterMs)}`);
}

/** Rounded up: a client that waits so long finds room. */
function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
}
