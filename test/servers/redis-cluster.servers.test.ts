import { Cluster } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithBinary, startRedisCluster, type TestCluster } from "./index.ts";
import { redisCommand } from "./redis.ts";

describeWithBinary("redisCluster", "a Redis Cluster of a test's own", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("has three masters, which hold a third of the slots each", async () => {
    for (const { url } of cluster.nodes) {
      expect(await redisCommand(url, "CLUSTER", "INFO")).toContain("cluster_state:ok");
      expect(await redisCommand(url, "CLUSTER", "INFO")).toContain("cluster_size:3");
      const nodes = (await redisCommand(url, "CLUSTER", "NODES")).trim().split("\n");
      expect(nodes.map((node) => node.split(" ").at(-1)).sort()).toEqual([
        "0-5461",
        "10923-16383",
        "5462-10922",
      ]);
    }
  });

  test("is whole again, with what was acknowledged, after a node was killed and has come back", async () => {
    const client = new Cluster([cluster.url], { clusterRetryStrategy: () => 50 });
    client.on("error", () => undefined);
    try {
      const keys = Array.from({ length: 30 }, (_, index) => `key:${index}`);
      await Promise.all(keys.map((key) => client.set(key, key)));
      await cluster.nodes[1]?.kill();
      await cluster.nodes[1]?.restart();
      await cluster.ready();
      expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    } finally {
      client.disconnect();
    }
  });
});
