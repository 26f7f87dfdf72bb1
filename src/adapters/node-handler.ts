import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AddressOptions } from "../http/client-address.ts";
import { resolveMounting, type WebListener } from "./mounting.ts";
import { answerError, createFail } from "./node-failure.ts";
import { nodeReader, sendAnswer } from "./node-message.ts";
import { createServe } from "./node-serve.ts";
import { createTargetOf, type NodeOrigin } from "./node-target.ts";

/** Options of `toNodeHandler`. Those of the client's address are for handlers that go by it: it is told in their second argument. */
export interface NodeHandlerOptions extends AddressOptions<IncomingMessage> {
  /**
   * Where clients find the server: `"https://api.example.com"`, or what tells it of a request. Default: by the `Host` field, which clients
   * write, `https` on a connection with TLS and `http` on any other.
   */
  readonly origin?: NodeOrigin;
  /**
   * Answers for what the handler throws or rejects with, and for a body that breaks off. Default: 500 without a body, or the end of an
   * answer that was begun; and `process.emitWarning` with the error. The head may be sent already: `response.headersSent` tells. What it
   * throws itself is answered as by default. Not told what fails after the client has left.
   */
  readonly onError?: (error: unknown, request: IncomingMessage, response: ServerResponse) => void;
}

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
  handler: WebListener,
  options: NodeHandlerOptions = {},
): RequestListener {
  const { clientOf, admits } = resolveMounting(handler, options, nodeReader, ["onError"]);
  const { onError = answerError } = options;
  if (typeof onError !== "function") throw new TypeError("options.onError must be a function");
  const targetOf = createTargetOf(
    options.origin,
    nodeReader,
    (message: IncomingMessage) => message,
  );
  const serve = createServe(handler, targetOf, clientOf);
  const fail = createFail(onError);
  return (message, response) => {
    if (!admits(message)) return sendAnswer(response, { status: 404, headers: [], body: "" });
    serve(message, response).catch((error: unknown) => fail(error, message, response));
  };
}
