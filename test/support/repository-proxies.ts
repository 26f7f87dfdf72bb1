import type { Repository } from "../../src/index.ts";

export type RepositoryMethod = keyof Repository;

/** A repository whose calls are written down, and fail on demand. */
export interface WatchedRepository {
  readonly repository: Repository;
  /** The methods called, in order. */
  readonly calls: RepositoryMethod[];
  /** The methods that fail now. */
  readonly failing: Set<RepositoryMethod>;
}

/** Watches a repository. */
export function watchedRepository(repository: Repository): WatchedRepository {
  const calls: RepositoryMethod[] = [];
  const failing = new Set<RepositoryMethod>();
  const watched = around(repository, (method, call) => {
    calls.push(method);
    if (failing.has(method)) throw new Error(`${method} is out of reach`);
    return call();
  });
  return { repository: watched, calls, failing };
}

/** A repository that takes up to a few milliseconds before and after each call, so that callers meet in ever new orders. */
export function jitteredRepository(repository: Repository): Repository {
  return around(repository, async (_method, call) => {
    await jitter();
    const result = await call();
    await jitter();
    return result;
  });
}

/** A repository in which something happens once, between the first answer of a method and what its caller does with it. */
export function overtakenRepository(
  repository: Repository,
  overtaken: RepositoryMethod,
  happen: () => Promise<unknown>,
): Repository {
  let hasHappened = false;
  return around(repository, async (method, call) => {
    const answer = await call();
    if (method === overtaken && !hasHappened) {
      hasHappened = true;
      await happen();
    }
    return answer;
  });
}

function around(
  repository: Repository,
  handle: (method: RepositoryMethod, call: () => unknown) => unknown,
): Repository {
  return new Proxy(repository, {
    get(target, key) {
      // A cast, as a proxy knows its keys at run time only: every key of a repository is a method.
      const method = key as RepositoryMethod;
      const run = target[method] as (...values: unknown[]) => unknown;
      return (...values: unknown[]) => handle(method, () => run(...values));
    },
  });
}

function jitter(): Promise<void> {
  const delayMs = Math.random() * 3;
  return delayMs < 1 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, delayMs));
}
