import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, test } from "vitest";
import { redisReplays } from "../../src/storage/redis/replays.ts";
import { replayStoreConformance } from "../../src/testing/replay-store-conformance.ts";
import { describeWithServer } from "../servers/index.ts";
import { CLUSTER, type Connect, type Connected, SINGLE } from "../storage/redis/clients.ts";

function conformance(clients: Readonly<Record<string, Connect>>, url: string): void {
  for (const [name, connect] of Object.entries(clients)) {
    describe(name, () => {
      const connected: Connected[] = [];
      beforeAll(async () => {
        connected.push(await connect(url), await connect(url));
      });
      afterAll(async () => {
        for (const each of connected) await each[Symbol.asyncDispose]();
      });
      const create = () => {
        const prefix = `${randomUUID()}:`;
        const [subject, peer] = connected.map(({ client }) =>
          redisReplays({ client, prefix, timeoutMs: 10_000 }),
        );
        if (subject === undefined || peer === undefined) throw new Error("not connected");
        return { subject, peer };
      };
      replayStoreConformance({ describe, test }, { create, clock: "store" });
    });
  }
}

describeWithServer("redis", "Redis", (url) => conformance(SINGLE, url));
describeWithServer("redisCluster", "Redis Cluster", (url) => conformance(CLUSTER, url));
