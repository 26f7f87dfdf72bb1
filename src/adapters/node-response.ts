import { type ServerResponse, validateHeaderValue } from "node:http";

/** Sends a response of the Fetch standard, its body as fast as the client takes it. Rejects when the body breaks off. */
export async function sendResponse(
  { status, statusText, headers, body, bodyUsed }: Response,
  response: ServerResponse,
  isHead: boolean,
): Promise<void> {
  if (response.headersSent || response.destroyed) return body?.cancel();
  // What throws comes first: then nothing of the response is sent. `Headers` takes values that Node does not.
  if (bodyUsed) throw new TypeError("the body of the response was read before");
  for (const [name, value] of headers) validateHeaderValue(name, value);
  const reader = body?.getReader();
  response.statusCode = status;
  if (statusText !== "") response.statusMessage = statusText;
  for (const [name, value] of headers) {
    // Each cookie is a line of its own, in `Headers` too, and beside those that were set before.
    if (name === "set-cookie") response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  if (reader !== undefined && !isHead) return sendBody(reader, response);
  response.end();
  await reader?.cancel();
}

async function sendBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  response: ServerResponse,
): Promise<void> {
  // Ends a read that waits, too: a stream of events may be silent for hours after its client has left.
  response.once("close", () => void reader.cancel().catch(() => {}));
  // What is streamed may be long in coming, and the client wants to know that it will.
  response.flushHeaders();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    // Nothing would tell when a client that has left has taken it.
    if (response.destroyed) return;
    if (!response.write(read.value)) await drained(response);
  }
  response.end();
}

/** Resolves when the client has taken what was written, or has left. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}
