import { checkKeys, checkWhole } from "../../checks.ts";
import {
  checkBy,
  checkRequest,
  checkRequestKey,
  checkResult,
} from "../../lifecycle/request-mark.ts";
import type { BegunRequest, IdempotencyStore, RequestMark } from "../../ports/idempotency-store.ts";
import { compareText, SortedList } from "./sorted-list.ts";

/** Options of {@link memoryIdempotency}. */
export interface MemoryIdempotencyOptions {
  /** At most this many requests are remembered at one time; whole, at least 1. Default 100,000 (about 40 MB, with results of 100 bytes). */
  readonly max?: number;
  /** Of which this many by one actor; whole, at least 1. Default 1,000. */
  readonly maxPerActor?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["max", "maxPerActor"]);

/** Marks dropped for each new one, at most: more than one, so that no rest stays, and few, so that nobody waits for it. */
const DROPPED_PER_NEW = 4;

const BEGUN: BegunRequest = Object.freeze({ state: "begun" });
const REFUSED: BegunRequest = Object.freeze({ state: "refused" });

interface Begun extends Omit<RequestMark, "by"> {
  readonly by: string | undefined;
}

interface Remembered extends Begun {
  readonly key: string;
  result: string | null;
}

/**
 * Requests that may be sent again, remembered in this process: for services of one process, and for tests. Other processes know nothing of
 * it, and nothing of it survives the process.
 *
 * Answers at once, not by a promise, by the `now` that is given, and without timers. None is forgotten before its time: at `maxPerActor`
 * requests by one actor whose time is not over, another of that actor is refused, and at `max` of all `beginRequest` throws.
 *
 * @throws TypeError or RangeError when `max` or `maxPerActor` is not a whole number of at least 1.
 *
 * @example
 * const idempotency = memoryIdempotency();
 */
export function memoryIdempotency(options: MemoryIdempotencyOptions = {}): IdempotencyStore {
  checkKeys(options, OPTIONS, "options");
  const { max = 100_000, maxPerActor = 1000 } = options;
  const marks = new MemoryMarks(
    checkWhole(max, 1, Number.MAX_SAFE_INTEGER, "options.max"),
    checkWhole(maxPerActor, 1, Number.MAX_SAFE_INTEGER, "options.maxPerActor"),
  );
  return {
    beginRequest: (key, mark, now) =>
      marks.begin(key, { ...checkRequest(key, mark, now), by: checkBy(mark.by) }, now),
    finishRequest: (key, result) => marks.finish(checkRequestKey(key), checkResult(result)),
    forgetRequest: (key) => marks.forget(checkRequestKey(key)),
  };
}

class MemoryMarks {
  readonly #max: number;
  readonly #maxPerActor: number;
  readonly #byKey = new Map<string, Remembered>();
  readonly #byEnd = new SortedList<Remembered>(
    (a, b) => a.until - b.until || compareText(a.key, b.key),
  );

  /** How many there are by whom. */
  readonly #byActor = new Map<string, number>();

  constructor(max: number, maxPerActor: number) {
    this.#max = max;
    this.#maxPerActor = maxPerActor;
  }

  begin(key: string, { fingerprint, until, by }: Begun, now: number): BegunRequest {
    const known = this.#byKey.get(key);
    if (known !== undefined && known.until > now)
      return { state: "known", fingerprint: known.fingerprint, result: known.result };
    if (known !== undefined) this.#drop(known);
    this.#dropExpired(now, DROPPED_PER_NEW);
    if (this.#isFull(by)) this.#dropExpired(now, this.#byKey.size, () => this.#isFull(by));
    if (this.#isFull(by)) return REFUSED;
    if (this.#byKey.size >= this.#max)
      throw new Error(
        `As many requests as may be (${this.#max}) are remembered, and none is over.`,
      );
    const remembered: Remembered = { key, fingerprint, until, by, result: null };
    this.#count(by, 1);
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
  #dropExpired(now: number, most: number, isWanted: () => boolean = () => true): void {
    for (let dropped = 0; dropped < most && isWanted(); dropped += 1) {
      const first = this.#byEnd.first;
      if (first === undefined || first.until > now) return;
      this.#drop(first);
    }
  }

  #isFull(by: string | undefined): boolean {
    return by !== undefined && (this.#byActor.get(by) ?? 0) >= this.#maxPerActor;
  }

  #count(by: string | undefined, more: 1 | -1): void {
    if (by === undefined) return;
    const count = (this.#byActor.get(by) ?? 0) + more;
    if (count === 0) this.#byActor.delete(by);
    else this.#byActor.set(by, count);
  }

  #drop(remembered: Remembered): void {
    this.#count(remembered.by, -1);
    this.#byKey.delete(remembered.key);
    this.#byEnd.delete(remembered);
  }
}
