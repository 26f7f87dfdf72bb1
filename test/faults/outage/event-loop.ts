import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";

const EVERY_MS = 10;

/** A thread that does nothing else: when it is late, that is the machine's doing. */
const IDLE_THREAD = `
  const { parentPort } = require("node:worker_threads");
  const delays = require("node:perf_hooks").monitorEventLoopDelay({ resolution: ${EVERY_MS} });
  delays.enable();
  parentPort.on("message", () => parentPort.postMessage(delays.percentile(99) / 1e6 - ${EVERY_MS}));
`;

/** Watches how late the event loop comes to its work. */
export interface EventLoopWatch extends AsyncDisposable {
  /** Watches while something lasts. */
  during(something: Promise<unknown>): Promise<void>;
  /** How much later 99 of 100 turns were at most, of those that were watched, than those of a thread that does nothing, in milliseconds. */
  lateMs(): Promise<number>;
}

export function watchEventLoop(): EventLoopWatch {
  const idle = new Worker(IDLE_THREAD, { eval: true });
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
        const due = performance.now() + EVERY_MS;
        await sleep(EVERY_MS);
        delays.push(performance.now() - due);
      }
      await over;
    },
    async lateMs() {
      idle.postMessage("how late?");
      const [usual] = await once(idle, "message");
      const own = delays.sort((left, right) => left - right)[Math.floor(delays.length * 0.99)] ?? 0;
      return Math.max(0, own - Number(usual));
    },
    [Symbol.asyncDispose]: async () => {
      await idle.terminate();
    },
  };
}
