import { decideTake, levelAt, meteredFrom } from "../../budget/decide.ts";
import type { Bucket, BudgetStore, Taken } from "../../ports/budget-store.ts";

/** Options of {@link memoryBudgets}. */
export interface MemoryBudgetsOptions {
  /** At most this many budgets with something spent are kept; whole, at least 1. Default 1,000,000 (about 200 MB). */
  readonly max?: number;
}

/** A meter that is changed in place, under its key. */
interface StoredMeter {
  readonly key: string;
  at: number;
  level: number;
  /** From when it tells no more than a missing one: full after a window, and one more against a clock that is set back. */
  emptyFrom: number;
}

/** Meters looked at for each new one: more than one, so that the sweep overtakes the growth. */
const sweptPerNew = 4;

class MemoryBudgets implements BudgetStore {
  readonly #max: number;
  readonly #meters = new Map<string, StoredMeter>();
  /** Where the sweep is: the iterator of a Map stays valid while entries come and go. */
  #sweep = this.#meters.values();
  /** The meters of the present call, kept from call to call to save the allocation: `take` is synchronous. */
  readonly #asked: (StoredMeter | undefined)[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  take(buckets: readonly Bucket[], cost: number, now: number): Taken {
    const asked = this.#asked;
    let index = 0;
    for (const bucket of buckets) {
      const meter = this.#meters.get(bucket.key);
      if (meter !== undefined) meter.at = meteredFrom(meter, bucket, now);
      asked[index++] = meter;
    }
    const decision = decideTake(asked, buckets, cost, now);
    if (decision.allowed) this.#spend(buckets, cost, now);
    return decision;
  }

  #spend(buckets: readonly Bucket[], cost: number, now: number): void {
    const kept = this.#meters.size;
    let index = 0;
    for (const bucket of buckets) {
      let meter = this.#asked[index++];
      if (meter === undefined) {
        meter = { key: bucket.key, at: now, level: 0, emptyFrom: 0 };
        this.#meters.set(bucket.key, meter);
      }
      meter.level = levelAt(meter, bucket, now) + cost;
      meter.at = Math.max(meter.at, now);
      meter.emptyFrom = meter.at + 2 * bucket.windowMs;
    }
    // Only now: a sweep in between could drop an empty meter of this very call, and with it what is being spent.
    for (let added = this.#meters.size - kept; added > 0; added--) this.#sweepFor(now);
  }

  /** Drops those of the next few meters that are empty; over the maximum and for want of one, that which is nearest to it. */
  #sweepFor(now: number): void {
    let nearest: StoredMeter | undefined;
    for (let looked = 0; looked < sweptPerNew; looked++) {
      const meter = this.#nextSwept();
      if (meter === undefined) break;
      if (meter.emptyFrom <= now) this.#meters.delete(meter.key);
      else if (nearest === undefined || meter.emptyFrom < nearest.emptyFrom) nearest = meter;
    }
    if (nearest !== undefined && this.#meters.size > this.#max) this.#meters.delete(nearest.key);
  }

  #nextSwept(): StoredMeter | undefined {
    const next = this.#sweep.next();
    if (!next.done) return next.value;
    this.#sweep = this.#meters.values();
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
  return new MemoryBudgets(max);
}
