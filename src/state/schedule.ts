/** Repeats a pass until it is stopped. */
export interface Schedule {
  /** Does nothing when it is running. */
  start(everyMs: number): void;
  /** Begins a pass now, or, while one runs, right after it. Does nothing when it is not running. */
  wake(): void;
  /** Resolves when the pass that runs now has ended, and the one that it was woken for. */
  stop(): Promise<void>;
}

/** The longest wait that platforms' timers can do: more wraps round to none. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** Makes a schedule. A pass begins `everyMs` after the one before has ended, so that none overlaps itself; no timer keeps a process alive. */
export function createSchedule(pass: () => Promise<void>): Schedule {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let every = 0;
  let isStarted = false;
  let isWanted = false;

  const next = (afterMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(begin, afterMs);
    (timer as { unref?: () => void }).unref?.();
  };
  const begin = (): void => {
    isWanted = false;
    running = pass().finally(() => {
      running = undefined;
      if (isStarted) next(isWanted ? 0 : every);
    });
  };
  return {
    start(everyMs) {
      if (isStarted) return;
      isStarted = true;
      every = everyMs;
      next(everyMs);
    },
    wake() {
      if (!isStarted || isWanted) return;
      isWanted = true;
      if (running === undefined) next(0);
    },
    async stop() {
      isStarted = false;
      clearTimeout(timer);
      await running;
      if (!isWanted) return;
      begin();
      await running;
    },
  };
}
