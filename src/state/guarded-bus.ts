import type { InvalidationBus } from "../ports/invalidation-bus.ts";

/** How long after a message that could not be sent the next try to make up for it follows. */
const PAUSE_MS = 1000;

/** A bus, or none, that keeps nothing from being done when it is out of order. */
export interface GuardedBus extends InvalidationBus {
  /** Tries no more to make up for what could not be sent. */
  close(): void;
}

/**
 * What the bus throws is reported. For a message that could not be sent, every node is told to forget everything as soon as that can be
 * sent: the others may have heard nothing of an outage that was this node's alone.
 */
export function guardedBus(
  bus: InvalidationBus | undefined,
  report: (cause: unknown) => void,
): GuardedBus {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  const makeUpLater = (): void => {
    if (timer !== undefined || isClosed) return;
    timer = setTimeout(() => void makeUp(), PAUSE_MS);
    (timer as { unref?: () => void }).unref?.();
  };
  const makeUp = async (): Promise<void> => {
    try {
      await bus?.publish(["*"]);
      timer = undefined;
    } catch {
      timer = undefined;
      makeUpLater();
    }
  };
  return {
    async publish(keys) {
      try {
        await bus?.publish(keys);
      } catch (cause) {
        report(cause);
        makeUpLater();
      }
    },
    async subscribe(handler) {
      const unsubscribe = await reported(() => bus?.subscribe(handler), report);
      return () => reported(() => unsubscribe?.(), report);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

async function reported<Value>(
  call: () => Value,
  report: (cause: unknown) => void,
): Promise<Awaited<Value> | undefined> {
  try {
    return await call();
  } catch (cause) {
    report(cause);
    return undefined;
  }
}
