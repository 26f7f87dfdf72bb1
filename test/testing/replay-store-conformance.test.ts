import { describe, expect, test, vi } from "vitest";
import type { ReplayStore } from "../../src/ports/replay-store.ts";
import { memoryReplays } from "../../src/storage/memory/replays.ts";
import {
  type ReplayStoreConformanceOptions,
  replayStoreConformance,
} from "../../src/testing/replay-store-conformance.ts";
import { failuresOf } from "./failures-of.ts";

/** The parts of a plain store, each of which a fault may replace. */
interface Parts {
  keyOf(key: string): string;
  until(ttlMs: number, now: number): number;
  isOver(until: number, now: number): boolean;
  /** What becomes of the time of a key that is added while it is remembered. */
  again(known: number, until: number): number;
  has(keys: Map<string, number>, key: string, now: number): void;
  added(keys: Map<string, number>, key: string): void;
}

const sound: Parts = {
  keyOf: (key) => key,
  until: (ttlMs, now) => now + ttlMs,
  isOver: (until, now) => until <= now,
  again: (known) => known,
  has: () => {},
  added: () => {},
};

function plainStore(fault: Partial<Parts> = {}): ReplayStore {
  const parts = { ...sound, ...fault };
  const keys = new Map<string, number>();
  const knows = (key: string, now: number): boolean => {
    const until = keys.get(key);
    return until !== undefined && !parts.isOver(until, now);
  };
  return {
    add(given, ttlMs, now) {
      const key = parts.keyOf(given);
      const until = parts.until(ttlMs, now);
      const isKnown = knows(key, now);
      keys.set(key, isKnown ? parts.again(keys.get(key) ?? 0, until) : until);
      parts.added(keys, key);
      return !isKnown;
    },
    has(given, now) {
      const key = parts.keyOf(given);
      const isKnown = knows(key, now);
      parts.has(keys, key, now);
      return isKnown;
    },
  };
}

const failures = (
  create: ReplayStoreConformanceOptions["create"],
  options: Partial<ReplayStoreConformanceOptions> = {},
) => failuresOf((runner) => replayStoreConformance(runner, { ...options, create }));

/** Looks, lets others look, and then writes. */
function lookThenWrite(): ReplayStore {
  const store = plainStore();
  return {
    async add(key, ttlMs, now) {
      const isKnown = await store.has(key, now);
      await Promise.resolve();
      await store.add(key, ttlMs, now);
      return !isKnown;
    },
    has: (key, now) => store.has(key, now),
  };
}

const ONCE = "a key is added once, and both instances remember it at once";
const ASK = "to ask for a key does not add it";
const LETTERS = "keys are told apart to the letter";
const THOUSAND = "a thousand keys are remembered beside each other";
const YEARS = "a key may be remembered for years";
const AGAIN = "a key is forgotten soon after its time, and can be added again";
const SHORTEST = "the shortest time is a millisecond";
const LONGER = "a refused use makes the time no longer";
const SHORTER = "a refused use makes the time no shorter";
const RACE = "of forty that add a key at once exactly one is told that it is new";
const LATE = "of forty that add a forgotten key at once exactly one is told that it is new";
const RACES = "races for many keys do not disturb each other";
const LAST = "a key is remembered to the last millisecond of its time, and no longer";
const BACK = "a clock that steps back forgets nothing";

const faults: readonly (readonly [fault: string, caught: string, part: Partial<Parts>])[] = [
  ["remembers nothing", ONCE, { isOver: () => true }],
  ["adds what it is asked for", ASK, { has: (keys, key, now) => keys.set(key, now + 1000) }],
  ["ignores the case of keys", LETTERS, { keyOf: (key) => key.toLowerCase() }],
  ["trims keys", LETTERS, { keyOf: (key) => key.trim() }],
  ["normalizes keys", LETTERS, { keyOf: (key) => key.normalize() }],
  ["cuts keys", LETTERS, { keyOf: (key) => key.slice(0, 191) }],
  [
    "keeps a hundred keys",
    THOUSAND,
    { added: (keys) => keys.size > 100 && keys.delete([...keys.keys()][0] ?? "") },
  ],
  ["counts in 32 bits", YEARS, { until: (ttlMs, now) => now + (ttlMs | 0) }],
  ["never forgets", AGAIN, { isOver: () => false }],
  ["never forgets", SHORTEST, { isOver: () => false }],
  ["begins the time anew with each use", LONGER, { again: Math.max }],
  ["takes the last time that it was told", SHORTER, { again: (_known, until) => until }],
  ["forgets a millisecond late", LAST, { isOver: (until, now) => until < now }],
  ["forgets a millisecond early", LAST, { isOver: (until, now) => until <= now + 1 }],
  [
    "takes a clock that stepped back for a key from the future",
    BACK,
    { isOver: (until, now) => until <= now || until > now + 120_000 },
  ],
];

describe("the replay store suite", { timeout: 60_000 }, () => {
  test("passes a sound store of another make", async () => {
    expect(await failures(() => ({ subject: plainStore() }))).toStrictEqual([]);
  });

  test.each(faults)("fails a store that %s: %s", async (_, caught, part) => {
    // What waits for a key to be forgotten waits by this clock, not for seconds.
    vi.useFakeTimers();
    try {
      let failed: string[] | undefined;
      void failures(() => ({ subject: plainStore(part) })).then((names) => {
        failed = names;
      });
      while (failed === undefined) await vi.advanceTimersByTimeAsync(10);
      expect(failed).toContain(caught);
    } finally {
      vi.useRealTimers();
    }
  });

  test("fails a store that is not atomic", async () => {
    expect(await failures(() => ({ subject: lookThenWrite() }))).toEqual(
      expect.arrayContaining([RACE, LATE, RACES]),
    );
  });

  test("runs over both instances", async () => {
    const create = () => ({ subject: memoryReplays(), peer: memoryReplays() });
    expect(await failures(create)).toEqual(expect.arrayContaining([ONCE, LETTERS, THOUSAND, RACE]));
  });

  test("asks a store with its own clock for nothing that moves the time", async () => {
    const ownClock = (): ReplayStore => {
      const store = memoryReplays();
      return {
        add: (key, ttlMs) => store.add(key, ttlMs, Date.now()),
        has: (key) => store.has(key, Date.now()),
      };
    };
    const create = () => ({ subject: ownClock() });
    expect(await failures(create, { clock: "store" })).toStrictEqual([]);
    expect(await failures(create)).toContain(LAST);
  });
});
