import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { checkKeys } from "../checks.ts";
import { createBody, hasBody, type NodeBody } from "./node-body.ts";
import { answerError } from "./node-failure.ts";
import { sendAnswer } from "./node-message.ts";
import { sendResponse } from "./node-response.ts";
import { createTargetOf, type NodeOrigin, type TargetOf } from "./node-target.ts";

/** Options of `toNodeHandler`. */
export interface NodeHandlerOptions {
  /**
   * Where clients find the server: `"https://api.example.com"`, or what tells it of a request. Default: by the `Host` field, which clients
   * write, `https` on a connection with TLS and `http` on any other.
   */
  readonly origin?: NodeOrigin;
  /**
   * Answers for what the handler throws or rejects with, and for a body that breaks off. Default: 500 without a body, or the end of an
   * answer that was begun; and `process.emitWarning` with the error. The head may be sent already: `response.headersSent` tells. Not told
   * what fails after the client has left.
   */
  readonly onError?: (error: unknown, request: IncomingMessage, response: ServerResponse) => void;
}

const KEYS: ReadonlySet<string> = new Set(["origin", "onError"]);

/** Methods that a `Request` cannot have. */
const UNKNOWN_METHODS: ReadonlySet<string | undefined> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Makes a listener of node:http, and so of Express, of a handler of the Fetch standard. Bodies stream both ways, every header line stays,
 * and `request.signal` aborts when the client leaves. What the handler did not read of a request is dropped once it has answered.
 *
 * The body must not have been read: in Express, mount it before any body parser.
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * createServer(toNodeHandler(githubLeaks(tokens))).listen(3000);
 */
export function toNodeHandler(
  handler: (request: Request) => Promise<Response> | Response,
  options: NodeHandlerOptions = {},
): RequestListener {
  checkKeys(options, KEYS, "options");
  const { onError = answerError } = options;
  for (const [name, value] of Object.entries({ handler, "options.onError": onError })) {
    if (typeof value !== "function") throw new TypeError(`${name} must be a function`);
  }
  const targetOf = createTargetOf(options.origin);

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    // What runs before a listener may have waited until nobody was there any more.
    if (response.destroyed || response.headersSent) return;
    const leaving = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) leaving.abort(new Error("the client has left"));
    });
    let body: NodeBody | undefined;
    try {
      const target = checkedTarget(message, targetOf);
      if (typeof target === "number")
        return sendAnswer(response, { status: target, headers: [], body: "" });
      body = bodyOf(message);
      const request = requestOf(message, target, body, leaving.signal);
      await sendResponse(await handler(request), response, message.method === "HEAD");
    } catch (error) {
      if (!leaving.signal.aborted) onError(error, message, response);
    } finally {
      body?.release();
    }
  };
  // What `onError` itself throws, as where the head was sent already.
  return (message, response) => {
    serve(message, response).catch((error: unknown) => answerError(error, message, response));
  };
}

/** The URL that was asked for, or the status that what cannot be a `Request` is answered with. */
function checkedTarget(message: IncomingMessage, targetOf: TargetOf): URL | 400 | 501 {
  return UNKNOWN_METHODS.has(message.method) ? 501 : (targetOf(message) ?? 400);
}

/** @throws Error for a body that somebody else has read from. */
function bodyOf(message: IncomingMessage): NodeBody | undefined {
  // A `Request` of these methods has none, whatever arrived.
  if (message.method === "GET" || message.method === "HEAD" || !hasBody(message)) return undefined;
  if (message.readableDidRead || message.readableEnded)
    throw new Error(
      "the body of the request was read before: mount the handler of toNodeHandler before body parsers",
    );
  return createBody(message);
}

function requestOf(
  { method = "", rawHeaders }: IncomingMessage,
  target: URL,
  body: NodeBody | undefined,
  signal: AbortSignal,
): Request {
  const headers = new Headers();
  // Names and values take turns. Line by line, so that a field that came twice does not look like one.
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] as string, rawHeaders[index + 1] as string);
  const stream = body?.stream ?? null;
  return new Request(target, { method, headers, body: stream, duplex: "half", signal });
}
