import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisBusOptions, redisBus } from "../../../src/storage/redis/bus.ts";
import {
  describeWithBinary,
  startProxy,
  startRedis,
  startRedisCluster,
  type TestCluster,
  type TestProxy,
  type TestServer,
} from "../../servers/index.ts";
import { CLUSTER, type Connect, SINGLE } from "./clients.ts";
import { Heard } from "./heard.ts";

/** Where each of the two connects to. */
interface Addresses {
  readonly publisher: string;
  readonly subscriber: string;
}

/** A bus on clients of its own. */
async function busOf(connect: Connect, at: Addresses, options: Partial<RedisBusOptions> = {}) {
  const publisher = await connect(at.publisher);
  const subscriber = await connect(at.subscriber);
  const clients = { publisher: publisher.client, subscriber: subscriber.client };
  return {
    ...clients,
    bus: redisBus({ ...clients, ...options }),
    [Symbol.asyncDispose]: async () => {
      await publisher[Symbol.asyncDispose]();
      await subscriber[Symbol.asyncDispose]();
    },
  };
}

/** Ends the connection that messages come over, wherever it is. */
async function loseSubscriber(nodes: readonly Redis[]): Promise<void> {
  for (const node of nodes) {
    const carried = String(await node.call("CLIENT", "LIST", "TYPE", "pubsub"));
    if (carried === "") continue;
    await node.call("CLIENT", "KILL", "TYPE", "pubsub");
    return;
  }
}

describeWithBinary(
  "redis",
  "a lost connection is told at once, and again when the subscription stands",
  () => {
    let server: TestServer;
    let cluster: TestCluster;
    const nodes: Record<"single" | "cluster", Redis[]> = { single: [], cluster: [] };
    beforeAll(async () => {
      server = await startRedis();
      cluster = await startRedisCluster();
      nodes.single.push(new Redis(server.url));
      nodes.cluster.push(...cluster.nodes.map(({ url }) => new Redis(url)));
    });
    afterAll(async () => {
      for (const node of Object.values(nodes).flat()) node.disconnect();
      await server[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    const kinds = [
      ...Object.entries(SINGLE).map((entry) => [...entry, "single"] as const),
      ...Object.entries(CLUSTER).map((entry) => [...entry, "cluster"] as const),
    ];
    test.each(kinds)("%s", async (_name, connect, kind) => {
      const { url } = kind === "single" ? server : cluster;
      // Of its own: nodes of a cluster pass on late what was published before.
      const channel = randomUUID();
      await using made = await busOf(connect, { publisher: url, subscriber: url }, { channel });
      const heard = new Heard();
      const stop = await made.bus.subscribe(heard.handler);
      for (let round = 0; round < 3; round++) {
        await loseSubscriber(nodes[kind]);
        await expect.poll(() => heard.gaps, { interval: 5 }).toBeGreaterThan(0);
        // Once more when it stands; on a busy machine also for each try that took too long.
        await heard.flow(made.bus.publish);
        expect(heard.gaps).toBeGreaterThan(1);
        heard.forget();
      }
      await stop();
    });
  },
);

describeWithBinary("redis", "one server", () => {
  let server: TestServer;
  let proxy: TestProxy;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    proxy = await startProxy(server);
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await proxy.close();
    await server[Symbol.asyncDispose]();
  });
  /** The subscriber behind the proxy, the publisher not. */
  const behind = (): Addresses => ({
    publisher: server.url,
    subscriber: `redis://${proxy.host}:${proxy.port}`,
  });
  const swift = { heartbeatMs: 60, timeoutMs: 100 };

  describe.each(Object.entries(SINGLE))("%s", (_name, connect) => {
    test("a connection that dies without a word is found out by its silence, and told for as long as it lasts", async () => {
      await using made = await busOf(connect, behind(), swift);
      const heard = new Heard();
      const stop = await made.bus.subscribe(heard.handler);
      proxy.blackhole();
      await made.bus.publish(["token:lost"]);
      await expect.poll(() => heard.gaps).toBeGreaterThan(2);
      await proxy.mend();
      await expect.poll(() => heard.keys.at(-1)).toBe("token:lost");
      expect(heard.keys.at(-2)).toBe("*");
      heard.forget();
      await made.bus.publish(["token:1"]);
      await heard.toBe("token:1");
      await stop();
    });

    test("a connection that is cut and refused is told for as long as it lasts", async () => {
      await using made = await busOf(connect, behind(), swift);
      const heard = new Heard();
      const stop = await made.bus.subscribe(heard.handler);
      proxy.cut();
      await expect.poll(() => heard.gaps).toBe(1);
      await expect.poll(() => heard.gaps).toBeGreaterThan(2);
      await proxy.mend();
      await heard.flow(made.bus.publish);
      await stop();
    });

    test("a healthy connection that has nothing to tell is left in peace", async () => {
      await using made = await busOf(connect, behind(), { heartbeatMs: 60, timeoutMs: 5000 });
      const heard = new Heard();
      const stop = await made.bus.subscribe(heard.handler);
      await redis.config("RESETSTAT");
      await expect
        .poll(async () => /cmdstat_publish:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1])
        .toBe("5");
      expect(heard.keys).toEqual([]);
      await stop();
    });

    test("a subscription that begins while Redis is silent waits no longer than it may, and makes up for it", async () => {
      await using made = await busOf(connect, behind(), swift);
      proxy.blackhole();
      const heard = new Heard();
      const start = performance.now();
      const stop = await made.bus.subscribe(heard.handler);
      expect(performance.now() - start).toBeLessThan(1000);
      expect(heard.gaps).toBe(1);
      await proxy.mend();
      await heard.flow(made.bus.publish);
      await stop();
    });

    test("to publish fails in time when the publisher is out of reach", async () => {
      await using made = await busOf(
        connect,
        { publisher: behind().subscriber, subscriber: server.url },
        { timeoutMs: 100 },
      );
      proxy.blackhole();
      const start = performance.now();
      await expect(made.bus.publish(["token:1"])).rejects.toThrow(/within 100 ms/);
      expect(performance.now() - start).toBeLessThan(1000);
      await proxy.mend();
    });

    test("what is no message of ours counts as all keys, an empty one as none", async () => {
      await using made = await busOf(connect, behind());
      const heard = new Heard();
      const stop = await made.bus.subscribe(heard.handler);
      for (const message of [
        "",
        "token:1",
        "{}",
        "7",
        "[1]",
        '["token:1",null]',
        "[]",
        '["token:2"]',
      ])
        await redis.publish("tokenry:invalidations", message);
      await heard.toBe("*", "*", "*", "*", "*", "*", "token:2");
      await stop();
    });

    test("any number of handlers is one subscription; the last to go leaves nothing on the client", async () => {
      await using made = await busOf(connect, behind(), { channel: "one" });
      // A cast, as a bus asks for less of a client than it is.
      const emitter = made.subscriber as unknown as EventEmitter;
      const listeners = () =>
        emitter.eventNames().map((name) => [name, emitter.listenerCount(name)] as const);
      const before = listeners();
      const stops: (() => void | Promise<void>)[] = [];
      for (let count = 0; count < 5; count++) stops.push(await made.bus.subscribe(() => {}));
      const counted = listeners();
      expect(await redis.pubsub("NUMSUB", "one")).toEqual(["one", 1]);
      for (const stop of stops) await stop();
      expect(await redis.pubsub("NUMSUB", "one")).toEqual(["one", 0]);
      expect(listeners()).toEqual(before);
      expect(counted).not.toEqual(before);
      const heard = new Heard();
      const stop = await made.bus.subscribe(heard.handler);
      await made.bus.publish(["again"]);
      await heard.toBe("again");
      await stop();
    });
  });

  test("what Redis refuses is refused", async () => {
    await redis.call("ACL", "SETUSER", "deaf", "on", "nopass", "allcommands", "resetchannels");
    const url = `redis://deaf@${server.host}:${server.port}`;
    const publisher = new Redis(server.url);
    const subscriber = new Redis(url);
    const before = subscriber.listenerCount("message");
    const bus = redisBus({ publisher, subscriber });
    await expect(bus.subscribe(() => {})).rejects.toThrow(/NOPERM/);
    expect(subscriber.listenerCount("message")).toBe(before);
    publisher.disconnect();
    subscriber.disconnect();
  });
});
