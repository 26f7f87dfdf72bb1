import { checkWhole } from "../../checks.ts";

const LONGEST_MS = 60_000;
const DEFAULT_MS = 500;

/** `options.timeoutMs`, of budgets and bus alike: how long Redis may take to answer. */
export function checkTimeout(timeoutMs: number = DEFAULT_MS): number {
  return checkWhole(timeoutMs, 1, LONGEST_MS, "options.timeoutMs");
}

/** Redis, or the client in front of it, was silent for too long. What was asked may have been done, or may be done yet. */
class NoAnswerError extends Error {
  constructor(timeoutMs: number) {
    super(`Redis did not answer within ${timeoutMs} ms`);
    this.name = "NoAnswerError";
  }
}

/** An answer that is waited for. */
interface Waiting {
  /** On the clock of `performance`. */
  readonly until: number;
  readonly giveUp: () => void;
}

/**
 * Bounds the wait for answers: clients queue what they cannot send, for as long as it takes.
 *
 * One timer for all, as a timer for each costs a tenth of what a call of Redis does. It runs on for a while after the last answer, and
 * keeps no process alive. A process that was busy itself has had no chance to read: it gets one before the time is up.
 */
export class TimeLimit {
  readonly #timeoutMs: number;
  /** In the order of their ends, as the limit is one for all. */
  readonly #waiting = new Set<Waiting>();
  #isTimed = false;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** The answer, or a rejection with {@link NoAnswerError}. */
  on<Value>(answer: PromiseLike<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiting = {
        until: performance.now() + this.#timeoutMs,
        giveUp: () => reject(new NoAnswerError(this.#timeoutMs)),
      };
      this.#waiting.add(waiting);
      if (!this.#isTimed) this.#waitFor(this.#timeoutMs);
      const after =
        <Settled>(settle: (settled: Settled) => void) =>
        (settled: Settled): void => {
          this.#waiting.delete(waiting);
          settle(settled);
        };
      answer.then(after(resolve), after(reject));
    });
  }

  #waitFor(milliseconds: number): void {
    this.#isTimed = true;
    // The second timer ends a turn of the event loop later: what had come by then is read in between.
    const timer = setTimeout(() => setTimeout(() => this.#end()), milliseconds);
    (timer as { unref?: () => void }).unref?.();
  }

  #end(): void {
    this.#isTimed = false;
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.until > now) {
        this.#waitFor(waiting.until - now);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.giveUp();
    }
  }
}
