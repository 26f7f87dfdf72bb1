import QuickLRU from "quick-lru";
import { unavailable } from "../errors.ts";
import type { Owner } from "../model.ts";
import type { Awaitable } from "../ports/awaitable.ts";
import type { Directory } from "../ports/directory.ts";
import { isWithin } from "./clock-span.ts";
import { isThenable } from "./thenable.ts";

/** Owners kept per node; the least recently used go first. */
const MAX_OWNERS = 100_000;

/** An answer of the directory. */
export interface KnownOwner {
  /** `undefined`: there is no such owner. */
  readonly owner: Owner | undefined;
  /** When it was asked for; long ago once it is dropped, so that whoever kept this asks again. */
  at: number;
}

/** A question that the directory has not answered yet: who joins it gets an answer as old as it. */
interface Question {
  readonly answer: Promise<KnownOwner>;
  readonly at: number;
}

/** What the directory said, for a short while; also that it knows no such owner. */
export interface Owners {
  /** Whether an answer that was kept still holds. */
  isFresh(known: KnownOwner, now: number): boolean;
  /** The answer as of at most `ttlMs` ago. Calls that wait for the same owner share one question. */
  get(ownerId: string, now: number): Awaitable<KnownOwner>;
  /** The owner as of now, for management. */
  fresh(ownerId: string, now: number): Promise<Owner | undefined>;
  drop(ownerId: string): void;
  dropAll(): void;
}

/** Makes the memory of owners over a directory. An answer that is no owner is an outage of the directory, not an owner. */
export function createOwners(directory: Directory, ttlMs: number): Owners {
  const answers = new QuickLRU<string, KnownOwner>({
    maxSize: MAX_OWNERS,
    onEviction: (_, known) => drop(known),
  });
  const asked = new Map<string, Question>();

  const isFresh = (known: KnownOwner, now: number): boolean => isWithin(known.at, ttlMs, now);
  const release = (ownerId: string): void => {
    const known = answers.peek(ownerId);
    if (known !== undefined) drop(known);
  };
  const answered = (ownerId: string, owner: Owner | undefined, now: number): KnownOwner => {
    const known = { owner: checkOwner(owner, ownerId), at: now };
    release(ownerId);
    answers.set(ownerId, known);
    return known;
  };
  const wait = (
    ownerId: string,
    answer: PromiseLike<Owner | undefined>,
    now: number,
  ): Promise<KnownOwner> => {
    const isCurrent = (): boolean => asked.get(ownerId)?.answer === question;
    const question: Promise<KnownOwner> = Promise.resolve(answer)
      // Whoever was dropped while the answer was on its way may have changed after it was given.
      .then((owner) =>
        isCurrent()
          ? answered(ownerId, owner, now)
          : { owner: checkOwner(owner, ownerId), at: DROPPED },
      )
      .finally(() => {
        if (isCurrent()) asked.delete(ownerId);
      });
    asked.set(ownerId, { answer: question, at: now });
    return question;
  };
  const ask = (ownerId: string, now: number): Awaitable<KnownOwner> => {
    const answer = directory.find(ownerId);
    return isThenable(answer) ? wait(ownerId, answer, now) : answered(ownerId, answer, now);
  };
  const forget = (ownerId: string): void => {
    release(ownerId);
    answers.delete(ownerId);
    asked.delete(ownerId);
  };
  return {
    isFresh,
    get(ownerId, now) {
      const known = answers.get(ownerId);
      if (known !== undefined && isFresh(known, now)) return known;
      const question = asked.get(ownerId);
      const isJoined = question !== undefined && isWithin(question.at, ttlMs, now);
      return isJoined ? question.answer : ask(ownerId, now);
    },
    async fresh(ownerId, now) {
      forget(ownerId);
      try {
        return (await ask(ownerId, now)).owner;
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    drop: forget,
    dropAll() {
      for (const known of answers.values()) drop(known);
      answers.clear();
      asked.clear();
    },
  };
}

const DROPPED = Number.NEGATIVE_INFINITY;

function drop(known: KnownOwner): void {
  known.at = DROPPED;
}

function checkOwner(owner: Owner | undefined | null, ownerId: string): Owner | undefined {
  if (owner === undefined || owner === null) return undefined;
  if (
    typeof owner !== "object" ||
    owner.id !== ownerId ||
    typeof owner.account !== "string" ||
    owner.account === ""
  ) {
    throw new TypeError(
      "directory.find must answer with the owner asked for, with its account, or with undefined",
    );
  }
  return owner;
}
