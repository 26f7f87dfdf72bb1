import { checkFunctions, checkObject } from "../checks.ts";
import type { WebClient } from "../http/web-handler.ts";
import { createFetchReader, type FetchCall } from "./fetch-message.ts";
import { type MountOptions, resolveMounting, type WebListener } from "./mounting.ts";
import { createOriginOf, urlOn } from "./origin.ts";

/** Options of `mount` of `tokenry/fetch`. Functions get what the platform calls a handler with. */
export interface FetchMountOptions<Rest extends unknown[] = unknown[]>
  extends Pick<MountOptions<FetchCall>, "trustProxy" | "forwardedBy"> {
  /** Where clients find the server. Default: as the platform has it in the request. */
  readonly origin?: string | ((request: Request, ...rest: Rest) => string);
  /** The address at the other end of the connection, where the platform knows it. Default: there is none, so that `trustProxy` needs it. */
  readonly peer?: (request: Request, ...rest: Rest) => string | undefined;
  /** Instead of `peer` and `trustProxy`: the address as the platform in front of you tells it. It is believed. */
  readonly clientAddress?: (request: Request, ...rest: Rest) => string | undefined;
  /** Answers for the paths that are not the handler's. Default: 404. */
  readonly next?: (request: Request, ...rest: Rest) => Response | Promise<Response>;
}

/** A handler as platforms call it, {@link FetchMountOptions} told. */
export type MountedHandler<Rest extends unknown[] = unknown[]> = (
  request: Request,
  ...rest: Rest
) => Promise<Response>;

/**
 * Tells a handler of the Fetch standard, such as `oauthServer`, the client's address, and has it answer its own paths only.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const serve = mount(oauthServer({ … }), { clientAddress: (request) => request.headers.get("cf-connecting-ip") ?? undefined });
 * export default { fetch: serve };
 */
export function mount<Rest extends unknown[] = unknown[]>(
  handler: WebListener,
  options: FetchMountOptions<Rest> = {},
): MountedHandler<Rest> {
  const given: unknown = options;
  checkObject(given, "options");
  // Casts, as whatever a platform calls a handler with goes through as it is: below this line its types do not matter.
  return mountPlain(handler, options as unknown as FetchMountOptions);
}

function mountPlain(handler: WebListener, options: FetchMountOptions): MountedHandler {
  const { peer, clientAddress, next = answerNotFound, origin, ...others } = options;
  checkFunctions({ peer, clientAddress, next }, "options");
  if (clientAddress !== undefined && peer !== undefined)
    throw new TypeError("options.clientAddress excludes peer");
  if (others.trustProxy !== undefined && peer === undefined && clientAddress === undefined)
    throw new TypeError("options.trustProxy needs peer: whom to trust is told by the connection");
  const call =
    <Result>(hostFunction: (request: Request, ...rest: unknown[]) => Result) =>
    ({ request, rest }: FetchCall): Result =>
      hostFunction(request, ...rest);
  const peerOf = peer === undefined ? () => undefined : call(peer);
  const { answers, clientOf } = resolveMounting(
    handler,
    clientAddress === undefined ? others : { ...others, clientAddress: call(clientAddress) },
    createFetchReader(peerOf),
  );
  const originOf = createOriginOf<FetchCall>(
    typeof origin === "function" ? call(origin) : origin,
    ({ request }) => new URL(request.url).origin,
  );
  return async (request, ...rest) => {
    const source = { request, rest };
    if (!answers(source)) return next(request, ...rest);
    const asked = { request, origin: originOf(source), target: request.url };
    return answerAt(handler, asked, { ...clientOf(source), source: rest });
  };
}

function answerNotFound(): Response {
  return new Response(null, { status: 404 });
}

/** A request, and where its client sent it. */
export interface Asked {
  readonly request: Request;
  readonly origin: string | undefined;
  /** A path and query, or a URL. */
  readonly target: string;
}

/**
 * Has a handler answer a request at the URL that its client asked for.
 *
 * @throws Error for a body that somebody else has read.
 */
export async function answerAt(
  handler: WebListener,
  { request, origin, target }: Asked,
  client: WebClient,
): Promise<Response> {
  const url = origin === undefined ? undefined : urlOn(origin, target);
  if (url === undefined) return new Response(null, { status: 400 });
  if (request.bodyUsed)
    throw new Error(
      "the body of the request was read before: mount the handler before what reads bodies",
    );
  return handler(url.href === request.url ? request : requestAt(url, request), client);
}

/** A copy: the URL of a request cannot be changed. */
function requestAt(url: URL, { method, headers, body, signal }: Request): Request {
  // A cast, as the member is missing from some platforms' types, and a body that streams needs it.
  const init = { method, headers, body, signal, duplex: "half" } as RequestInit;
  return new Request(url, init);
}
