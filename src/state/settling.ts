import type { NoticeOutcome, Repository } from "../ports/repository.ts";

/** Settles claims behind the work: what ends while one write is on its way goes with the next. */
export interface Settling {
  add(outcome: NoticeOutcome): void;
  /** Whether a write has failed: then what was handed over may be handed over again, and nothing more should be. */
  readonly hasFailed: boolean;
  /** Resolves when all is written; throws what a write failed with. */
  end(): Promise<void>;
}

/** Makes one. `settled` is told of each outcome that took effect. */
export function createSettling(
  repository: Pick<Repository, "settleNotices">,
  settled: (outcome: NoticeOutcome) => void,
): Settling {
  let waiting: NoticeOutcome[] = [];
  let running: Promise<void> | undefined;
  let failure: { readonly cause: unknown } | undefined;

  const run = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        const answers = await repository.settleNotices(batch);
        for (const [index, outcome] of batch.entries())
          if (answers[index] === true) settled(outcome);
      }
    } catch (cause) {
      failure ??= { cause };
    }
    // In the same breath as the last look at what waits: what is added from now on begins a run of its own.
    running = undefined;
  };
  return {
    add(outcome) {
      waiting.push(outcome);
      // One tick later, so that what ends together goes together.
      running ??= Promise.resolve().then(run);
    },
    get hasFailed() {
      return failure !== undefined;
    },
    async end() {
      while (running !== undefined) await running;
      if (failure !== undefined) throw failure.cause;
    },
  };
}
