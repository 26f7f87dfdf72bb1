import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OutagePolicy } from "../../src/index.ts";
import { redisBudgets } from "../../src/storage/redis/index.ts";
import {
  describeWithBinary,
  startProxy,
  startRedis,
  type TestProxy,
  type TestServer,
} from "../servers/index.ts";
import { redisCommand } from "../servers/redis.ts";
import { type BudgetNode, budgetNode, SHARE } from "./outage/budget-nodes.ts";
import { startCalls } from "./outage/calls.ts";
import { watchEventLoop } from "./outage/event-loop.ts";
import { say } from "./outage/figures.ts";
import { openRedis } from "./outage/redis-host.ts";

const POLICIES: readonly OutagePolicy[] = ["local", "deny", "allow"];

/** What is spent of each node's share of ten before the outage. */
const SPENT = 4;

const BURST = 30;
const CROWD = 200;
const OUTAGE_MS = 1000;

/** Nearly as long as Redis is waited for. */
const LONG_MS = 400;

/** A Redis, a way to it, and a node of each policy. */
interface Lab extends AsyncDisposable {
  readonly server: TestServer;
  readonly proxy: TestProxy;
  readonly nodes: readonly BudgetNode[];
}

let made = 0;

async function openLab(server: TestServer): Promise<Lab> {
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startProxy(server));
  const clients: Redis[] = [];
  const nodes = await Promise.all(
    POLICIES.map((onOutage) => {
      const client = openRedis(`redis://${proxy.host}:${proxy.port}`);
      clients.push(client);
      const prefix = `lab ${made++}:`;
      return budgetNode(redisBudgets({ client, onOutage, prefix }), SPENT);
    }),
  );
  stack.defer(() => {
    for (const client of clients) client.disconnect();
  });
  const rest = stack.move();
  return { server, proxy, nodes, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

const FAULTS = [
  {
    fault: "kill",
    title: "is killed and started again",
    begin: ({ server }: Lab) => server.kill(),
    end: ({ server }: Lab) => server.restart(),
  },
  {
    fault: "pause",
    title: "is stopped for a while",
    begin: async ({ server }: Lab) => server.pause(),
    end: async ({ server }: Lab) => server.resume(),
  },
  {
    fault: "blackhole",
    title: "is behind a network that passes nothing on for a while",
    begin: async ({ proxy }: Lab) => proxy.blackhole(),
    end: ({ proxy }: Lab) => proxy.mend(),
  },
] as const;

const MEANWHILE: Readonly<Record<OutagePolicy, Readonly<Record<string, number>>>> = {
  // A budget of this process's own, from which nothing had been spent.
  local: { ok: SHARE, budget_exceeded: BURST - SHARE },
  deny: { unavailable: BURST },
  allow: { ok: BURST },
};

describeWithBinary("redis", "budgets in a Redis", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  for (const { fault, title, begin, end } of FAULTS) {
    test(`that ${title}: each node goes on by its policy, nobody waits, and what was spent stays spent`, async () => {
      await using lab = await openLab(server);
      const loop = watchEventLoop();
      const running = lab.nodes.map((node) => startCalls(() => node.call()));
      await begin(lab);
      const answers = running.map((calls) => calls.count());
      await loop.during(outage(lab));
      await end(lab);
      const back = performance.now();
      await Promise.all(lab.nodes.map((node) => node.isBack()));
      const resumedMs = performance.now() - back;
      await Promise.all(running.map((calls) => calls.stop()));
      const slowestMs = Math.max(...answers.map((each) => each.slowestMs));
      const loopMs = loop.lateMs();
      say("Redis budgets", fault, { slowestMs, resumedMs, loopMs });
      expect(slowestMs).toBeLessThan(1000);
      expect(resumedMs).toBeLessThan(2000);
      expect(loopMs).toBeLessThan(250);
      for (const node of lab.nodes) {
        // A take that was not answered may have been spent all the same: never is there more left than that.
        const { ok = 0 } = await node.burst(BURST);
        expect(ok, node.policy).toBeLessThanOrEqual(SHARE - SPENT);
      }
    });
  }
});

describeWithBinary("redis", "what was spent", () => {
  /** What is granted of a share of which some was spent before Redis was killed. */
  async function grantedAfterKill(...args: readonly string[]): Promise<number | undefined> {
    await using server = await startRedis({ args });
    await using lab = await openLab(server);
    await server.kill();
    await server.restart();
    const node = lab.nodes.find(({ policy }) => policy === "deny");
    while ((await node?.call()) !== "ok") await sleep(5);
    return (await node?.burst(BURST))?.ok;
  }

  test("stays spent, exactly, over a kill of a Redis that keeps each write on its disk", async () => {
    expect(await grantedAfterKill("--appendonly", "yes", "--appendfsync", "always")).toBe(
      SHARE - SPENT,
    );
  });

  test("is forgotten with a Redis that keeps nothing: a whole burst is granted anew, and no more", async () => {
    expect(await grantedAfterKill("--appendonly", "no")).toBe(SHARE);
  });

  test("stays spent where Redis has forgotten the script, which is sent again", async () => {
    await using server = await startRedis();
    await using lab = await openLab(server);
    await redisCommand(server.url, "SCRIPT", "FLUSH");
    for (const node of lab.nodes) {
      expect(await node.burst(BURST)).toEqual({
        ok: SHARE - SPENT,
        budget_exceeded: BURST - SHARE + SPENT,
      });
      expect(node.world.errors).toEqual([]);
    }
  });
});

/** Who meets the outage first waits to find out; who comes later knows, but for the few that ask whether it is over. */
async function outage({ nodes }: Lab): Promise<void> {
  for (const node of nodes) {
    const crowd = await Promise.all(Array.from({ length: CROWD }, () => node.call()));
    expect(new Set(crowd)).toEqual(new Set([node.policy === "deny" ? "unavailable" : "ok"]));
    const waits = await Promise.all(Array.from({ length: CROWD }, () => waitMs(node)));
    expect(waits.filter((ms) => ms > LONG_MS).length).toBeLessThan(5);
    expect(await node.burst(BURST), node.policy).toEqual(MEANWHILE[node.policy]);
  }
  await sleep(OUTAGE_MS);
}

async function waitMs(node: BudgetNode): Promise<number> {
  const begun = performance.now();
  await node.call();
  return performance.now() - begun;
}
