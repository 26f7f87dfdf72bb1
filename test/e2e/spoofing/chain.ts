import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type Server } from "node:http";
import { networkInterfaces } from "node:os";
import { createProtect, type NodeOptions } from "../../../src/adapters/node.ts";
import type { Network } from "../../../src/index.ts";
import type { ProxyTarget } from "../../servers/proxy.ts";
import { createWorld, type World } from "../../support/world.ts";
import { CLIENT, FORGED_RANGES, type Lines } from "./forgeries.ts";

/** Whether this machine has IPv6. */
export const HAS_IPV6: boolean = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === "::1");

/** Where an app listens for IPv4 clients: as a dual-stack socket, their addresses arrive mapped. */
const APP_HOST = HAS_IPV6 ? "::ffff:127.0.0.1" : "127.0.0.1";

/** A protected app, and tokens that tell which address it found. */
export interface App extends AsyncDisposable {
  readonly world: World;
  readonly target: ProxyTarget;
  /** Secrets. */
  readonly secrets: {
    /** Works from the client's address only. */
    readonly own: string;
    /** Works from every address that a forgery names. */
    readonly forged: string;
    /** Works from every address but the client's. */
    readonly others: string;
    /** Works from anywhere, and without an address. */
    readonly free: string;
  };
}

/** Starts an app of node:http, whose clock stands still, and makes tokens for a client at an address. */
export async function startApp(options: NodeOptions, client: string = CLIENT): Promise<App> {
  const world = createWorld({ apis: { orders: { limit: 1_000_000, window: { minutes: 1 } } } });
  const issue = async (network: Network | null): Promise<string> => {
    const { secret } = await world.issue({ network });
    return secret.reveal();
  };
  const secrets = {
    own: await issue({ include: [client] }),
    forged: await issue({ include: FORGED_RANGES.filter((range) => range !== client) }),
    others: await issue({ exclude: [client] }),
    free: await issue(null),
  };
  const protect = createProtect(world.tokens, { clock: world.clock, ...options });
  const server = createServer(
    { maxHeaderSize: 64 * 1024 },
    protect("orders", (_request, response) => response.end("ok")),
  );
  await once(server.listen(0, APP_HOST), "listening");
  return {
    ...{ world, secrets, target: { host: "127.0.0.1", port: portOf(server) } },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** A client of one address. */
export interface Client {
  /** Calls with a token and further header lines: `ok`, or the code of the refusal. */
  call(secret: string, lines?: Lines): Promise<string>;
  close(): void;
}

/** Makes a client that connects to the entrance of a chain. */
export function createClient(entrance: ProxyTarget, address: string = CLIENT): Client {
  const agent = new Agent({ keepAlive: true });
  const to = { host: entrance.host, port: entrance.port, localAddress: address, agent };
  return {
    call: (secret, lines = []) =>
      new Promise((resolve, reject) => {
        const headers = ["Host", "app", "Authorization", `Bearer ${secret}`, ...lines];
        const request = httpRequest({ ...to, headers }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          response.once("end", () => resolve(codeIn(text)));
        });
        request.once("error", reject).end();
      }),
    close: () => agent.destroy(),
  };
}

function codeIn(body: string): string {
  if (body === "ok") return body;
  const problem: unknown = JSON.parse(body);
  const hasCode = typeof problem === "object" && problem !== null && "code" in problem;
  return hasCode ? String(problem.code) : body;
}

/** What an app took a request to come from. */
export type Found = "the client" | "nowhere" | "elsewhere";

/** Asks with every token, and tells what the app made of the address. */
export async function foundFrom(client: Client, app: App, lines: Lines): Promise<Found> {
  const { own, forged, others } = app.secrets;
  const calls = [own, forged, others].map((secret) => client.call(secret, lines));
  const codes = await Promise.all(calls);
  const key = codes.join(", ");
  if (key === "ok, network_denied, network_denied") return "the client";
  if (key === "network_denied, network_denied, network_denied") return "nowhere";
  if (codes.every((code) => code === "ok" || code === "network_denied")) return "elsewhere";
  throw new Error(`the chain answered ${key}`);
}
