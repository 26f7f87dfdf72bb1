import { LRUCache } from "lru-cache";
import { unavailable } from "../errors.ts";
import type { Owner } from "../model.ts";
import type { Awaitable } from "../ports/awaitable.ts";
import type { Directory } from "../ports/directory.ts";
import { isWithin } from "./clock-span.ts";
import { isThenable } from "./thenable.ts";

/** Owners kept per node; the least recently used go first. */
const MAX_OWNERS = 100_000;

interface Known {
  readonly owner: Owner | undefined;
  readonly at: number;
}

/** What the directory said, for a short while; also that it knows no such owner. */
export interface Owners {
  /** The owner as of at most `ttlMs` ago. Calls that wait for the same owner share one question. */
  get(ownerId: string, now: number): Awaitable<Owner | undefined>;
  /** The owner as of now, for management. */
  fresh(ownerId: string, now: number): Promise<Owner | undefined>;
  drop(ownerId: string): void;
  dropAll(): void;
}

/** Makes the memory of owners over a directory. An answer that is no owner is an outage of the directory, not an owner. */
export function createOwners(directory: Directory, ttlMs: number): Owners {
  const known = new LRUCache<string, Known>({ max: MAX_OWNERS });
  const asked = new Map<string, Promise<Owner | undefined>>();

  const keep = (ownerId: string, owner: Owner | undefined, now: number): void => {
    if (ttlMs > 0) known.set(ownerId, { owner, at: now });
  };
  const wait = (
    ownerId: string,
    answer: PromiseLike<Owner | undefined>,
    now: number,
  ): Promise<Owner | undefined> => {
    const question = Promise.resolve(answer)
      .then((owner) => {
        const checked = checkOwner(owner, ownerId);
        // Whoever was dropped while the answer was on its way may have changed after it was given.
        if (asked.get(ownerId) === question) keep(ownerId, checked, now);
        return checked;
      })
      .finally(() => {
        if (asked.get(ownerId) === question) asked.delete(ownerId);
      });
    asked.set(ownerId, question);
    return question;
  };
  const ask = (ownerId: string, now: number): Awaitable<Owner | undefined> => {
    const answer = directory.find(ownerId);
    if (isThenable(answer)) return wait(ownerId, answer, now);
    const owner = checkOwner(answer, ownerId);
    keep(ownerId, owner, now);
    return owner;
  };
  const drop = (ownerId: string): void => {
    known.delete(ownerId);
    asked.delete(ownerId);
  };
  return {
    get(ownerId, now) {
      const entry = known.get(ownerId);
      if (entry !== undefined && isWithin(entry.at, ttlMs, now)) return entry.owner;
      return asked.get(ownerId) ?? ask(ownerId, now);
    },
    async fresh(ownerId, now) {
      drop(ownerId);
      try {
        return await ask(ownerId, now);
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    drop,
    dropAll() {
      known.clear();
      asked.clear();
    },
  };
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
