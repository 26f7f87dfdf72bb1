import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { freshDatabase } from "../../servers/fresh-database.ts";
import { startProxy, type TestProxy } from "../../servers/proxy.ts";
import type { TestServer } from "../../servers/server.ts";
import { type DatabaseKind, IDLE_MS } from "./databases.ts";
import { type Fault, type Figures, measureFaults } from "./measure.ts";
import { openScene, type Scene } from "./scene.ts";
import { openWay, type Way } from "./way.ts";

/** What happens to a database server, or to the way to it. */
export type DatabaseFault = "kill" | "pause" | "blackhole" | "cut" | "forget";

/** A server and two ways to it, of which one is used. */
interface Place {
  readonly server: TestServer;
  readonly proxy: TestProxy;
  readonly way: Way;
}

interface DatabaseFaultKind {
  /** The way that the traffic takes. */
  readonly by: "proxy" | "way";
  fault(place: Place): Fault;
}

/**
 * Lets a fault come so many times under traffic, over a new database on a server: it is killed (SIGKILL), paused (SIGSTOP), in a blackhole,
 * cut off, or its connections are forgotten on the way. See `measureFaults`.
 */
export async function faultDatabase(
  kind: DatabaseKind,
  server: TestServer,
  { fault, times }: { readonly fault: DatabaseFault; readonly times: number },
): Promise<Figures> {
  await using database = await freshDatabase(server.url);
  await using proxy = await startProxy(server);
  await using way = await openWay(server);
  const place = { server, proxy, way };
  const chosen = FAULTS[fault];
  const url = new URL(database.url);
  url.port = `${place[chosen.by].port}`;
  await using scene = await openScene(kind.open(url.href));
  return await measureFaults(scene, chosen.fault(place), times);
}

const FAULTS: Readonly<Record<DatabaseFault, DatabaseFaultKind>> = {
  kill: {
    by: "proxy",
    fault: ({ server }) => ({
      begin: () => server.kill(),
      endure: crowd,
      end: () => server.restart(),
    }),
  },
  pause: {
    by: "proxy",
    fault: ({ server }) => ({
      begin: () => server.pause(),
      endure: silence,
      end: () => server.resume(),
    }),
  },
  blackhole: {
    by: "proxy",
    fault: ({ proxy }) => ({
      begin: () => proxy.blackhole(),
      endure: silence,
      end: () => proxy.mend(),
    }),
  },
  cut: {
    by: "proxy",
    fault: ({ proxy }) => ({
      // At any moment of what is under way.
      begin: () => sleep(Math.random() * LONGEST_CUT_MS).then(() => proxy.cut()),
      endure: () => sleep(Math.random() * LONGEST_CUT_MS),
      end: () => proxy.mend(),
    }),
  },
  forget: {
    by: "way",
    fault: ({ way }) => ({
      // New connections are good at once; those that there are, as many as can be, are dead.
      begin: (scene) => everyConnection(scene).then(() => way.forget()),
      endure: async () => undefined,
      end: () => undefined,
      // Transactions of dead connections hold what they have locked until the server ends them.
      settled: () => sleep(1.5 * IDLE_MS),
    }),
  },
};

/** More than a pool has connections. */
const MANY = 40;

/** Lets the pool open all its connections. */
async function everyConnection({ world }: Scene): Promise<void> {
  const ids = Array.from({ length: MANY }, (_, index) => `nobody's ${index}`);
  await Promise.all(ids.map((id) => world.repository.findById(id)));
}

const LONGEST_CUT_MS = 30;

/** Calls that begin at once. */
const CROWD = 200;

/** Longer than anyone waits for an answer. */
const SILENCE_MS = 2500;

async function silence(scene: Scene): Promise<void> {
  await Promise.all([sleep(SILENCE_MS), sleep(SILENCE_MS / 3).then(() => crowd(scene))]);
}

/** Many calls at once with one secret: all are told that it cannot be checked now. */
async function crowd({ world, secret }: Scene): Promise<void> {
  const begun = performance.now();
  const codes = await Promise.all(Array.from({ length: CROWD }, () => world.codeOf(secret)));
  assert.deepEqual([...new Set(codes)], ["unavailable"]);
  assert.ok(performance.now() - begun < 2000, "a crowd waited for more than two seconds");
}
