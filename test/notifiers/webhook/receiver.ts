import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { CERTIFICATE, CERTIFICATE_KEY } from "./certificate.ts";

/** What a receiver was sent. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly Received[];
  /** How many connections are open. */
  readonly open: () => number;
}

/** How a receiver answers. */
export interface Answering {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Placed {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: boolean;
}

/** A receiver of webhooks that reads all of each and answers. */
export async function receiver(
  answering: Answering | (() => Answering) = {},
  { tls = false, ...placed }: Placed = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url: path, headers } = request;
      received.push({ method, path, headers, body: new Uint8Array(Buffer.concat(chunks)) });
      const answer = typeof answering === "function" ? answering() : answering;
      response.writeHead(answer.status ?? 204, answer.headers).end(answer.body);
    });
  };
  const server = tls
    ? createTlsServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, listener)
    : createServer(listener);
  return { ...(await listening(server, placed)), received };
}

/** Whatever takes connections and does with each as it likes. */
export async function rawReceiver(onConnection: (socket: Socket) => void): Promise<Receiver> {
  const server = createTcpServer((socket) => {
    onConnection(socket);
    // Who does not read does not see the end.
    socket.resume();
  });
  return { ...(await listening(server, {})), received: [] };
}

async function listening(
  server: Server,
  { host = "127.0.0.1", port = 0 }: Omit<Placed, "tls">,
): Promise<Omit<Receiver, "received">> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that lets go of a connection is what these tests are about.
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    // A server that listens by TCP has an address of this form.
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
