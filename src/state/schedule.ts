/** Repeats a pass until it is stopped. */
export interface Schedule {
  /** Does nothing when it is running. */
  start(everyMs: number): void;
  /** Resolves when the pass that runs now has ended. */
  stop(): Promise<void>;
}

/** The longest wait that platforms' timers can do: more wraps round to none. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** Makes a schedule. A pass begins `everyMs` after the one before has ended, so that none overlaps itself; no timer keeps a process alive. */
export function createSchedule(pass: () => Promise<void>): Schedule {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  let started = false;

  const next = (everyMs: number): void => {
    timer = setTimeout(() => {
      running = pass().finally(() => {
        if (started) next(everyMs);
      });
    }, everyMs);
    (timer as { unref?: () => void }).unref?.();
  };
  return {
    start(everyMs) {
      if (started) return;
      started = true;
      next(everyMs);
    },
    async stop() {
      started = false;
      clearTimeout(timer);
      await running;
    },
  };
}
