import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/** Serves a handler of the Fetch standard on node:http, as Next.js and Remix do: lines of one field are joined by `Headers`. */
export function listenerOf(handler: BridgedHandler): RequestListener {
  return (message, response) => {
    // Unhandled where the handler rejects: a platform's own affair, and nobody's here.
    void answer(handler, message, response);
  };
}

type BridgedHandler = (request: Request, message: IncomingMessage) => Promise<Response>;

async function answer(
  handler: BridgedHandler,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // `Request` knows neither, and refuses their names.
  const isUnknown = message.method === "TRACE" || message.method === "CONNECT";
  const answered = isUnknown
    ? new Response(null, { status: 501 })
    : await handler(toRequest(message), message);
  await sendResponse(message, response, answered);
}

/** A `Request` of what arrived: all lines, and the body unread. */
function toRequest(message: IncomingMessage): Request {
  const { rawHeaders, method = "", url = "" } = message;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  const body = method === "GET" || method === "HEAD" ? null : Readable.toWeb(message);
  const init = { method, headers, body, duplex: "half" } as const;
  return new Request(new URL(url, "http://conformance.test"), init as RequestInit);
}

async function sendResponse(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Response,
): Promise<void> {
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  if (body !== null && method !== "HEAD")
    for await (const chunk of body as ReadableStream<Uint8Array>) response.write(chunk);
  response.end();
}
