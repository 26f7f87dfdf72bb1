import { atMostTimesFloor, costTable, type Row } from "../cost-table.ts";
import { createFloor } from "../floor.ts";
import { compare } from "../measure.ts";
import { openBetterAuth } from "../peers/better-auth.ts";
import type { Subject } from "../subject.ts";
import { createWorld, verifyInTurn } from "../world.ts";

export const subject: Subject = costTable({
  title: "verify in memory, all gates on (owner, network, access, two budgets, use noted)",
  floor:
    "an awaited async function: one native SHA-256, one look-up in a Map, one comparison of the expiry",
  unit: "ns",
  per: "call",
  cases: [
    {
      name: "tokenry, 1,000 tokens",
      measure: () => verify(1000),
      target: atMostTimesFloor(2, "verify, 1,000 tokens: at most 2 × the floor"),
    },
    {
      name: "tokenry, 10,000 tokens",
      measure: () => verify(10_000),
      target: atMostTimesFloor(2, "verify, 10,000 tokens: at most 2 × the floor"),
    },
    {
      name: "tokenry, 1,000,000 tokens",
      measure: () => verify(1_000_000),
      target: atMostTimesFloor(2, "verify, 1,000,000 tokens: at most 2 × the floor"),
    },
    { name: "tokenry, 10,000 tokens, each once a minute", measure: verifyOnceAMinute },
    { name: "better-auth 1.7.5, 1 key", isPeer: true, measure: () => verifyBetterAuth(1) },
    { name: "better-auth 1.7.5, 1,000 keys", isPeer: true, measure: () => verifyBetterAuth(1000) },
  ],
});

/**
 * Calls of tokens that have been called within the last minute: what is made ready at a token's first call, and noted once a minute, is no
 * part of it.
 */
async function verify(count: number): Promise<Row> {
  const lastMs = Date.now() + 50_000;
  // As dear as Date.now, but no minute passes, however long a slow machine takes.
  const world = await createWorld(count, { clock: { now: () => Math.min(Date.now(), lastMs) } });
  const loop = verifyInTurn(world);
  // Twice, as a token is made ready at its first call and, once that use has been noted, anew.
  await loop(2 * count);
  return compare(createFloor(world.secrets), loop);
}

/** Calls of tokens that were last called a minute ago: each use is noted, and the directory is asked again for most owners. */
async function verifyOnceAMinute(): Promise<Row> {
  const count = 10_000;
  const callMs = 61_000 / count;
  let passedMs = 0;
  const now = (): number => {
    passedMs += callMs;
    return Math.floor(Date.now() + passedMs);
  };
  const world = await createWorld(count, { clock: { now } });
  return compare(createFloor(world.secrets), verifyInTurn(world));
}

async function verifyBetterAuth(count: number): Promise<Row> {
  const { keys, verify: loop } = await openBetterAuth(count);
  return compare(createFloor(keys), loop);
}
