import { setTimeout as sleep } from "node:timers/promises";

/** Calls in flight at once, and how long each caller waits before the next. */
const CALLERS = 8;
const PAUSE_MS = 10;

/** What the calls of a time were answered. */
export interface Answers {
  /** How often each code came. */
  readonly codes: Readonly<Record<string, number>>;
  /** Until the slowest was answered. */
  readonly slowestMs: number;
}

/** Calls without end. */
export interface Calls {
  /** Counts the calls that begin from now on. What it returns goes on changing until the next count. */
  count(): Answers;
  /** Resolves at the next accepted call of those that begin after this. */
  nextAccepted(): Promise<void>;
  /** Resolves when the last has been answered. */
  stop(): Promise<void>;
}

/** Calls a function again and again, a few at once: it answers with a code, `ok` for an accepted call. */
export function startCalls(call: () => Promise<string>): Calls {
  const calls = new RunningCalls(call);
  calls.start();
  return calls;
}

/** Waits for an accepted call that begins after a time. */
interface Waiting {
  readonly since: number;
  readonly resolve: () => void;
}

class RunningCalls implements Calls {
  readonly #call: () => Promise<string>;
  #answers = noAnswers();
  #waiting: readonly Waiting[] = [];
  #isStopped = false;
  #callers: readonly Promise<void>[] = [];

  constructor(call: () => Promise<string>) {
    this.#call = call;
  }

  start(): void {
    this.#callers = Array.from({ length: CALLERS }, () => this.#repeat());
  }

  count(): Answers {
    this.#answers = noAnswers();
    return this.#answers;
  }

  nextAccepted(): Promise<void> {
    const since = performance.now();
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { since, resolve }];
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#callers);
  }

  async #repeat(): Promise<void> {
    while (!this.#isStopped) {
      await sleep(PAUSE_MS);
      const answers = this.#answers;
      const begun = performance.now();
      const code = await this.#call();
      answers.codes[code] = (answers.codes[code] ?? 0) + 1;
      answers.slowestMs = Math.max(answers.slowestMs, performance.now() - begun);
      if (code === "ok") this.#accepted(begun);
    }
  }

  #accepted(begun: number): void {
    const served = this.#waiting.filter(({ since }) => since <= begun);
    this.#waiting = this.#waiting.filter(({ since }) => since > begun);
    for (const { resolve } of served) resolve();
  }
}

function noAnswers(): { codes: Record<string, number>; slowestMs: number } {
  return { codes: {}, slowestMs: 0 };
}
