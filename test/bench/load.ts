import { type Spread, spreadOf } from "./spread.ts";

/** One call, of what is measured by the clock on the wall. */
export type Call = () => Promise<unknown>;

/** What a number of callers got, each with one call in flight at any time. Latencies in nanoseconds. */
export interface Load {
  /** Calls a second. */
  readonly rate: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
}

/** A load beside the floor's. */
export interface Comparison extends Load {
  readonly floor: Load;
  /** Rate over the floor's, round by round: what disturbs the machine disturbs both. */
  readonly ratio: Spread;
}

const ROUNDS = 11;
const ROUND_MS = 250;
/** Long enough for the optimising compiler, for the connections of a pool and for a server's plans. */
const WARM_UP_MS = 600;

/** What a number of callers got in one round. Latencies in nanoseconds. */
export interface Round {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** Puts the same load on the floor and on a call, in rounds that take turns: floor, call, floor, call. */
export async function compareLoads(floor: Call, call: Call, inFlight: number): Promise<Comparison> {
  await round(floor, inFlight, WARM_UP_MS);
  await round(call, inFlight, WARM_UP_MS);
  globalThis.gc?.();
  const rounds: { readonly least: Round; readonly made: Round }[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    const least = await round(floor, inFlight, ROUND_MS);
    rounds.push({ least, made: await round(call, inFlight, ROUND_MS) });
  }
  return {
    ...loadOf(rounds.map(({ made }) => made)),
    floor: loadOf(rounds.map(({ least }) => least)),
    ratio: spreadOf(rounds.map(({ made, least }) => made.rate / least.rate)),
  };
}

/** A load alone, for a time. */
export function loadFor(call: Call, inFlight: number, ms: number): Promise<Round> {
  return round(call, inFlight, ms);
}

/** Calls a second of a load alone: of at most so many calls, where no more can be made. */
export async function rateOf(
  call: Call,
  inFlight: number,
  most: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  await round(call, inFlight, ROUND_MS, most / 4);
  return (await round(call, inFlight, 3 * ROUND_MS, (most * 3) / 4)).rate;
}

async function round(
  call: Call,
  inFlight: number,
  ms: number,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Round> {
  const latencies: number[] = [];
  const started = performance.now();
  let begun = 0;
  const caller = async (): Promise<void> => {
    for (let before = started; before < started + ms && begun++ < most; ) {
      await call();
      const after = performance.now();
      latencies.push((after - before) * 1e6);
      before = after;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  const seconds = (performance.now() - started) / 1000;
  return { rate: latencies.length / seconds, ...percentilesOf(latencies) };
}

/** What half of the latencies and what 99 of 100 do not exceed. */
export function percentilesOf(latencies: readonly number[]): {
  readonly p50: number;
  readonly p99: number;
} {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function loadOf(rounds: readonly Round[]): Load {
  return {
    rate: spreadOf(rounds.map(({ rate }) => rate)),
    p50: spreadOf(rounds.map(({ p50 }) => p50)),
    p99: spreadOf(rounds.map(({ p99 }) => p99)),
  };
}
