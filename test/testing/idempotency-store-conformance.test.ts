import { describe, expect, test } from "vitest";
import type { IdempotencyStore, RequestMark } from "../../src/ports/idempotency-store.ts";
import { memoryIdempotency } from "../../src/storage/memory/idempotency.ts";
import { idempotencyStoreConformance } from "../../src/testing/idempotency-store-conformance.ts";
import { failuresOf } from "./failures-of.ts";

interface Kept extends RequestMark {
  readonly result: string | null;
}

type Marks = Map<string, Kept>;

/** The parts of a plain store, each of which a fault may replace. */
interface Parts {
  keyOf(key: string): string;
  fingerprintOf(fingerprint: string): string;
  isOver(until: number, now: number): boolean;
  /** What becomes of a mark whose request is begun again while it is known. */
  again(kept: Kept, mark: RequestMark): Kept;
  /** What is put in the place of a mark that is over. */
  anew(kept: Kept | undefined, mark: RequestMark): Kept;
  begun(marks: Marks, now: number): void;
  finish(kept: Kept | undefined, result: string): Kept | undefined;
  forgets(kept: Kept): boolean;
  forget(marks: Marks, key: string): void;
}

const sound: Parts = {
  keyOf: (key) => key,
  fingerprintOf: (fingerprint) => fingerprint,
  isOver: (until, now) => until <= now,
  again: (kept) => kept,
  anew: (_, mark) => ({ ...mark, result: null }),
  begun: () => {},
  finish: (kept, result) => kept && { ...kept, result: kept.result ?? result },
  forgets: ({ result }) => result === null,
  forget: (marks, key) => void marks.delete(key),
};

function plainStore(fault: Partial<Parts> = {}, marks: Marks = new Map()): IdempotencyStore {
  const parts = { ...sound, ...fault };
  return {
    beginRequest(given, { fingerprint, until }, now) {
      const key = parts.keyOf(given);
      const mark = { fingerprint: parts.fingerprintOf(fingerprint), until };
      const kept = marks.get(key);
      if (kept === undefined || parts.isOver(kept.until, now)) {
        marks.set(key, parts.anew(kept, mark));
        parts.begun(marks, now);
        return { state: "begun" };
      }
      marks.set(key, parts.again(kept, mark));
      return { state: "known", fingerprint: kept.fingerprint, result: kept.result };
    },
    finishRequest(given, result) {
      const key = parts.keyOf(given);
      const finished = parts.finish(marks.get(key), result);
      if (finished !== undefined) marks.set(key, finished);
    },
    forgetRequest(given) {
      const key = parts.keyOf(given);
      const kept = marks.get(key);
      if (kept !== undefined && parts.forgets(kept)) parts.forget(marks, key);
    },
  };
}

const failures = (create: () => { subject: IdempotencyStore; peer?: IdempotencyStore }) =>
  failuresOf((runner) => idempotencyStoreConformance(runner, { create }));

/** Does each call in two steps: reads, lets others read, and then writes. */
function lookThenWrite(): IdempotencyStore {
  const marks: Marks = new Map();
  return {
    async beginRequest(key, mark, now) {
      const kept = marks.get(key);
      await Promise.resolve();
      if (kept !== undefined && kept.until > now)
        return { state: "known", fingerprint: kept.fingerprint, result: kept.result };
      marks.set(key, { ...mark, result: null });
      return { state: "begun" };
    },
    finishRequest: (...given) => plainStore({}, marks).finishRequest(...given),
    forgetRequest: (key) => plainStore({}, marks).forgetRequest(key),
  };
}

const ONCE = "a request is begun once, and both instances know it at once";
const KEYS = "keys that differ in one character are of different requests";
const FINGERPRINTS = "fingerprints come back to the character";
const THOUSAND = "a thousand requests are known beside each other";
const RESULT = "what a request came to is known to both instances at once";
const EMPTY = "nothing is a result, too";
const BYTES = "a result comes back to the byte, whatever is in it";
const LONG = "a result of 64 KiB comes back to the byte, of one-byte characters or of four";
const OTHER = "what one request came to says nothing of another";
const FIRST = "what is finished is not finished anew";
const NOT_BEGUN = "of what was not begun no result is kept";
const FORGOTTEN = "a request that was forgotten can be begun again, by either instance";
const ALONE = "to forget one request forgets no other";
const STAYS = "what is finished is not forgotten";
const LATE = "of what was forgotten no result is kept";
const LAST = "a request is known to the last millisecond of its time, and no longer";
const ANEW = "what is begun again after its time has no result";
const YEARS = "the shortest time is a millisecond, and a long one years";
const REPEAT = "a repeat makes the time neither longer nor shorter";
const END = "the end of a request makes its time neither longer nor shorter";
const BACK = "a clock that steps back forgets nothing";
const OVER = "what is over is in nobody's way, and what is not is known among it";
const RACE = "of twenty that begin a request at once exactly one has begun it";
const RACE_OVER =
  "of twenty that begin a request at once whose time is over exactly one has begun it";
const RACE_FORGOTTEN = "of twenty that begin a forgotten request at once exactly one has begun it";
const RACES = "races for many requests do not disturb each other, nor the end of what is over";
const TURNS = "of twelve that begin and forget in turn no two have begun at one time";
const RESULTS = "of twenty results at once one is kept";

const changed = (change: (result: string) => string): Partial<Parts> => ({
  finish: (kept, result) => sound.finish(kept, change(result)),
});

const faults: readonly (readonly [fault: string, caught: string, part: Partial<Parts>])[] = [
  ["remembers nothing", ONCE, { isOver: () => true }],
  [
    "answers with the fingerprint of who asks last",
    ONCE,
    { again: (kept, mark) => ({ ...kept, ...mark }) },
  ],
  ["leaves the first character of keys out", KEYS, { keyOf: (key) => key.slice(1) }],
  ["cuts keys", KEYS, { keyOf: (key) => key.slice(0, 63) }],
  [
    "ignores the case of fingerprints",
    FINGERPRINTS,
    { fingerprintOf: (text) => text.toLowerCase() },
  ],
  ["cuts fingerprints", FINGERPRINTS, { fingerprintOf: (text) => text.slice(0, 191) }],
  [
    "keeps a hundred marks",
    THOUSAND,
    { begun: (marks) => marks.size > 100 && marks.delete([...marks.keys()][0] ?? "") },
  ],
  ["keeps no result", RESULT, { finish: (kept) => kept }],
  ["takes an empty result for none", EMPTY, changed((result) => result || (null as never))],
  ["trims results", BYTES, changed((result) => result.trim())],
  ["keeps results as ASCII", BYTES, changed((result) => result.replace(/[^\0-\x7f]/g, "?"))],
  ["keeps results as JSON", BYTES, changed((result) => result.replace(/\s+/g, " "))],
  ["cuts at 64,000 characters", LONG, changed((result) => result.slice(0, 64_000))],
  ["keeps the last result", FIRST, { finish: (kept, result) => kept && { ...kept, result } }],
  [
    "finishes what nobody has begun",
    NOT_BEGUN,
    {
      finish: (kept, result) =>
        sound.finish(kept ?? { fingerprint: "", until: 9e15, result: null }, result),
    },
  ],
  [
    "finishes what was forgotten",
    LATE,
    {
      finish: (kept, result) =>
        sound.finish(kept ?? { fingerprint: "", until: 9e15, result: null }, result),
    },
  ],
  ["never forgets", FORGOTTEN, { forgets: () => false }],
  ["forgets all", ALONE, { forget: (marks) => marks.clear() }],
  ["forgets what is finished", STAYS, { forgets: () => true }],
  ["forgets a millisecond late", LAST, { isOver: (until, now) => until < now }],
  ["forgets a millisecond early", LAST, { isOver: (until, now) => until <= now + 1 }],
  ["never forgets by time", LAST, { isOver: () => false }],
  [
    "leaves an old result",
    ANEW,
    { anew: (kept, mark) => ({ ...mark, result: kept?.result ?? null }) },
  ],
  ["counts in seconds", YEARS, { isOver: (until, now) => until / 1000 - now / 1000 < 1 }],
  [
    "keeps for a year at most",
    YEARS,
    { anew: (_, mark) => ({ ...mark, until: Math.min(mark.until, 1.85e12), result: null }) },
  ],
  [
    "makes the time longer by a repeat",
    REPEAT,
    { again: (kept, { until }) => ({ ...kept, until: Math.max(kept.until, until) }) },
  ],
  [
    "makes the time shorter by a repeat",
    REPEAT,
    { again: (kept, { until }) => ({ ...kept, until: Math.min(kept.until, until) }) },
  ],
  [
    "keeps longer what is finished",
    END,
    { finish: (kept, result) => kept && { ...kept, result, until: kept.until + 1 } },
  ],
  [
    "takes a clock that stepped back for a mark from the future",
    BACK,
    { isOver: (until, now) => until <= now || until > now + 7 * 86_400_000 },
  ],
  [
    "deletes what will be over in a moment",
    OVER,
    {
      begun(marks, now) {
        for (const [key, { until }] of marks) if (until <= now + 1) marks.delete(key);
      },
    },
  ],
];

describe("the idempotency store suite", { timeout: 60_000 }, () => {
  test("passes a sound store of another make", async () => {
    expect(await failures(() => ({ subject: plainStore() }))).toStrictEqual([]);
  });

  test.each(faults)("fails a store that %s: %s", async (_, caught, part) => {
    expect(await failures(() => ({ subject: plainStore(part) }))).toContain(caught);
  });

  test("fails a store that keeps the results of all requests in one place", async () => {
    const create = () => {
      let last: string | null = null;
      const store = plainStore();
      const subject: IdempotencyStore = {
        ...store,
        async beginRequest(...given) {
          const begun = await store.beginRequest(...given);
          return begun.state === "known" ? { ...begun, result: last } : begun;
        },
        finishRequest(key, result) {
          last ??= result;
          return store.finishRequest(key, result);
        },
      };
      return { subject };
    };
    expect(await failures(create)).toContain(OTHER);
  });

  test("fails a store that is not atomic", async () => {
    expect(await failures(() => ({ subject: lookThenWrite() }))).toEqual(
      expect.arrayContaining([RACE, RACE_OVER, RACE_FORGOTTEN, RACES]),
    );
  });

  test("runs over both instances", async () => {
    const create = () => ({ subject: memoryIdempotency(), peer: memoryIdempotency() });
    expect(await failures(create)).toEqual(
      expect.arrayContaining([ONCE, RESULT, STAYS, LAST, RACE, TURNS, RESULTS]),
    );
  });
});
