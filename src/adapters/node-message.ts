import type { Answer, HeaderField } from "../http/answer.ts";
import type { RequestReader } from "../http/request-reader.ts";

/** What the HTTP layer reads of Node's IncomingMessage, which Express, Fastify, Koa and Nest hand on. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express and Fastify's middleware take the place where something is mounted off `url`, and keep the whole here. */
  readonly originalUrl?: unknown;
  readonly rawHeaders: readonly string[];
  readonly socket: NodeSocket;
}

interface NodeSocket {
  readonly remoteAddress?: string | undefined;
  /** Of TCP it stays when the client has reset the connection, until the socket is closed. */
  readonly localAddress?: string | undefined;
  readonly destroyed?: boolean;
}

/** What an answer needs of Node's ServerResponse. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** Reads Node's requests by their raw headers: `headers` keeps the first of two Authorization lines and hides the other (T-07). */
export const nodeReader: RequestReader<NodeRequest> = {
  method: ({ method = "" }) => method,
  peer: ({ socket }) => socket.remoteAddress,
  isUnixSocket,
  target: ({ originalUrl, url = "" }) => (typeof originalUrl === "string" ? originalUrl : url),
  lines({ rawHeaders }, name) {
    let lines: string[] = NO_LINES;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      // Names and values take turns.
      const field = rawHeaders[index] as string;
      if (field.length !== name.length || field.toLowerCase() !== name) continue;
      const value = rawHeaders[index + 1] as string;
      lines = lines.length === 0 ? [value] : [...lines, value];
    }
    return lines;
  },
};

const NO_LINES: string[] = [];

/** Whether a request came by a socket of the file system. One of TCP has no address of the client either once that has left. */
export function isUnixSocket({ socket }: NodeRequest): boolean {
  const { remoteAddress, localAddress, destroyed } = socket;
  return remoteAddress === undefined && localAddress === undefined && destroyed === false;
}

/** Reads the requests of a framework that has Node's within its own. */
export function nodeReaderOf<Request>(
  messageOf: (request: Request) => NodeRequest,
): RequestReader<Request> {
  return {
    method: (request) => nodeReader.method(messageOf(request)),
    peer: (request) => nodeReader.peer(messageOf(request)),
    isUnixSocket: (request) => isUnixSocket(messageOf(request)),
    target: (request) => nodeReader.target(messageOf(request)),
    lines: (request, name) => nodeReader.lines(messageOf(request), name),
  };
}

/** Sets header fields. What answers may replace them. */
export function setFields(response: NodeResponse, fields: readonly HeaderField[]): void {
  for (const [name, value] of fields) response.setHeader(name, value);
}

/** Sends an answer whole. */
export function sendAnswer(response: NodeResponse, { status, headers, body }: Answer): void {
  response.statusCode = status;
  setFields(response, headers);
  response.end(body);
}
