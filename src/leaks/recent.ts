const MOST = 10_000;
const LIFE_MS = 86_400_000;

/** Digests of the last day, ten thousand at most: the oldest go first. */
export interface Recent {
  has(digest: string): boolean;
  add(digest: string): void;
}

/** Makes an empty memory of digests. It is this process's own. */
export function createRecent(now: () => number): Recent {
  const addedAt = new Map<string, number>();
  return {
    has(digest) {
      const at = addedAt.get(digest);
      return at !== undefined && now() - at < LIFE_MS;
    },
    add(digest) {
      // A map keeps the place of a key that it has.
      addedAt.delete(digest);
      addedAt.set(digest, now());
      const [oldest] = addedAt.keys();
      if (addedAt.size > MOST && oldest !== undefined) addedAt.delete(oldest);
    },
  };
}
