import assert from "node:assert/strict";
import type { Secret, TokenryOptions } from "../../../src/index.ts";
import { migrate } from "../../../src/storage/sql/index.ts";
import { START } from "../../support/clock.ts";
import { MANAGER } from "../../support/directory.ts";
import { createWorld, type World } from "../../support/world.ts";
import { check } from "../crash.ts";
import type { OpenDatabase } from "./databases.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

/** More than anyone calls: what is tried here is not the budget. */
export const APIS: TokenryOptions["apis"] = {
  orders: { limit: 1_000_000_000, window: { minutes: 1 } },
};

/** How many deeds are done before a fault, and between two. */
export const DEEDS = 30;

/** A node under traffic over a database. */
export interface Scene extends AsyncDisposable {
  readonly world: World;
  readonly traffic: Traffic;
  /** Of a token outside the traffic, which lives. */
  readonly secret: Secret;
  /** Ends the traffic and checks that what was acknowledged is there, and nothing halved. Returns how many changes were. */
  audit(): Promise<number>;
}

/** Starts traffic on a new node over an empty database, which ends with the scene, and waits until it flows. */
export async function openScene(
  database: OpenDatabase,
  options: Partial<TokenryOptions> = {},
): Promise<Scene> {
  const { db, repository } = database;
  await migrate(db);
  const world = createWorld({ apis: APIS, clock: runningClock(), ...options, repository });
  const { secret } = await world.issue({ owner: MANAGER });
  const traffic = startTraffic(world);
  await traffic.acknowledged(DEEDS);
  return {
    ...{ world, traffic, secret },
    audit: () => audit(world, traffic, database),
    async [Symbol.asyncDispose]() {
      await traffic.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Runs as the world's does, from where the clocks of tests start. */
export function runningClock(): { now(): number } {
  const origin = performance.now();
  return { now: () => Math.floor(START + performance.now() - origin) };
}

async function audit(
  world: World,
  traffic: Traffic,
  { repository }: OpenDatabase,
): Promise<number> {
  await traffic.stop();
  await world.tokens.close();
  assert.deepEqual(traffic.mistakes, []);
  await check(repository, traffic.journal);
  await checkUses(world, traffic);
  const entries = [...traffic.journal.entries.values()].flat();
  return entries.filter(({ isAcknowledged }) => isAcknowledged).length;
}

/** Each use was noted, of whatever time: those that could not be written at once waited. */
async function checkUses(world: World, { used }: Traffic): Promise<void> {
  const node = world.node();
  const verdicts = await Promise.all(
    [...used].map((secret) => node.verify(secret, { api: "orders", method: "GET" })),
  );
  const unnoted = verdicts.filter((verdict) => verdict.ok && verdict.token.lastUsedAt === null);
  assert.equal(unnoted.length, 0, "uses were forgotten");
}
