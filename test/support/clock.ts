import type { Clock, Duration } from "../../src/index.ts";
import { addDuration } from "../../src/lifecycle/duration.ts";

/** Where every movable clock starts: a Sunday, at noon. */
export const START: number = Date.UTC(2026, 10, 22, 12);

/** A clock that stands still until it is moved. */
export interface MovableClock extends Clock {
  pass(duration: Duration): void;
  /** Forwards or backwards, to the millisecond. */
  set(now: number): void;
}

/** Makes a clock that stands at `START`. */
export function movableClock(): MovableClock {
  let now = START;
  return {
    now: () => now,
    pass(duration) {
      now = addDuration(now, duration);
    },
    set(to) {
      now = to;
    },
  };
}
