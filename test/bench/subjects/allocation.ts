import { GCProfiler } from "node:v8";
import { costTable, type Row } from "../cost-table.ts";
import { createFloor } from "../floor.ts";
import { type Loop, warmUp } from "../measure.ts";
import { openBetterAuth } from "../peers/better-auth.ts";
import { spreadOf } from "../spread.ts";
import type { Subject } from "../subject.ts";
import { createWorld, verifyInTurn } from "../world.ts";

const ROUNDS = 7;
const MOST_BYTES = 1536;

export const subject: Subject = costTable({
  title:
    "allocation per verify, 10,000 tokens (growth of the heap over calls that no collection interrupts)",
  floor: "as for verify",
  unit: "bytes",
  per: "call",
  cases: [
    {
      name: "tokenry",
      flags: ["--min-semi-space-size=128", "--max-semi-space-size=128"],
      measure: allocation,
      target: {
        claim: "allocation per verify: at most 1.5 KiB",
        figure: ({ figure }) => `${Math.round(figure.median)} B`,
        isMet: ({ figure }) => figure.median <= MOST_BYTES,
      },
    },
    {
      name: "better-auth 1.7.5, 1 key",
      isPeer: true,
      flags: ["--min-semi-space-size=128", "--max-semi-space-size=128"],
      measure: allocationOfBetterAuth,
    },
  ],
});

async function allocation(): Promise<Row> {
  const count = 10_000;
  const world = await createWorld(count);
  const loop = verifyInTurn(world);
  await loop(count);
  return compareAllocation(createFloor(world.secrets), loop, count);
}

async function allocationOfBetterAuth(): Promise<Row> {
  const { keys, verify } = await openBetterAuth(1);
  return compareAllocation(createFloor(keys), verify, 500);
}

async function compareAllocation(floor: Loop, loop: Loop, calls: number): Promise<Row> {
  // What is not compiled yet allocates more.
  await warmUp(floor);
  await warmUp(loop);
  const rounds: { readonly least: number; readonly bytes: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ least: await allocated(floor, calls), bytes: await allocated(loop, calls) });
  }
  return {
    figure: spreadOf(rounds.map(({ bytes }) => bytes)),
    floor: spreadOf(rounds.map(({ least }) => least)),
    ratio: spreadOf(rounds.map(({ bytes, least }) => bytes / least)),
  };
}

/** Bytes a call. Nothing is collected on the way, as the young generation has room for all of it: that is checked. */
async function allocated(loop: Loop, calls: number): Promise<number> {
  globalThis.gc?.();
  const collections = new GCProfiler();
  collections.start();
  const before = process.memoryUsage().heapUsed;
  await loop(calls);
  const bytes = process.memoryUsage().heapUsed - before;
  const { statistics } = collections.stop();
  if (statistics.length > 0) throw new Error("a collection has run during the measurement");
  return bytes / calls;
}
