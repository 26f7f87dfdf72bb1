import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from "kysely";
import { NoAnswerError } from "./answered-within.ts";
import type { SqlContext } from "./sql-context.ts";

/**
 * How often what may be waiting for nothing but a connection waits anew while others are answered: the database is not silent then, and a
 * crowd of writes only has to queue.
 */
export const PATIENCE = 10;

/** The waits for a database, all equally long: one timer serves them, as a timer each would cost as much as a quick statement does. */
export class Deadlines {
  readonly timeoutMs: number;
  /** In the order of their ends. */
  readonly #open = new Set<Deadline>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;
  readonly #lastAnswers = new WeakMap<object, number>();
  #doubtedAt = Number.NEGATIVE_INFINITY;

  /** `timeoutMs`: how long each wait is. */
  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  /**
   * Begins a wait. Unless it ends before, `giveUp` is called, once, with a {@link NoAnswerError}; with `patience`, so many times later
   * where another wait was answered meanwhile.
   */
  begin(giveUp: (error: Error) => void, patience = 0): Deadline {
    const deadline = new Deadline(giveUp, patience);
    this.#add(deadline);
    return deadline;
  }

  /** The database has answered what was waited for. */
  answered(deadline: Deadline): void {
    this.#answeredAt = performance.now();
    if (deadline.connection !== undefined)
      this.#lastAnswers.set(deadline.connection, this.#answeredAt);
    this.#open.delete(deadline);
  }

  /**
   * Whether a connection is likely to be dead. A machine that takes over an address, or a firewall that forgets, leaves connections behind
   * that look good and are never answered: when one is found out, so are those that have answered nothing of late. What was never asked is
   * trusted.
   */
  isDoubtful(connection: object): boolean {
    return (this.#lastAnswers.get(connection) ?? Number.POSITIVE_INFINITY) < this.#doubtedAt;
  }

  /** The same, and there is more to wait for. What was given up stays so, and fails. */
  answeredOnce(deadline: Deadline): void {
    if (deadline.isOver) throw new NoAnswerError(this.timeoutMs);
    this.answered(deadline);
    this.#add(deadline);
  }

  /** Ends a wait without an answer. */
  end(deadline: Deadline): void {
    this.#open.delete(deadline);
  }

  /** What a piece of work comes to, or a {@link NoAnswerError} where that takes too long: what the work still does then goes unheard. */
  bound<Value>(work: () => PromiseLike<Value>, patience = 0): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#wait(work(), this.begin(reject, patience), resolve, reject);
    });
  }

  /**
   * The same for work of several statements, each of which may take that long. Work that is given up fails at the end of the statement
   * that it is at: its transaction is rolled back and not tried again.
   */
  boundEach<Value>(
    { db, capabilities, ...context }: SqlContext,
    work: (context: SqlContext) => PromiseLike<Value>,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      const deadline = this.begin(reject, PATIENCE);
      const onAnswer = (): void => this.answeredOnce(deadline);
      const watched: SqlContext = {
        ...context,
        db: db.withPlugin(new Progress(onAnswer)),
        capabilities: {
          ...capabilities,
          // Asked of each error. That a race is lost is an answer too; that there is no connection is none.
          isLostRace(error) {
            const isLost = capabilities.isLostRace(error);
            if (isLost) onAnswer();
            return isLost;
          },
        },
      };
      this.#wait(work(watched), deadline, resolve, reject);
    });
  }

  #wait<Value>(
    work: PromiseLike<Value>,
    deadline: Deadline,
    resolve: (value: Value) => void,
    reject: (reason: unknown) => void,
  ): void {
    work.then(
      (value) => {
        this.answered(deadline);
        resolve(value);
      },
      (error: unknown) => {
        this.end(deadline);
        reject(error);
      },
    );
  }

  #add(deadline: Deadline): void {
    deadline.begunAt = performance.now();
    this.#open.add(deadline);
    if (this.#timer === undefined) this.#startTimer(this.timeoutMs);
  }

  #startTimer(afterMs: number): void {
    // Twice, as a process that was busy itself has had no chance to read: it gets one before the time is up.
    const lastChance = (): void => this.#setTimer(() => this.#giveUp(), 0);
    this.#setTimer(lastChance, Math.ceil(afterMs));
  }

  #setTimer(callback: () => void, afterMs: number): void {
    this.#timer = setTimeout(callback, afterMs);
    // A process lives as long as what it waits for, not as long as it would wait.
    this.#timer.unref();
  }

  #giveUp(): void {
    try {
      // One that ended meanwhile, with another, is not open any more.
      for (const deadline of this.#due()) if (this.#open.delete(deadline)) this.#onTimeUp(deadline);
    } finally {
      // Only here, as meanwhile none is to begin.
      this.#timer = undefined;
      const [next] = this.#open;
      if (next !== undefined) this.#startTimer(next.begunAt + this.timeoutMs - performance.now());
    }
  }

  #due(): readonly Deadline[] {
    const now = performance.now();
    const due: Deadline[] = [];
    for (const deadline of this.#open) {
      if (deadline.begunAt + this.timeoutMs > now) break;
      due.push(deadline);
    }
    return due;
  }

  #onTimeUp(deadline: Deadline): void {
    if (deadline.patience > 0 && this.#answeredAt > deadline.begunAt) {
      deadline.patience -= 1;
      this.#add(deadline);
      return;
    }
    deadline.isOver = true;
    // Later by half: what answered just after it was asked may have died with it.
    if (deadline.connection !== undefined) this.#doubtedAt = deadline.begunAt + this.timeoutMs / 2;
    deadline.giveUp(new NoAnswerError(this.timeoutMs));
  }
}

/** One wait. */
export class Deadline {
  /** Whether it was given up. */
  isOver = false;
  /** The connection that was asked, once it is known. */
  connection: object | undefined;
  begunAt = 0;
  patience: number;
  readonly giveUp: (error: Error) => void;

  constructor(giveUp: (error: Error) => void, patience: number) {
    this.giveUp = giveUp;
    this.patience = patience;
  }
}

/** Hears of each statement that was answered, in a transaction too. */
class Progress implements KyselyPlugin {
  readonly #onAnswer: () => void;

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    this.#onAnswer();
    return result;
  }
}
