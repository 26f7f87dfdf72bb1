import { checkKeys, checkWhole } from "../../checks.ts";
import {
  checkBy,
  checkRequest,
  checkRequestKey,
  checkResult,
} from "../../lifecycle/request-mark.ts";
import type { BegunRequest, IdempotencyStore, RequestMark } from "../../ports/idempotency-store.ts";
import { TimedEntries } from "./timed-entries.ts";

/** Options of {@link memoryIdempotency}. */
export interface MemoryIdempotencyOptions {
  /** At most this many requests are remembered at one time; whole, at least 1. Default 100,000 (about 40 MB, with results of 100 bytes). */
  readonly max?: number;
  /** Of which this many by one actor; whole, at least 1. Default 1,000. */
  readonly maxPerActor?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["max", "maxPerActor"]);

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
  readonly #entries = new TimedEntries<Remembered>(({ by }) => this.#count(by, -1));
  /** How many there are by whom. */
  readonly #byActor = new Map<string, number>();

  constructor(max: number, maxPerActor: number) {
    this.#max = max;
    this.#maxPerActor = maxPerActor;
  }

  begin(key: string, { fingerprint, until, by }: Begun, now: number): BegunRequest {
    const known = this.#entries.living(key, now);
    if (known !== undefined)
      return { state: "known", fingerprint: known.fingerprint, result: known.result };
    this.#entries.clear(key, now);
    if (this.#isFull(by)) this.#entries.dropOver(now, this.#entries.size, () => this.#isFull(by));
    if (this.#isFull(by)) return REFUSED;
    if (this.#entries.size >= this.#max)
      throw new Error(
        `As many requests as may be (${this.#max}) are remembered, and none is over.`,
      );
    this.#count(by, 1);
    this.#entries.add({ key, fingerprint, until, by, result: null });
    return BEGUN;
  }

  finish(key: string, result: string): void {
    const known = this.#entries.get(key);
    if (known !== undefined) known.result ??= result;
  }

  forget(key: string): void {
    const known = this.#entries.get(key);
    if (known?.result === null) this.#entries.drop(known);
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
}
