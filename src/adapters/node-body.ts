import type { IncomingMessage } from "node:http";

/** The body of a request as a stream of the Web. */
export interface NodeBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Ends it: what was not read by now is dropped as it arrives, so that the connection can go on with its next request. */
  release(): void;
}

/** What tells of a request of HTTP/2. */
interface NodeStream {
  readonly endAfterHeaders?: boolean;
}

/** Whether a request has a body at all: of HTTP/1.1, by RFC 9112 section 6.3; of HTTP/2, unless it ended with its head. */
export function hasBody(request: IncomingMessage & { readonly stream?: NodeStream }): boolean {
  const { headers, stream } = request;
  if (stream?.endAfterHeaders !== undefined) return !stream.endAfterHeaders;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * Gives the body of a request as it arrives and is asked for, chunk by chunk, and nothing of it before that. Unlike what `Readable.toWeb`
 * makes, a stream that is cancelled leaves the connection open, for the answer that says why.
 */
export function createBody(request: IncomingMessage): NodeBody {
  let release = (): void => {};
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        release = attach(request, controller);
      },
      pull() {
        request.resume();
      },
      cancel() {
        // Also of a chunk that was asked for already: a stream that has ended takes none.
        release();
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, release };
}

/** Passes on what arrives, one chunk for each time that the request is resumed. */
function attach(
  request: IncomingMessage,
  controller: ReadableStreamDefaultController<Uint8Array>,
): () => void {
  const onData = ({ buffer, byteOffset, byteLength }: Buffer<ArrayBuffer>): void => {
    request.pause();
    controller.enqueue(new Uint8Array(buffer, byteOffset, byteLength));
  };
  const onEnd = (): void => {
    detach();
    controller.close();
  };
  const onClose = (): void => {
    detach();
    controller.error(new Error("the request has broken off"));
  };
  const detach = (): void => {
    request.off("data", onData).off("end", onEnd).off("close", onClose);
  };
  // A listener of data sets a stream flowing, unless it was told to wait.
  request.pause();
  request.on("data", onData).on("end", onEnd).on("close", onClose);
  return () => {
    detach();
    // Without effect on a stream that has ended.
    controller.error(new Error("the request was answered"));
    request.resume();
  };
}
