import type { InvalidationBus } from "../../ports/invalidation-bus.ts";

type Handler = Parameters<InvalidationBus["subscribe"]>[0];

/**
 * Makes a bus for the subscribers of one process: several tokenry instances over one store, or a test.
 *
 * A message is handled before `publish` resolves; none is ever lost.
 *
 * @example
 * const bus = memoryBus();
 */
export function memoryBus(): InvalidationBus {
  // An object for each subscription: one handler may subscribe twice.
  const subscriptions = new Set<{ readonly handler: Handler }>();
  return {
    async publish(keys) {
      for (const { handler } of [...subscriptions]) deliver(handler, keys);
    },
    async subscribe(handler) {
      const subscription = { handler };
      subscriptions.add(subscription);
      return () => {
        subscriptions.delete(subscription);
      };
    },
  };
}

function deliver(handler: Handler, keys: readonly string[]): void {
  try {
    handler(keys);
  } catch {
    // A handler that throws breaks the port's contract; the others must still hear, or they would keep serving a revoked token.
  }
}
