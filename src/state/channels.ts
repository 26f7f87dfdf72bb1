import { decidePause } from "../lifecycle/retry.ts";
import { DEFAULT_CHANNEL } from "../model.ts";
import type { Notifier } from "../ports/notifier.ts";

/** A way to the outside on which notices go, and how it has fared of late on this node. */
export interface Channel {
  /** The names under which its notices are kept. */
  readonly names: readonly string[];
  /** How many notices may be claimed now, `most` at most: none while it is left alone, one to see whether it is back. */
  admits(most: number, now: number): number;
  /** Whether it is left alone now. */
  isPaused(now: number): boolean;
  /** From when on it is tried again. */
  readonly pausedUntil: number;
  succeeded(): void;
  failed(now: number, jitter: number): void;
}

/** The channels of a notifier. What was committed before there were any goes with the first. */
export function channelsOf(notifier: Notifier | undefined): readonly Channel[] {
  if (notifier === undefined) return [];
  const [first = DEFAULT_CHANNEL, ...others] = notifier.channels ?? [];
  const alsoFirst = [DEFAULT_CHANNEL].filter((name) => name !== first && !others.includes(name));
  return [[first, ...alsoFirst], ...others.map((name) => [name])].map(createChannel);
}

/** Makes a channel that has not failed yet. */
export function createChannel(names: readonly string[]): Channel {
  let failuresInRow = 0;
  let pausedAt = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  // A clock that was set back must not make a pause longer.
  const isPaused = (now: number): boolean => now >= pausedAt && now < pausedUntil;
  return {
    names,
    isPaused,
    get pausedUntil() {
      return pausedUntil;
    },
    admits(most, now) {
      if (isPaused(now)) return 0;
      return failuresInRow > 0 && pausedUntil > Number.NEGATIVE_INFINITY ? 1 : most;
    },
    succeeded() {
      failuresInRow = 0;
      pausedUntil = Number.NEGATIVE_INFINITY;
    },
    failed(now, jitter) {
      failuresInRow += 1;
      const until = decidePause(failuresInRow, now, jitter);
      if (until === undefined) return;
      pausedAt = now;
      pausedUntil = until;
    },
  };
}
