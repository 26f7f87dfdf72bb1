import { NoAnswerError } from "./answered-within.ts";
import type { Deadlines } from "./deadline.ts";

/** Tells who works on a batch whether anybody waits for it still. */
export interface Attention {
  readonly isGone: boolean;
}

/** Answers each of several items, in their order. */
type Work<Item, Answer> = (
  items: readonly Item[],
  attention: Attention,
) => Promise<readonly Answer[]>;

/** One call that waits for its answer. */
interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Lets calls that arrive together travel together: those of one turn of the event loop, and those that come while a batch is under way. A
 * lone call waits for nobody.
 *
 * What is not answered in time is rejected, and with it what waits behind it: that would not be answered either.
 */
export class Batches<Item, Answer> {
  readonly #work: Work<Item, Answer>;
  readonly #most: number;
  readonly #deadlines: Deadlines;
  readonly #waiting: Waiting<Item, Answer>[] = [];
  #isUnderWay = false;

  /** `most`: how many travel together. */
  constructor(work: Work<Item, Answer>, most: number, deadlines: Deadlines) {
    this.#work = work;
    this.#most = most;
    this.#deadlines = deadlines;
  }

  answer(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#isUnderWay) return;
      this.#isUnderWay = true;
      // A microtask: after the code that runs now and what has been resolved with it, and before anything else can happen.
      queueMicrotask(() => void this.#answerAll());
    });
  }

  async #answerAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#answerSome(this.#waiting.splice(0, this.#most));
    }
    this.#isUnderWay = false;
  }

  /** Never rejects: what fails fails each of the items. */
  async #answerSome(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    const attention = { isGone: false };
    try {
      const items = batch.map(({ item }) => item);
      const answers = await this.#deadlines.bound(() => this.#work(items, attention));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (cause) {
      attention.isGone = true;
      const behind = cause instanceof NoAnswerError ? this.#waiting.splice(0) : [];
      for (const { reject } of [...batch, ...behind]) reject(cause);
    }
  }
}
