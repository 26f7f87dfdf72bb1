import { unavailable } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";

/** A time that is no number decides nothing, and would stay in budgets and stored uses: a clock that gives one is out of order. */
export function timeOf(clock: Clock): () => number {
  return () => {
    try {
      const now = clock.now();
      if (Number.isFinite(now)) return now;
      throw new TypeError("clock.now must answer with a finite number");
    } catch (cause) {
      throw unavailable(cause);
    }
  };
}
