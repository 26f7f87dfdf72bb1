/** Work that nobody waits for, until the end. */
export interface Background {
  /** Starts work whose failure is reported and stops nothing. */
  run(work: () => Promise<unknown>): void;
  /** Resolves when all that runs now is done. */
  idle(): Promise<void>;
}

/** Makes the register of work in the background. */
export function createBackground(report: (cause: unknown) => void): Background {
  const running = new Set<Promise<unknown>>();
  return {
    run(work) {
      const task = work()
        .catch(report)
        .finally(() => running.delete(task));
      running.add(task);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
