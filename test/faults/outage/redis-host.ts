import { Cluster, Redis, type RedisOptions } from "ioredis";

/** Between two tries to connect; else it waits for up to two seconds. */
const retryMs = (tries: number): number => Math.min(tries * 50, 500);

const SETTINGS = {
  // Else ten seconds, in which a network that passes nothing keeps it from trying anew.
  connectTimeout: 1000,
  // Else a connection that has died without a word is found out after a quarter of an hour.
  socketTimeout: 1000,
  // Else what was given up long ago is sent once Redis is back, and spends what is then needed.
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions;

/** A client as a host opens it: for budgets, where an answer that comes late is none. */
export function openRedis(url: string): Redis {
  const client = new Redis(url, { ...SETTINGS, retryStrategy: retryMs });
  // Else each try that fails is printed.
  client.on("error", () => undefined);
  return client;
}

/** The same for a cluster, by any of its nodes. */
export function openRedisCluster(urls: readonly string[]): Cluster {
  const client = new Cluster([...urls], { clusterRetryStrategy: retryMs, redisOptions: SETTINGS });
  client.on("error", () => undefined);
  return client;
}
