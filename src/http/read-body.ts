/** What came of reading a body. */
export type BodyRead =
  | { readonly outcome: "read"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly outcome: "too_large" }
  /** The connection ended, say. */
  | { readonly outcome: "broken" };

/**
 * Reads the bytes of a request or response as they came, never more than `most`.
 *
 * @throws TypeError when they were read before: what a parser made of them is not what was signed.
 */
export async function readBody(
  message: Pick<Request, "body" | "bodyUsed" | "headers">,
  most: number,
): Promise<BodyRead> {
  if (message.bodyUsed)
    throw new TypeError(
      "the body of the request was read before: call the handler before any body parser",
    );
  if (Number(message.headers.get("content-length")) > most) return { outcome: "too_large" };
  try {
    return await collect(message.body, most);
  } catch {
    return { outcome: "broken" };
  }
}

async function collect(body: ReadableStream<Uint8Array> | null, most: number): Promise<BodyRead> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    length += read.value.length;
    if (length > most) {
      // Nobody waits for what the other end makes of it.
      reader?.cancel().catch(() => {});
      return { outcome: "too_large" };
    }
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { outcome: "read", bytes };
}
