import { setImmediate } from "node:timers/promises";
import type { Row } from "./cost-table.ts";
import { spreadOf } from "./spread.ts";

/** Makes so many calls. Each has a loop of its own, so that the engine can fit it to the one thing that it calls. */
export type Loop = (calls: number) => Promise<void>;

const ROUNDS = 15;
const ROUND_MS = 40;
/** Long enough for the optimising compiler to have come to an end. */
const WARM_UP_MS = 400;

/** Nanoseconds a call. */
interface Time {
  readonly cpu: number;
  readonly wall: number;
}

/**
 * Measures a loop against the floor in rounds that take turns: floor, loop, floor, loop.
 *
 * CPU time is that of all threads of the process, so that compiling and collecting garbage count. What other processes do does not, but for
 * the caches of the processor that they empty, and that they empty for both.
 */
export async function compare(floor: Loop, loop: Loop): Promise<Row> {
  const floorCalls = await warmUp(floor);
  const calls = await warmUp(loop);
  globalThis.gc?.();
  const rounds: { readonly least: Time; readonly time: Time }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ least: await timed(floor, floorCalls), time: await timed(loop, calls) });
  }
  return {
    figure: spreadOf(rounds.map(({ time }) => time.cpu)),
    floor: spreadOf(rounds.map(({ least }) => least.cpu)),
    ratio: spreadOf(rounds.map(({ time, least }) => time.cpu / least.cpu)),
    wall: spreadOf(rounds.map(({ time }) => time.wall)),
  };
}

/** Makes ever more calls until they take long enough; returns how many make a round. */
export async function warmUp(loop: Loop): Promise<number> {
  for (let calls = 1; ; calls *= 2) {
    const cpuMs = ((await timed(loop, calls)).cpu * calls) / 1e6;
    if (cpuMs >= WARM_UP_MS) return Math.max(1, Math.round((calls * ROUND_MS) / cpuMs));
  }
}

/** The time of one call, with its share of the turn of the event loop that what was left for later waits for. */
async function timed(loop: Loop, calls: number): Promise<Time> {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  await loop(calls);
  await setImmediate();
  const wallMs = performance.now() - wallBefore;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: ((user + system) * 1e3) / calls, wall: (wallMs * 1e6) / calls };
}
