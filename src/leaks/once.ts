import type { Recent } from "./recent.ts";

/** Does work once for each digest, unless it failed. */
export interface Once {
  /**
   * What the work gave; `"done_before"` for work that had succeeded before, or did so meanwhile; `undefined` where it failed.
   */
  run<Result>(
    digest: string,
    work: () => Promise<Result | undefined>,
  ): Promise<Result | "done_before" | undefined>;
}

/** Makes it, with a memory of what was done. */
export function createOnce(done: Recent): Once {
  const running = new Map<string, Promise<unknown>>();
  return {
    async run(digest, work) {
      // Whoever comes while the same is being done learns how it ends: it may be the sender, who did not wait for the first answer.
      const other = running.get(digest);
      if (other !== undefined) return (await other) === undefined ? undefined : "done_before";
      if (done.has(digest)) return "done_before";
      const task = work();
      running.set(digest, task);
      try {
        const result = await task;
        if (result !== undefined) done.add(digest);
        return result;
      } finally {
        running.delete(digest);
      }
    },
  };
}
