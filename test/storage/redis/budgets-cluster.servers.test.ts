import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { redisBudgets } from "../../../src/storage/redis/budgets.ts";
import { describeWithBinary, startRedisCluster, type TestCluster } from "../../servers/index.ts";
import { CLUSTER } from "./clients.ts";

/** So wide that nothing refills meanwhile. */
const bucket = (key: string, limit = 10) => ({ key, limit, windowMs: 1e15 });

describeWithBinary("redis", "a Redis Cluster of its own", () => {
  let cluster: TestCluster;
  const nodes: Redis[] = [];
  beforeAll(async () => {
    cluster = await startRedisCluster();
    nodes.push(...cluster.nodes.map(({ url }) => new Redis(url)));
  });
  afterAll(async () => {
    for (const node of nodes) node.disconnect();
    await cluster[Symbol.asyncDispose]();
  });

  /** How many scripts the nodes have run since they were told to begin anew. */
  const scripts = async (): Promise<number> => {
    const counts = nodes.map(async (node) => {
      const statistics = await node.info("commandstats");
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count);
  };

  /** Moves a slot with its keys to the next node, as `redis-cli --cluster reshard` does. */
  const move = async (slot: number): Promise<void> => {
    const ids = await Promise.all(nodes.map((node) => node.cluster("MYID")));
    const owners = await nodes[0]?.cluster("SLOTS");
    const range = owners?.find(([first, last]) => first <= slot && slot <= last);
    const owner = range?.[2]?.[2] ?? "";
    const from = ids.indexOf(owner);
    const to = (from + 1) % nodes.length;
    const [source, target, targetId] = [nodes[from], nodes[to], ids[to] ?? ""];
    await target?.cluster("SETSLOT", slot, "IMPORTING", owner);
    await source?.cluster("SETSLOT", slot, "MIGRATING", targetId);
    const keys = (await source?.cluster("GETKEYSINSLOT", slot, 1000)) ?? [];
    const { host = "", port = 0 } = cluster.nodes[to] ?? {};
    await source?.migrate(host, port, "", 0, 5000, "KEYS", ...keys);
    for (const node of [target, source, ...nodes]) {
      await node?.cluster("SETSLOT", slot, "NODE", targetId);
    }
  };

  for (const [name, connect] of Object.entries(CLUSTER)) {
    test(`${name}: calls that arrive together are a script for each hash tag`, async () => {
      await using connected = await connect(cluster.url);
      const { client } = connected;
      const budgets = redisBudgets({ client, prefix: `${randomUUID()}:`, timeoutMs: 5000 });
      const takes = () =>
        Promise.all(
          Array.from({ length: 60 }, (_, index) => {
            const tag = `{account ${index % 4}}`;
            return budgets.take([bucket(`${tag}:token:${index}`), bucket(tag)], 1, 0);
          }),
        );
      await takes();
      for (const node of nodes) await node.config("RESETSTAT");
      const taken = await takes();
      expect(await scripts()).toBe(4);
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(0);
    });

    test(`${name}: a call that would spend in two slots is refused, and no other with it`, async () => {
      await using connected = await connect(cluster.url);
      const { client } = connected;
      const budgets = redisBudgets({ client, prefix: `${randomUUID()}:`, timeoutMs: 5000 });
      const [wrong, right] = await Promise.allSettled([
        budgets.take([bucket("{acme}:a"), bucket("{other}:b")], 1, 0),
        budgets.take([bucket("{acme}:a"), bucket("{acme}:b")], 1, 0),
      ]);
      expect(wrong).toMatchObject({ status: "rejected", reason: expect.any(RangeError) });
      expect(right).toMatchObject({ status: "fulfilled", value: { allowed: true } });
    });

    test(`${name}: a slot that moves under traffic keeps its budget, on nodes that know no script`, async () => {
      await using connected = await connect(cluster.url);
      const { client } = connected;
      for (const node of nodes) await node.script("FLUSH");
      const prefix = `${randomUUID()}:`;
      const budgets = redisBudgets({ client, prefix, timeoutMs: 5000 });
      const buckets = [bucket("{acme}:token:a", 3000), bucket("{acme}:account", 2500)];
      let allowed = 0;
      let refused = 0;
      const workers = Array.from({ length: 8 }, async () => {
        while (refused < 50) {
          const taken = await budgets.take(buckets, 1, 0);
          if (taken.allowed) allowed++;
          else refused++;
          // Slow enough that the slot moves several times before all is spent.
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      });
      const slot = await nodes[0]?.cluster("KEYSLOT", "{acme}");
      for (let count = 0; count < 4; count++) {
        await expect.poll(() => allowed).toBeGreaterThan(count * 400);
        await move(Number(slot));
      }
      await Promise.all(workers);
      expect(allowed).toBe(2500);
    });
  }
});
