import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { expect, test } from "vitest";
import { type InvalidationBus, type Issued, SYSTEM, type Tokenry } from "../../src/index.ts";
import { redisBus } from "../../src/storage/redis/index.ts";
import { postgresBus } from "../../src/storage/sql/index.ts";
import { describeWithServer, startProxy } from "../servers/index.ts";
import { createWorld, type World } from "../support/world.ts";
import { say } from "./outage/figures.ts";
import { openRedis } from "./outage/redis-host.ts";
import { APIS, runningClock } from "./outage/scene.ts";

const HEARTBEAT_MS = 200;
const TIMEOUT_MS = 300;

/** In which a bus finds out that it hears nothing: its heartbeat, a fifth more, the time in which it waits for an answer, and some. */
const BOUND_MS: number = 1.2 * HEARTBEAT_MS + TIMEOUT_MS + 300;

/** How long a node remembers a token. */
const TTL_MS = 2000;

/** By how much a busy machine may be late. */
const LATE_MS = 1000;

const WATCHED = { heartbeatMs: HEARTBEAT_MS, timeoutMs: TIMEOUT_MS } as const;

/** A bus as a host opens it. */
interface OpenBus extends Disposable {
  readonly bus: InvalidationBus;
}

const BUSES = [
  {
    server: "redis",
    name: "Redis",
    open(url: string): OpenBus {
      const [publisher, subscriber] = [openRedis(url), openRedis(url)];
      const bus = redisBus({ publisher, subscriber, ...WATCHED });
      return {
        bus,
        [Symbol.dispose]() {
          publisher.disconnect();
          subscriber.disconnect();
        },
      };
    },
  },
  {
    server: "postgres",
    name: "PostgreSQL",
    open(url: string): OpenBus {
      const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
      pool.on("error", () => undefined);
      const bus = postgresBus({ pool, ...WATCHED });
      return { bus, [Symbol.dispose]: () => void pool.end() };
    },
  },
] as const;

for (const { server, name, open } of BUSES) {
  describeWithServer(server, `a node that hears of revocations over ${name}`, (url) => {
    for (const fault of ["cut", "blackhole"] as const) {
      test(`forgets all that it remembers once it may have missed one (${fault}), and hears again by itself`, async () => {
        const own = new URL(url);
        await using proxy = await startProxy({ host: own.hostname, port: Number(own.port) });
        own.host = `${proxy.host}:${proxy.port}`;
        using near = open(url);
        using far = open(own.href);
        const options = {
          apis: APIS,
          clock: runningClock(),
          cache: { ttl: { seconds: TTL_MS / 1000 } },
        };
        const world = createWorld({ ...options, bus: far.bus });
        const other = world.node({ bus: near.bus });
        const heard = await staleMs(world, other);
        const known = await remembered(world);
        proxy[fault]();
        const dropped = await staleMs(world, other, known);
        // What is remembered from now on is remembered unheard.
        const lost = await staleMs(world, other);
        await proxy.mend();
        await sleep(BOUND_MS);
        const again = await staleMs(world, other);
        say(`${name} bus`, fault, { heard, dropped, lost, again });
        expect(dropped).toBeLessThan(BOUND_MS);
        expect(lost).toBeLessThan(TTL_MS + LATE_MS);
        expect(Math.max(heard, again)).toBeLessThan(LATE_MS);
        await Promise.all([world.tokens.close(), other.close()]);
      });
    }
  });
}

/** A token that a node has accepted, and so remembers. */
async function remembered(world: World): Promise<Issued> {
  const issued = await world.issue();
  expect(await world.codeOf(issued.secret)).toBe("ok");
  return issued;
}

/** For how long a node goes on accepting a token that was revoked on the other. */
async function staleMs(world: World, other: Tokenry, known?: Issued): Promise<number> {
  const { secret, token } = known ?? (await remembered(world));
  await other.revoke({ tokenId: token.id, actor: SYSTEM });
  const revoked = performance.now();
  while ((await world.codeOf(secret)) !== "unknown_token") await sleep(1);
  return performance.now() - revoked;
}
