import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, test } from "vitest";
import { redisBudgets } from "../../src/storage/redis/budgets.ts";
import { budgetConformance } from "../../src/testing/budget-conformance.ts";
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
      for (const clock of ["server", "caller"] as const) {
        describe(`the ${clock}'s clock`, () => {
          const create = () => {
            const prefix = `${randomUUID()}:`;
            const [subject, peer] = connected.map(({ client }) =>
              redisBudgets({ client, prefix, clock, timeoutMs: 10_000 }),
            );
            if (subject === undefined || peer === undefined) throw new Error("not connected");
            return { subject, peer };
          };
          budgetConformance(
            { describe, test },
            { create, clock: clock === "server" ? "store" : "caller" },
          );
        });
      }
    });
  }
}

describeWithServer("redis", "Redis", (url) => conformance(SINGLE, url));
describeWithServer("redisCluster", "Redis Cluster", (url) => conformance(CLUSTER, url));
