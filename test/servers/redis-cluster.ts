import { setTimeout as sleep } from "node:timers/promises";
import { freePort, HOST } from "./ports.ts";
import { redisCommand, startRedis } from "./redis.ts";
import type { ServerOptions, TestServer } from "./server.ts";

const NODES = 3;
const SLOTS = 16_384;
const POLL_MS = 25;
const READY_MS = 30_000;

/** Three masters, with a third of the slots each, and no replicas. */
export interface TestCluster extends AsyncDisposable {
  /** Of the first node; the others are found through it. */
  readonly url: string;
  readonly nodes: readonly TestServer[];
  /** Resolves when every node says that the cluster is whole: after a fault, for example. */
  ready(): Promise<void>;
}

/** Starts a Redis Cluster; each node keeps what it acknowledged on the disk. `args` are for each node. */
export async function startRedisCluster(options: ServerOptions = {}): Promise<TestCluster> {
  const nodes = await Promise.all(Array.from({ length: NODES }, () => startNode(options)));
  const servers = nodes.map(({ server }) => server);
  const cluster: TestCluster = {
    url: servers[0]?.url ?? "",
    nodes: servers,
    ready: async () => {
      await Promise.all(servers.map(untilWhole));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
  try {
    await Promise.all(nodes.map(assignSlots));
    await meet(nodes);
    await cluster.ready();
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

interface Node {
  readonly server: TestServer;
  readonly busPort: number;
}

async function startNode({ args = [] }: ServerOptions): Promise<Node> {
  // Not the default, ten thousand more than the port: that may be above what the system gives to outgoing connections.
  const busPort = await freePort();
  const server = await startRedis({
    args: [
      ...["--cluster-enabled", "yes", "--cluster-port", `${busPort}`],
      ...["--cluster-node-timeout", "2000", ...args],
    ],
  });
  return { server, busPort };
}

/** Each with an epoch of its own: equal ones would first have to be sorted out. */
async function assignSlots({ server }: Node, index: number): Promise<void> {
  const first = Math.ceil((index * SLOTS) / NODES);
  const last = Math.ceil(((index + 1) * SLOTS) / NODES) - 1;
  await redisCommand(server.url, "CLUSTER", "ADDSLOTSRANGE", `${first}`, `${last}`);
  await redisCommand(server.url, "CLUSTER", "SET-CONFIG-EPOCH", `${index + 1}`);
}

/** The first is told of the others, which learn of one another from it. */
async function meet([first, ...others]: readonly Node[]): Promise<void> {
  for (const { server, busPort } of others) {
    await redisCommand(
      first?.server.url ?? "",
      "CLUSTER",
      "MEET",
      HOST,
      `${server.port}`,
      `${busPort}`,
    );
  }
}

async function untilWhole({ url }: TestServer): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const state = await redisCommand(url, "CLUSTER", "INFO");
    if (/cluster_state:ok/.test(state) && state.includes(`cluster_slots_ok:${SLOTS}`)) return;
    if (performance.now() > deadline) throw new Error(`the Redis Cluster is not whole:\n${state}`);
    await sleep(POLL_MS);
  }
}
