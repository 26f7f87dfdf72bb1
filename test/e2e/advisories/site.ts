import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { createProtect, type NodeOptions } from "../../../src/adapters/node.ts";
import type { TokenChecker } from "../../../src/http/gate.ts";
import type { Secret } from "../../../src/index.ts";

/** A call to a site. */
export interface Call {
  readonly method?: string;
  readonly path?: string;
  /** Names and values take turns. Without `Authorization`, the secret is sent as a bearer token. */
  readonly fields?: readonly string[];
  /** The client's address, as the proxy says that this test plays. Sites believe it when they trust 127.0.0.1. */
  readonly from?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of node:http with an API `orders`, which answers with what it knows of the token. */
export interface Site extends AsyncDisposable {
  call(secret: Secret | string | undefined, call?: Call): Promise<Answer>;
  /** The status only. */
  status(secret: Secret | string | undefined, call?: Call): Promise<number>;
  /** The status of a call from an address. */
  from(address: string, secret: Secret | string | undefined): Promise<number>;
}

export const BEHIND_PROXY = { trustProxy: ["127.0.0.1"] } as const;

/** Starts a site on a free port of 127.0.0.1. */
export async function openSite(tokens: TokenChecker, options: NodeOptions = {}): Promise<Site> {
  const protect = createProtect(tokens, options);
  const server = createServer(
    protect("orders", (request, response) => response.end(JSON.stringify(request.token))),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const call: Site["call"] = (secret, { from, ...rest } = {}) => {
    const forwarded = from === undefined ? [] : ["X-Forwarded-For", from];
    return send(port, secret, { ...rest, fields: [...forwarded, ...(rest.fields ?? [])] });
  };
  const status: Site["status"] = async (secret, request) => (await call(secret, request)).status;
  return {
    ...{ call, status },
    from: (client, secret) => status(secret, { from: client }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

function send(port: number, secret: Secret | string | undefined, call: Call): Promise<Answer> {
  const { method = "GET", path = "/", fields = [] } = call;
  const text = typeof secret === "object" ? secret.reveal() : secret;
  const bearer = text === undefined ? [] : ["Authorization", `Bearer ${text}`];
  const headers = ["Host", "site", "Content-Length", "0", ...bearer, ...fields];
  return new Promise((resolve, reject) => {
    const to = { host: "127.0.0.1", port, method, path, headers };
    const request = httpRequest(to, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.once("error", reject).end();
  });
}
