import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, test } from "vitest";
import { redisBus } from "../../src/storage/redis/bus.ts";
import { busConformance } from "../../src/testing/bus-conformance.ts";
import { describeWithServer } from "../servers/index.ts";
import { CLUSTER, type Connect, type Connected, SINGLE } from "../storage/redis/clients.ts";

function conformance(clients: Readonly<Record<string, Connect>>, url: string): void {
  for (const [name, connect] of Object.entries(clients)) {
    describe(name, () => {
      const connected: Connected[] = [];
      beforeAll(async () => {
        for (let count = 0; count < 3; count++) connected.push(await connect(url));
      });
      afterAll(async () => {
        for (const each of connected) await each[Symbol.asyncDispose]();
      });
      const create = () => {
        const [publisher, ...subscribers] = connected.map(({ client }) => client);
        if (publisher === undefined) throw new Error("not connected");
        const channel = `${randomUUID()}:invalidations`;
        const [subject, peer] = subscribers.map((subscriber) =>
          redisBus({ publisher, subscriber, channel, timeoutMs: 10_000 }),
        );
        if (subject === undefined || peer === undefined) throw new Error("not connected");
        return { subject, peer };
      };
      busConformance({ describe, test }, { create });
    });
  }
}

describeWithServer("redis", "Redis", (url) => conformance(SINGLE, url));
describeWithServer("redisCluster", "Redis Cluster", (url) => conformance(CLUSTER, url));
