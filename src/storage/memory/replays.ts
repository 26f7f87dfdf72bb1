import { checkKeys, checkWhole } from "../../checks.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { compareText, SortedList } from "./sorted-list.ts";

/** Options of {@link memoryReplays}. */
export interface MemoryReplaysOptions {
  /** At most this many keys are remembered at one time; whole, at least 1. Default 1,000,000 (about 200 MB). */
  readonly max?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["max"]);

/** Keys dropped for each new one, at most: more than one, so that no rest stays, and few, so that nobody waits for it. */
const DROPPED_PER_NEW = 4;

interface Remembered {
  readonly key: string;
  /** Milliseconds since 1970 (UTC). */
  readonly until: number;
}

/**
 * What may be used once, remembered in this process: for services of one process, and for tests. Other processes know nothing of it.
 *
 * Answers at once, not by a promise, by the `now` that is given, and without timers. At `max` keys whose time is not over `add` throws, and
 * what depends on it is refused: no key is forgotten before its time.
 *
 * @throws TypeError or RangeError when `max` is not a whole number of at least 1.
 *
 * @example
 * const replays = memoryReplays();
 */
export function memoryReplays(options: MemoryReplaysOptions = {}): ReplayStore {
  checkKeys(options, OPTIONS, "options");
  const { max = 1_000_000 } = options;
  const replays = new MemoryReplays(checkWhole(max, 1, Number.MAX_SAFE_INTEGER, "options.max"));
  return {
    add: (key, ttlMs, now) => replays.add(key, ttlMs, now),
    has: (key, now) => replays.has(key, now),
  };
}

class MemoryReplays {
  readonly #max: number;
  readonly #byKey = new Map<string, Remembered>();
  readonly #byEnd = new SortedList<Remembered>(
    (a, b) => a.until - b.until || compareText(a.key, b.key),
  );

  constructor(max: number) {
    this.#max = max;
  }

  add(key: string, ttlMs: number, now: number): boolean {
    const until = now + checkWhole(ttlMs, 1, Number.MAX_SAFE_INTEGER, "ttlMs");
    if (!Number.isFinite(until)) throw new TypeError("now must be a finite number");
    const known = this.#byKey.get(key);
    if (known !== undefined && known.until > now) return false;
    if (known !== undefined) this.#drop(known);
    this.#dropExpired(now);
    if (this.#byKey.size >= this.#max)
      throw new Error(`As many keys as may be (${this.#max}) are remembered, and none is over.`);
    const remembered = { key, until };
    this.#byKey.set(key, remembered);
    this.#byEnd.insert(remembered);
    return true;
  }

  has(key: string, now: number): boolean {
    const known = this.#byKey.get(key);
    return known !== undefined && known.until > now;
  }

  /** What is over is first in the list: where there is any, one of them makes room. */
  #dropExpired(now: number): void {
    for (let dropped = 0; dropped < DROPPED_PER_NEW; dropped += 1) {
      const first = this.#byEnd.first;
      if (first === undefined || first.until > now) return;
      this.#drop(first);
    }
  }

  #drop(remembered: Remembered): void {
    this.#byKey.delete(remembered.key);
    this.#byEnd.delete(remembered);
  }
}
