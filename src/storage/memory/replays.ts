import { checkKeys, checkWhole } from "../../checks.ts";
import type { ReplayStore } from "../../ports/replay-store.ts";
import { TimedEntries } from "./timed-entries.ts";

/** Options of {@link memoryReplays}. */
export interface MemoryReplaysOptions {
  /** At most this many keys are remembered at one time; whole, at least 1. Default 1,000,000 (about 200 MB). */
  readonly max?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["max"]);

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
  readonly #entries = new TimedEntries();

  constructor(max: number) {
    this.#max = max;
  }

  add(key: string, ttlMs: number, now: number): boolean {
    const until = now + checkWhole(ttlMs, 1, Number.MAX_SAFE_INTEGER, "ttlMs");
    if (!Number.isFinite(until)) throw new TypeError("now must be a finite number");
    if (this.has(key, now)) return false;
    this.#entries.clear(key, now);
    if (this.#entries.size >= this.#max)
      throw new Error(`As many keys as may be (${this.#max}) are remembered, and none is over.`);
    this.#entries.add({ key, until });
    return true;
  }

  has(key: string, now: number): boolean {
    return this.#entries.living(key, now) !== undefined;
  }
}
