import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "ioredis";
import { expect, test } from "vitest";
import type { OutagePolicy } from "../../src/index.ts";
import { redisBudgets } from "../../src/storage/redis/index.ts";
import {
  describeWithBinary,
  startRedisCluster,
  type TestCluster,
  type TestServer,
} from "../servers/index.ts";
import { redisCommand } from "../servers/redis.ts";
import { createWorld } from "../support/world.ts";
import { type Answers, type Calls, startCalls } from "./outage/calls.ts";
import { say } from "./outage/figures.ts";
import { openRedisCluster } from "./outage/redis-host.ts";
import { APIS, runningClock } from "./outage/scene.ts";

const POLICIES: readonly OutagePolicy[] = ["deny", "local", "allow"];
const OUTAGE_MS = 2000;

/** The calls of a node with a policy, for an account on each of the masters. */
interface Running {
  readonly policy: OutagePolicy;
  readonly calls: readonly Calls[];
}

async function startNode(
  client: Cluster,
  policy: OutagePolicy,
  accounts: readonly string[],
): Promise<Running> {
  const budgets = redisBudgets({ client, onOutage: policy, prefix: `${policy}:` });
  const directory = { find: (id: string) => ({ id, account: id, active: true }) };
  const world = createWorld({ apis: APIS, clock: runningClock(), directory, budgets });
  const issued = await Promise.all(accounts.map((owner) => world.issue({ owner })));
  const calls = issued.map(({ secret }) => startCalls(() => world.codeOf(secret)));
  return { policy, calls };
}

/** An account whose budgets are on each of the masters. */
async function accountsOf({ nodes }: TestCluster): Promise<readonly string[]> {
  const accounts: string[] = [];
  for (let count = 0; Object.keys(accounts).length < nodes.length; count += 1) {
    const account = `account ${count}`;
    accounts[await masterOf(account, nodes)] ??= account;
  }
  return accounts;
}

async function masterOf(account: string, nodes: readonly TestServer[]): Promise<number> {
  const slot = await redisCommand(nodes[0]?.url ?? "", "CLUSTER", "KEYSLOT", `{${account}}`);
  return Math.floor(Number(slot) / (16_384 / nodes.length));
}

/** Which part of the calls was accepted. */
function acceptedPart({ codes }: Answers): number {
  return (codes.ok ?? 0) / Object.values(codes).reduce((sum, count) => sum + count, 0);
}

describeWithBinary("redisCluster", "budgets in a Redis Cluster of which a master is killed", () => {
  test("its accounts go by the policy, those of the others go on, and all is as before when it is back", async () => {
    // Else the others refuse what they hold as long as one is missing.
    const args = ["--cluster-require-full-coverage", "no"];
    await using cluster = await startRedisCluster({ args });
    const [, killed] = cluster.nodes;
    const clients = POLICIES.map(() => openRedisCluster(cluster.nodes.map(({ url }) => url)));
    const accounts = await accountsOf(cluster);
    const nodes = await Promise.all(
      clients.map((client, index) => startNode(client, POLICIES[index] ?? "deny", accounts)),
    );
    const all = nodes.flatMap(({ calls }) => calls);
    await Promise.all(all.map((calls) => calls.nextAccepted()));
    await killed?.kill();
    const counts = nodes.map(({ policy, calls }) => ({
      policy,
      answers: calls.map((each) => each.count()),
    }));
    await sleep(OUTAGE_MS);
    for (const { policy, answers } of counts) {
      const [first = 0, gone, third = 0] = answers.map(acceptedPart);
      say("Redis Cluster", policy, { first, gone, third });
      expect(gone).toBe(policy === "deny" ? 0 : 1);
      // One of their calls meets the outage now and then, and tells that it is over for them.
      expect(Math.min(first, third)).toBeGreaterThan(0.8);
      for (const { slowestMs } of answers) expect(slowestMs).toBeLessThan(2000);
    }
    await killed?.restart();
    await cluster.ready();
    const back = performance.now();
    await Promise.all(all.map((calls) => calls.nextAccepted()));
    const resumedMs = performance.now() - back;
    say("Redis Cluster", "resumed", { resumedMs });
    expect(resumedMs).toBeLessThan(2000);
    await Promise.all(all.map((calls) => calls.stop()));
    for (const client of clients) client.disconnect();
  });
});
