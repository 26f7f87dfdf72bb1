import { decideTake, levelAt, meteredFrom } from "../../budget/decide.ts";
import type { Bucket, BudgetStore, Taken } from "../../ports/budget-store.ts";

/** Options of {@link memoryBudgets}. */
export interface MemoryBudgetsOptions {
  /** At most this many budgets with something spent are kept; whole, at least 1. Default 1,000,000 (about 200 MB). */
  readonly max?: number;
}

/** Where a meter of a key is, for whoever remembers it. */
class Place {
  readonly key: string;
  readonly store: MemoryBudgets;
  /** Where its numbers begin; -1 once the meter is dropped, so that a bucket that remembers it looks again. */
  start: number;

  constructor(key: string, store: MemoryBudgets, start: number) {
    this.key = key;
    this.store = store;
    this.start = start;
  }
}

/** Only where the caller left room: a bucket that came without it is not ours to write to. */
function remember(bucket: Bucket, place: Place): void {
  if ("memo" in bucket) bucket.memo = place;
}

/** The numbers of a meter, side by side: one miss of the processor's cache instead of three. */
const AT = 0;
const LEVEL = 1;
/** From when it tells no more than a missing one: full after a window, and one more against a clock that is set back. */
const EMPTY_FROM = 2;
const WIDTH = 4;

/** Meters looked at for each new one: more than one, so that the sweep overtakes the growth. */
const SWEPT_PER_NEW = 4;

class MemoryBudgets {
  readonly #max: number;
  readonly #places = new Map<string, Place>();
  #numbers = new Float64Array(64 * WIDTH);
  /** Beginnings that dropped meters left. */
  readonly #free: number[] = [];
  #end = 0;
  /** Where the sweep is: the iterator of a Map stays valid while entries come and go. */
  #sweep = this.#places.values();
  /** The levels of the present call, kept from call to call to save the allocation: `take` is synchronous. */
  readonly #levels: number[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  take(buckets: readonly Bucket[], cost: number, now: number): Taken {
    const levels = this.#levels;
    for (let index = 0; index < buckets.length; index++) {
      levels[index] = this.#levelOf(buckets[index] as Bucket, now);
    }
    const decision = decideTake(levels, buckets, cost);
    if (decision.allowed) {
      for (let index = 0; index < buckets.length; index++) {
        this.#fill(buckets[index] as Bucket, (levels[index] as number) + cost, now);
      }
    }
    return decision;
  }

  #levelOf(bucket: Bucket, now: number): number {
    const place = this.#placeOf(bucket);
    if (place === undefined) return 0;
    const meter = {
      at: this.#numbers[place.start + AT] as number,
      level: this.#numbers[place.start + LEVEL] as number,
    };
    const at = meteredFrom(meter, bucket, now);
    this.#numbers[place.start + AT] = at;
    return levelAt({ at, level: meter.level }, bucket, now);
  }

  #fill(bucket: Bucket, level: number, now: number): void {
    const { start } = this.#placeOf(bucket) ?? this.#add(bucket, now);
    const at = Math.max(this.#numbers[start + AT] as number, now);
    this.#numbers[start + AT] = at;
    this.#numbers[start + LEVEL] = level;
    this.#numbers[start + EMPTY_FROM] = at + 2 * bucket.windowMs;
  }

  /** What the bucket remembers saves the look-up of its key. */
  #placeOf(bucket: Bucket): Place | undefined {
    const { memo } = bucket;
    if (memo instanceof Place && memo.store === this && memo.start >= 0) return memo;
    const place = this.#places.get(bucket.key);
    if (place !== undefined) remember(bucket, place);
    return place;
  }

  #add(bucket: Bucket, now: number): Place {
    // First, as a sweep afterwards could drop the new meter before it is filled.
    this.#sweepFor(now);
    const place = new Place(bucket.key, this, this.#beginning());
    this.#numbers[place.start + AT] = now;
    this.#places.set(bucket.key, place);
    remember(bucket, place);
    return place;
  }

  #beginning(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const start = this.#end;
    this.#end += WIDTH;
    if (this.#end > this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    return start;
  }

  /** Drops those of the next few meters that are empty; over the maximum and for want of one, that which is nearest to it. */
  #sweepFor(now: number): void {
    let nearest: Place | undefined;
    for (let looked = 0; looked < SWEPT_PER_NEW; looked++) {
      const place = this.#nextSwept();
      if (place === undefined) break;
      if (this.#emptyFrom(place) <= now) this.#drop(place);
      else if (nearest === undefined || this.#emptyFrom(place) < this.#emptyFrom(nearest)) {
        nearest = place;
      }
    }
    if (nearest !== undefined && this.#places.size >= this.#max) this.#drop(nearest);
  }

  #emptyFrom(place: Place): number {
    return this.#numbers[place.start + EMPTY_FROM] as number;
  }

  #drop(place: Place): void {
    this.#places.delete(place.key);
    this.#free.push(place.start);
    place.start = -1;
  }

  #nextSwept(): Place | undefined {
    const next = this.#sweep.next();
    if (!next.done) return next.value;
    this.#sweep = this.#places.values();
    return this.#sweep.next().value;
  }
}

/**
 * Budgets in the memory of this process: the default, and what stands in while another store is out of reach.
 *
 * Synchronous, exact and alone: other processes have budgets of their own. Keeps a budget only while something of it is spent, without
 * timers; at `max` one that was long not spent from gives way and starts anew, so choose more than the tokens in use at one time.
 *
 * @throws TypeError or RangeError when `max` is not a whole number of at least 1.
 *
 * @example
 * const tokens = createTokenry({ kinds, apis, directory, budgets: memoryBudgets() });
 */
export function memoryBudgets(options: MemoryBudgetsOptions = {}): BudgetStore {
  const { max = 1_000_000 } = options;
  if (typeof max !== "number") throw new TypeError("budgets.max must be a number");
  if (!Number.isSafeInteger(max) || max < 1) {
    throw new RangeError("budgets.max must be a whole number of at least 1");
  }
  const store = new MemoryBudgets(max);
  return { take: (buckets, cost, now) => store.take(buckets, cost, now) };
}
