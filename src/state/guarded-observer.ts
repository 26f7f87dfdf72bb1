import type { Observer } from "../ports/observer.ts";
import { isThenable } from "./thenable.ts";

/** The methods that an observer has, each of which can be called without care; `undefined`: nobody wants to know. */
export type GuardedObserver = {
  readonly [Method in keyof Observer]-?: NonNullable<Observer[Method]> | undefined;
};

/** Keeps what an observer throws, at once or later, from whoever tells it something. */
export function guardedObserver(
  observer: Observer,
  report: (cause: unknown) => void,
): GuardedObserver {
  const guarded = <Observation>(
    tell: ((observation: Observation) => unknown) | undefined,
  ): ((observation: Observation) => void) | undefined =>
    tell &&
    ((observation) => {
      try {
        const told = tell.call(observer, observation);
        if (isThenable(told)) Promise.resolve(told).catch(report);
      } catch (cause) {
        report(cause);
      }
    });
  return {
    verified: guarded(observer.verified),
    performed: guarded(observer.performed),
    flushed: guarded(observer.flushed),
    lookedUp: guarded(observer.lookedUp),
    failed: guarded(observer.failed),
    refused: guarded(observer.refused),
  };
}
