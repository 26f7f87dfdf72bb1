import type { InvalidationBus } from "../ports/invalidation-bus.ts";

/** A bus, or none, that keeps nothing from being done when it is out of order: what it throws is reported. */
export function guardedBus(
  bus: InvalidationBus | undefined,
  report: (cause: unknown) => void,
): InvalidationBus {
  const guarded = async <Value>(call: () => Value): Promise<Awaited<Value> | undefined> => {
    try {
      return await call();
    } catch (cause) {
      report(cause);
      return undefined;
    }
  };
  return {
    publish: (keys) => guarded(() => bus?.publish(keys)),
    async subscribe(handler) {
      const unsubscribe = await guarded(() => bus?.subscribe(handler));
      return () => guarded(() => unsubscribe?.());
    },
  };
}
