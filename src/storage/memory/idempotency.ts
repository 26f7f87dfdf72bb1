import { checkKeys, checkWhole } from "../../checks.ts";
import { checkRequest, checkRequestKey, checkResult } from "../../lifecycle/request-mark.ts";
import type { BegunRequest, IdempotencyStore, RequestMark } from "../../ports/idempotency-store.ts";
import { compareText, SortedList } from "./sorted-list.ts";

/** Options of {@link memoryIdempotency}. */
export interface MemoryIdempotencyOptions {
  /** At most this many requests are remembered at one time; whole, at least 1. Default 100,000 (about 40 MB, with results of 100 bytes). */
  readonly max?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["max"]);

/** Marks dropped for each new one, at most: more than one, so that no rest stays, and few, so that nobody waits for it. */
const DROPPED_PER_NEW = 4;

const BEGUN: BegunRequest = Object.freeze({ state: "begun" });

interface Remembered extends RequestMark {
  readonly key: string;
  result: string | null;
}

/**
 * Requests that may be sent again, remembered in this process: for services of one process, and for tests. Other processes know nothing of
 * it, and nothing of it survives the process.
 *
 * Answers at once, not by a promise, by the `now` that is given, and without timers. At `max` requests whose time is not over
 * `beginRequest` throws for a new one, and it is refused: none is forgotten before its time.
 *
 * @throws TypeError or RangeError when `max` is not a whole number of at least 1.
 *
 * @example
 * const idempotency = memoryIdempotency();
 */
export function memoryIdempotency(options: MemoryIdempotencyOptions = {}): IdempotencyStore {
  checkKeys(options, OPTIONS, "options");
  const { max = 100_000 } = options;
  const marks = new MemoryMarks(checkWhole(max, 1, Number.MAX_SAFE_INTEGER, "options.max"));
  return {
    beginRequest: (key, mark, now) => marks.begin(key, checkRequest(key, mark, now), now),
    finishRequest: (key, result) => marks.finish(checkRequestKey(key), checkResult(result)),
    forgetRequest: (key) => marks.forget(checkRequestKey(key)),
  };
}

class MemoryMarks {
  readonly #max: number;
  readonly #byKey = new Map<string, Remembered>();
  readonly #byEnd = new SortedList<Remembered>(
    (a, b) => a.until - b.until || compareText(a.key, b.key),
  );

  constructor(max: number) {
    this.#max = max;
  }

  begin(key: string, { fingerprint, until }: RequestMark, now: number): BegunRequest {
    const known = this.#byKey.get(key);
    if (known !== undefined && known.until > now)
      return { state: "known", fingerprint: known.fingerprint, result: known.result };
    if (known !== undefined) this.#drop(known);
    this.#dropExpired(now);
    if (this.#byKey.size >= this.#max)
      throw new Error(
        `As many requests as may be (${this.#max}) are remembered, and none is over.`,
      );
    const remembered: Remembered = { key, fingerprint, until, result: null };
    this.#byKey.set(key, remembered);
    this.#byEnd.insert(remembered);
    return BEGUN;
  }

  finish(key: string, result: string): void {
    const known = this.#byKey.get(key);
    if (known !== undefined) known.result ??= result;
  }

  forget(key: string): void {
    const known = this.#byKey.get(key);
    if (known?.result === null) this.#drop(known);
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
