import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import pg from "pg";
import { expect, test, vi } from "vitest";
import type { ParentState } from "../../../src/oauth/verifier/parent.ts";
import { watchParent } from "../../../src/oauth/verifier/watch-parent.ts";
import type { InvalidationBus } from "../../../src/ports/invalidation-bus.ts";
import { redisBus } from "../../../src/storage/redis/bus.ts";
import { postgresBus } from "../../../src/storage/sql/postgres-bus.ts";
import { describeWithServer, startProxy, type TestProxy } from "../../servers/index.ts";
import { movableClock, START } from "../../support/clock.ts";
import { sampleClaims } from "./parent-samples.ts";

/** A bus at an address; `close` ends its clients. */
interface OpenBus extends AsyncDisposable {
  readonly bus: InvalidationBus;
}

const CHANNEL = `test-${randomBytes(8).toString("hex")}`;

function openPostgres(url: string): OpenBus {
  const pool = new pg.Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 500 });
  pool.on("error", () => {});
  return {
    bus: postgresBus({ pool, channel: CHANNEL, heartbeatMs: 3_600_000 }),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

function openRedis(url: string): OpenBus {
  const [publisher, subscriber] = [new Redis(url), new Redis(url)];
  for (const client of [publisher, subscriber]) client.on("error", () => {});
  return {
    bus: redisBus({ publisher, subscriber, channel: CHANNEL, heartbeatMs: 60_000 }),
    async [Symbol.asyncDispose]() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

function through(proxy: TestProxy, url: string): string {
  const to = new URL(url);
  to.host = `${proxy.host}:${proxy.port}`;
  return to.href;
}

const BUSES = { postgres: openPostgres, redis: openRedis } as const;

for (const [name, open] of Object.entries(BUSES)) {
  describeWithServer(name as keyof typeof BUSES, `watching over the bus of ${name}`, (url) => {
    test("OWN-21: hears of changes, is unsure while the bus is silent, and sure again after it", async () => {
      const { hostname, port } = new URL(url);
      await using proxy = await startProxy({ host: hostname, port: Number(port) });
      await using near = open(through(proxy, url));
      await using far = open(url);
      const clock = movableClock();
      clock.set(START - 60_000);
      const parent = watchParent({ bus: near.bus, clock });
      const check = async (issuedSeconds: number): Promise<ParentState> => {
        const iat = START / 1000 + issuedSeconds;
        return parent.check(sampleClaims({ iat, exp: iat + 900 }), "", clock.now());
      };
      await vi.waitFor(async () => expect(await check(0)).toBe("lives"), 5000);
      clock.set(START);
      await far.bus.publish(["token:tok_2"]);
      expect(await check(0)).toBe("lives");
      await far.bus.publish(["token:tok_1"]);
      await vi.waitFor(async () => expect(await check(0)).toBe("ended"), 5000);
      expect(await check(3)).toBe("lives");

      proxy.blackhole();
      clock.pass({ seconds: 10 });
      await far.bus.publish(["token:tok_1"]);
      expect(await check(3)).toBe("unknown");

      proxy.cut();
      await proxy.mend();
      await vi.waitFor(async () => expect(await check(20)).toBe("lives"), 10_000);
      expect(await check(3)).toBe("ended");
      await parent.close?.();
    }, 30_000);
  });
}
