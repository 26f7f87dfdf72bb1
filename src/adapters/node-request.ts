import type { IncomingMessage, ServerResponse } from "node:http";
import { createBody, hasBody, type NodeBody } from "./node-body.ts";

/** A message of Node's as a request of the Fetch standard. */
export interface NodeCall {
  readonly request: Request;
  /** Ends its body: what was not read by now is dropped as it arrives, so that the connection can go on with its next request. */
  release(): void;
}

/** A signal that aborts when the client leaves before it has its answer. */
export function watchLeaving(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) leaving.abort(new Error("the client has left"));
  });
  return leaving.signal;
}

/**
 * Makes a request of a message. Its body streams.
 *
 * @throws Error for a body that somebody else has read from.
 */
export function createCall(message: IncomingMessage, target: URL, signal: AbortSignal): NodeCall {
  const { method = "" } = message;
  const body = bodyOf(message);
  const stream = body?.stream ?? null;
  const headers = headersOf(message);
  const request = new Request(target, { method, headers, body: stream, duplex: "half", signal });
  return { request, release: () => body?.release() };
}

function bodyOf(message: IncomingMessage): NodeBody | undefined {
  // A `Request` of these methods has none, whatever arrived; over HTTP/2 they come in any case, and a `Request` minds none.
  if (/^(?:get|head)$/i.test(message.method ?? "") || !hasBody(message)) return undefined;
  if (message.readableDidRead || message.readableEnded)
    throw new Error(
      "the body of the request was read before: mount the handler before body parsers",
    );
  return createBody(message);
}

/** Line by line, so that a field that came twice does not look like one. */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    // Names and values take turns.
    const name = rawHeaders[index] as string;
    // HTTP/2 has its request line among the fields.
    if (!name.startsWith(":")) headers.append(name, rawHeaders[index + 1] as string);
  }
  return headers;
}
