import type { LookupAddress } from "node:dns";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import type { LookupFunction } from "node:net";
import { NoticeError } from "../../errors.ts";
import type { NodeModules } from "./node-modules.ts";
import { type Answer, MOST_BODY, type Outgoing, type Sender } from "./sender.ts";

/** What the client goes by; tests put their own in its place. */
export interface NodeSenderParts {
  readonly modules: NodeModules;
  /** All addresses of a name, or of a literal address itself. */
  readonly lookup: (host: string) => Promise<readonly LookupAddress[]>;
  readonly isAllowed: (address: string) => boolean;
  /** Who is trusted to certify. Default: whom Node trusts. */
  readonly ca?: string;
}

/**
 * Sends by node:https and node:http, each request on a connection of its own and by no proxy. A name is resolved once: when one of its
 * addresses is not allowed the endpoint is refused, and else the connection goes to those that were checked, whatever the name resolves to
 * a moment later.
 */
export function nodeSender(parts: NodeSenderParts): Sender {
  return async (request, signal) => {
    const host = request.url.hostname.replace(/^\[|\]$/g, "");
    const addresses = await parts.lookup(host);
    if (!addresses.every(({ address }) => parts.isAllowed(address)))
      throw new NoticeError(
        `${request.url.hostname} has an address that is not public: options.allowPrivateAddresses allows it`,
      );
    signal.throwIfAborted();
    return post(parts, request, { host, lookup: pinned(addresses) }, signal);
  };
}

/** Resolves any name to the addresses that were checked. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error("the name has no address"), "");
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function post(
  { modules, ca }: NodeSenderParts,
  { url, headers, body }: Outgoing,
  target: Pick<RequestOptions, "host" | "lookup">,
  signal: AbortSignal,
): Promise<Answer> {
  const client = url.protocol === "https:" ? modules.https : modules.http;
  const options: RequestOptions = {
    ...target,
    port: url.port,
    path: url.pathname + url.search,
    method: "POST",
    headers: { ...headers, "content-length": body.length },
    // The agents of the process may keep connections, go by a proxy, or be another's work; on Deno only an empty `proxyEnv` keeps it away.
    agent: new client.Agent({ keepAlive: false, proxyEnv: {} }),
  };
  if (ca !== undefined) options.ca = ca;
  return new Promise((resolve, reject) => {
    const request: ClientRequest = client.request(options);
    signal.addEventListener("abort", () => request.destroy(), { once: true });
    // Whatever comes after the first of these finds the promise settled, and a listener.
    request.on("error", reject);
    request.on("close", () => reject(new Error("the connection ended before an answer")));
    request.on("response", (response) => resolve(answerOf(response)));
    request.end(body);
  });
}

function answerOf(response: IncomingMessage): Answer {
  return {
    // Every answer that a client is given has one.
    status: response.statusCode as number,
    retryAfter: response.headers["retry-after"],
    drained: drain(response),
  };
}

function drain(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = MOST_BODY;
    response.on("data", (chunk: Uint8Array) => {
      left -= chunk.length;
      if (left <= 0) resolve();
    });
    for (const end of ["end", "error", "close"]) response.on(end, () => resolve());
  });
}
