import type { Deadline, Deadlines } from "./deadline.ts";

/** How look-ups travel. */
export interface LookupLimits {
  /** Statements in flight. What is asked beyond them waits for one to come back. */
  readonly atOnce: number;
  /** Look-ups of one statement. */
  readonly most: number;
}

/** Answers look-ups by their keys, in bounded time. An Error is the answer to one alone; what is left out was not found. */
export type ReadMany<Found extends object> = (
  keys: readonly string[],
) => Promise<ReadonlyMap<string, Found | Error>>;

/** What one caller waits for. */
interface Lookup<Found> {
  readonly keys: readonly string[];
  readonly resolve: (found: Found | undefined) => void;
  readonly reject: (error: unknown) => void;
  /** Of one that could not be sent at once. */
  delay: Delay | undefined;
}

/** The wait of look-ups that came in one tick and could not be sent in it. */
interface Delay {
  readonly deadline: Deadline;
  /** How many of them have no answer yet. */
  left: number;
}

/**
 * Sends look-ups that arrive together together. One that comes alone goes alone, at the end of the tick in which it came; it waits only
 * while `atOnce` statements are on their way, and then goes with all who wait.
 */
export class Lookups<Found extends object> {
  readonly #read: ReadMany<Found>;
  readonly #limits: LookupLimits;
  readonly #deadlines: Deadlines;
  #waiting: Lookup<Found>[] = [];
  /** How many of those who wait, the first, are delayed. */
  #delayed = 0;
  #isDeparting = false;
  #inFlight = 0;

  constructor(read: ReadMany<Found>, limits: LookupLimits, deadlines: Deadlines) {
    this.#read = read;
    this.#limits = limits;
    this.#deadlines = deadlines;
  }

  /** What is found by one of these keys. Rejects, at the latest at the deadline, where that cannot be said. */
  find(keys: readonly string[]): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ keys, resolve, reject, delay: undefined });
      if (this.#isDeparting) return;
      this.#isDeparting = true;
      queueMicrotask(() => {
        this.#isDeparting = false;
        this.#depart();
      });
    });
  }

  #depart(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.#limits.atOnce) {
      const next = this.#waiting.splice(0, this.#limits.most);
      this.#delayed = Math.max(0, this.#delayed - next.length);
      this.#send(next.filter(isAwaited));
    }
    if (this.#delayed < this.#waiting.length) this.#delay(this.#waiting.slice(this.#delayed));
  }

  #delay(lookups: readonly Lookup<Found>[]): void {
    const deadline = this.#deadlines.begin((error) => {
      for (const { reject } of lookups) reject(error);
    });
    const delay = { deadline, left: lookups.length };
    for (const lookup of lookups) lookup.delay = delay;
    this.#delayed = this.#waiting.length;
  }

  #send(lookups: readonly Lookup<Found>[]): void {
    if (lookups.length === 0) return;
    this.#inFlight += 1;
    this.#read(lookups.flatMap(({ keys }) => keys)).then(
      (answers) => this.#arrive(lookups, (lookup) => answer(lookup, answers)),
      (error: unknown) => this.#arrive(lookups, ({ reject }) => reject(error)),
    );
  }

  #arrive(lookups: readonly Lookup<Found>[], settle: (lookup: Lookup<Found>) => void): void {
    this.#inFlight -= 1;
    for (const lookup of lookups) {
      settle(lookup);
      if (lookup.delay !== undefined) this.#end(lookup.delay);
    }
    this.#depart();
  }

  #end(delay: Delay): void {
    delay.left -= 1;
    if (delay.left === 0) this.#deadlines.end(delay.deadline);
  }
}

function isAwaited({ delay }: Lookup<never>): boolean {
  return delay?.deadline.isOver !== true;
}

function answer<Found extends object>(
  { keys, resolve, reject }: Lookup<Found>,
  answers: ReadonlyMap<string, Found | Error>,
): void {
  const key = keys.find((candidate) => answers.has(candidate)) ?? "";
  const found = answers.get(key);
  if (found instanceof Error) reject(found);
  else resolve(found);
}
