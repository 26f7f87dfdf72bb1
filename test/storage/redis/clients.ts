import { Redis as Ioredis, Cluster as IoredisCluster } from "ioredis";
import { Redis as Iovalkey, Cluster as IovalkeyCluster } from "iovalkey";
import { createClient, createCluster } from "redis";
import type { RedisPublisher, RedisScriptClient, RedisSubscriber } from "tokenry/redis";

type Client = RedisScriptClient & RedisPublisher & RedisSubscriber;

/** A client that is connected. */
export interface Connected extends AsyncDisposable {
  readonly client: Client;
}

/** A client of some package, for one server or for a cluster. */
export type Connect = (url: string) => Promise<Connected>;

/** A host listens to the errors of its clients: those of node-redis end the process otherwise. */
const ignored = (): void => {};

function connected(client: Client, close: () => void): Connected {
  return { client, [Symbol.asyncDispose]: async () => close() };
}

/** How soon a lost connection is tried again, so that tests need not wait for longer. */
const AGAIN_MS = 20;

export const SINGLE: Readonly<Record<string, Connect>> = {
  ioredis: async (url) => {
    const client = new Ioredis(url, { retryStrategy: () => AGAIN_MS });
    client.on("error", ignored);
    return connected(client, () => client.disconnect());
  },
  iovalkey: async (url) => {
    const client = new Iovalkey(url, { retryStrategy: () => AGAIN_MS });
    client.on("error", ignored);
    return connected(client, () => client.disconnect());
  },
  "node-redis": async (url) => {
    const client = createClient({ url, socket: { reconnectStrategy: AGAIN_MS } });
    client.on("error", ignored);
    await client.connect();
    return connected(client, () => client.destroy());
  },
};

export const CLUSTER: Readonly<Record<string, Connect>> = {
  "ioredis Cluster": async (url) => {
    const client = new IoredisCluster([url], { clusterRetryStrategy: () => AGAIN_MS });
    client.on("error", ignored);
    return connected(client, () => client.disconnect());
  },
  "iovalkey Cluster": async (url) => {
    const client = new IovalkeyCluster([url], { clusterRetryStrategy: () => AGAIN_MS });
    client.on("error", ignored);
    return connected(client, () => client.disconnect());
  },
  "node-redis cluster": async (url) => {
    const client = createCluster({
      rootNodes: [{ url }],
      defaults: { socket: { reconnectStrategy: AGAIN_MS } },
    });
    client.on("error", ignored);
    await client.connect();
    return connected(client, () => client.destroy());
  },
};
