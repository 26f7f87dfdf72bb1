import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 10;

/** Watches how late the event loop comes to its work, by its own doing. */
export interface EventLoopWatch {
  /** Watches while something lasts. */
  during(something: Promise<unknown>): Promise<void>;
  /** By how much 99 of 100 turns were late at most, of those that were watched, in milliseconds. */
  lateMs(): number;
}

export function watchEventLoop(): EventLoopWatch {
  const delays: number[] = [];
  return {
    async during(something) {
      let isOver = false;
      const over = something.finally(() => {
        isOver = true;
      });
      // It is awaited in the end, which is late for the process.
      over.catch(() => undefined);
      while (!isOver) {
        const [due, queued] = [performance.now() + EVERY_MS, queuedMs()];
        await sleep(EVERY_MS);
        delays.push(performance.now() - due - (queuedMs() - queued));
      }
      await over;
    },
    lateMs() {
      delays.sort((left, right) => left - right);
      return Math.max(0, delays[Math.floor(delays.length * 0.99)] ?? 0);
    },
  };
}

/** How long this thread has waited for a processor, all in all: others were busy, which is none of its doing. Linux: sched-stats.txt. */
function queuedMs(): number {
  const [, waited = "0"] = readFileSync("/proc/thread-self/schedstat", "latin1").split(" ");
  return Number(waited) / 1e6;
}
