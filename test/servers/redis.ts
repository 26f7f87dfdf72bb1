import { requireBinary } from "./binaries.ts";
import { HOST } from "./ports.ts";
import { type ServerOptions, startServer, type TestServer } from "./server.ts";

/** Starts a Redis; what it acknowledges is on the disk. `args` as in `["--appendonly", "no"]`. */
export function startRedis({ args = [] }: ServerOptions = {}): Promise<TestServer> {
  const redis = requireBinary("redis");
  return startServer({
    name: "redis",
    stopSignal: "SIGTERM",
    leftovers: [],
    create: async () => undefined,
    command: (folder, port) => [
      redis,
      ...["--bind", HOST, "--port", `${port}`, "--dir", folder, "--daemonize", "no"],
      ...["--save", "", "--appendonly", "yes", "--appendfsync", "always"],
      ...args,
    ],
    url: (port) => `redis://${HOST}:${port}`,
    ask: async (url) => {
      await redisCommand(url, "PING");
    },
  });
}

/** Sends one command over a connection of its own, and returns the reply. */
export async function redisCommand(url: string, ...command: readonly string[]): Promise<string> {
  // Test files that need another server do not wait for the driver of this one.
  const { Redis } = await import("ioredis");
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 5000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const [name = "", ...args] = command;
    return String(await client.call(name, ...args));
  } finally {
    client.disconnect();
  }
}
