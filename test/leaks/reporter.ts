import type { LeakReporter } from "../../src/leaks/index.ts";

/** A reporter that knows some secrets, each until it was reported, and keeps what it was told. */
export interface FakeReporter extends LeakReporter {
  readonly told: {
    readonly secret: string;
    readonly source: string;
    readonly url?: string | undefined;
  }[];
  /** Secrets whose reports fail. */
  readonly failing: Set<string>;
}

/** Makes it. A known secret is known once: its token has ended then. */
export function createReporter(...secrets: readonly string[]): FakeReporter {
  const living = new Set(secrets);
  const told: FakeReporter["told"] = [];
  const failing = new Set<string>();
  return {
    told,
    failing,
    async reportLeak(secret, { source, url }) {
      await new Promise((resolve) => setImmediate(resolve));
      if (failing.has(secret)) throw new Error("the storage is away");
      told.push({ secret, source, url });
      return { known: living.delete(secret) };
    },
  };
}
