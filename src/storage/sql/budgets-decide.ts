import { decideTake, levelAt, type Meter, meteredFrom, type Rate } from "../../budget/decide.ts";
import type { Bucket, Taken } from "../../ports/budget-store.ts";

/** One call: what it spends, from which budgets, when. Keys are as they are stored. */
export interface Take {
  readonly buckets: readonly Bucket[];
  readonly cost: number;
  readonly now: number;
}

/** What is spent, by key. A key that is missing has nothing spent. */
export type Meters = ReadonlyMap<string, Meter>;

/** What came of a batch: an answer for each take, and the meters after it. A meter that has not changed is the same object. */
export interface DecidedTakes {
  readonly answers: readonly Taken[];
  readonly meters: Meters;
}

/** Decides takes one after another, each on what those before it left. */
export function decideTakes(takes: readonly Take[], before: Meters): DecidedTakes {
  const meters = new Map(before);
  return { answers: takes.map((take) => decideOne(take, meters)), meters };
}

function decideOne({ buckets, cost, now }: Take, meters: Map<string, Meter>): Taken {
  const levels = buckets.map((bucket) => {
    const meter = countedFrom(meters, bucket, now);
    return levelAt(meter, bucket, now);
  });
  const decision = decideTake(levels, buckets, cost);
  if (!decision.allowed) return decision;
  for (const [index, { key }] of buckets.entries()) {
    const at = Math.max(meters.get(key)?.at ?? now, now);
    meters.set(key, { at, level: (levels[index] as number) + cost });
  }
  return decision;
}

/** The meter of a bucket; of one that lies far ahead, it is kept from when it counts now. */
function countedFrom(meters: Map<string, Meter>, bucket: Bucket, now: number): Meter | undefined {
  const meter = meters.get(bucket.key);
  if (meter === undefined) return undefined;
  const at = meteredFrom(meter, bucket, now);
  if (at === meter.at) return meter;
  const counted = { at, level: meter.level };
  meters.set(bucket.key, counted);
  return counted;
}

const MINUTE_MS = 60_000;

/**
 * From when a meter tells no more than a missing one: full after a window, and one more against a clock that is set back. Rounded up,
 * so that it seldom changes: it is indexed, and an update that changes no index costs PostgreSQL much less.
 */
export function emptyFrom({ at }: Meter, windowMs: Rate["windowMs"]): number {
  const step = Math.max(MINUTE_MS, windowMs);
  return Math.ceil((at + 2 * windowMs) / step) * step;
}

/** The keys of a batch, each once, with the longest window that it is asked with. */
export function windowsOf(takes: readonly Take[]): ReadonlyMap<string, number> {
  const windows = new Map<string, number>();
  for (const { buckets } of takes) {
    for (const { key, windowMs } of buckets) {
      windows.set(key, Math.max(windows.get(key) ?? 0, windowMs));
    }
  }
  return windows;
}
