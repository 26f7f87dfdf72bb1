import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IdempotencyStore } from "../../../src/ports/idempotency-store.ts";
import { memoryIdempotency } from "../../../src/storage/memory/idempotency.ts";

function keyOf(number: number): string {
  return number.toString(16).padStart(64, "0");
}

const [A, B, C, D] = [keyOf(10), keyOf(11), keyOf(12), keyOf(13)] as const;

const BEGUN = { state: "begun" };

const known = (fingerprint: string, result: string | null = null) => ({
  state: "known",
  fingerprint,
  result,
});

/** All that was ever begun and not forgotten, in a list. */
function listOfMarks(max: number): IdempotencyStore {
  let marks: { key: string; fingerprint: string; until: number; result: string | null }[] = [];
  const find = (key: string) => marks.find((mark) => mark.key === key);
  return {
    beginRequest(key, mark, now) {
      marks = marks.filter(({ until }) => until > now);
      const { fingerprint, result = null } = find(key) ?? {};
      if (fingerprint !== undefined) return { state: "known", fingerprint, result };
      if (marks.length >= max) throw new Error("full");
      marks.push({ key, ...mark, result: null });
      return { state: "begun" };
    },
    finishRequest(key, result) {
      const mark = find(key);
      if (mark !== undefined) mark.result ??= result;
    },
    forgetRequest(key) {
      marks = marks.filter((mark) => mark.key !== key || mark.result !== null);
    },
  };
}

function answerOf(call: () => unknown): unknown {
  try {
    return call();
  } catch {
    return "refused";
  }
}

describe("memoryIdempotency", () => {
  it("answers at once, not by a promise", () => {
    const store = memoryIdempotency();
    expect(store.beginRequest(A, { fingerprint: "f", until: 10 }, 0)).toEqual(BEGUN);
    expect(store.finishRequest(A, "token-1")).toBeUndefined();
    expect(store.beginRequest(A, { fingerprint: "g", until: 10 }, 9)).toEqual(
      known("f", "token-1"),
    );
    expect(store.forgetRequest(B)).toBeUndefined();
  });

  it("full of requests whose time is not over it refuses new ones, and forgets none of them", async () => {
    const store = memoryIdempotency({ max: 3 });
    for (const [index, key] of [A, B, C].entries())
      await store.beginRequest(key, { fingerprint: key, until: 100 - index }, 0);
    await store.finishRequest(B, "token-1");
    const begin = (key: string) => store.beginRequest(key, { fingerprint: "new", until: 200 }, 50);
    expect(() => begin(D)).toThrow(/^As many requests as may be \(3\) are remembered/);
    expect([A, B, C].map(begin)).toEqual([known(A), known(B, "token-1"), known(C)]);
    expect(() => begin(D)).toThrow(Error);
  });

  it("full, it takes one more as soon as one is forgotten, but not for one that is finished", async () => {
    const store = memoryIdempotency({ max: 1 });
    const begin = (key: string) => store.beginRequest(key, { fingerprint: "f", until: 9 }, 0);
    await begin(A);
    await store.forgetRequest(A);
    expect(begin(B)).toEqual(BEGUN);
    await store.finishRequest(B, "token-1");
    await store.forgetRequest(B);
    expect(() => begin(A)).toThrow(Error);
  });

  it("full, it takes one more as soon as the time of any is over, in whatever order they came", () => {
    const store = memoryIdempotency({ max: 1000 });
    const begin = (number: number, until: number, now: number) =>
      store.beginRequest(keyOf(number), { fingerprint: "f", until }, now);
    for (let index = 0; index < 1000; index += 1)
      expect(begin(index, 1000 - index, 0)).toEqual(BEGUN);
    expect(() => begin(5000, 5000, 0)).toThrow(Error);
    for (let now = 1; now <= 1000; now += 1) expect(begin(5000 + now, 5000, now)).toEqual(BEGUN);
    expect(() => begin(9000, 5000, 1000)).toThrow(Error);
  });

  it("keeps what is over for no longer than it takes some new ones to come", () => {
    const store = memoryIdempotency({ max: 1000 });
    const begin = (number: number, until: number, now: number) =>
      store.beginRequest(keyOf(number), { fingerprint: "f", until }, now);
    for (let index = 0; index < 1000; index += 1) expect(begin(index, 1, 0)).toEqual(BEGUN);
    for (let index = 0; index < 250; index += 1) expect(begin(5000 + index, 100, 1)).toEqual(BEGUN);
    // What is dropped is forgotten for a clock that steps back, too: that shows what was.
    for (let index = 0; index < 750; index += 1) expect(begin(index, 1, 0)).toEqual(BEGUN);
  });

  it("what is begun again among much that is over does not go with it", () => {
    const store = memoryIdempotency();
    const begin = (number: number, now: number) =>
      store.beginRequest(keyOf(number), { fingerprint: `${now}`, until: now + 10 }, now);
    for (let index = 0; index < 100; index += 1) expect(begin(index, 0)).toEqual(BEGUN);
    for (let index = 90; index < 100; index += 1) expect(begin(index, 10)).toEqual(BEGUN);
    for (let index = 0; index < 100; index += 1) expect(begin(1000 + index, 10)).toEqual(BEGUN);
    for (let index = 90; index < 100; index += 1) expect(begin(index, 10)).toEqual(known("10"));
  });

  it("refuses who has as many as one actor may have, until one is over or forgotten", async () => {
    const store = memoryIdempotency({ max: 100, maxPerActor: 2 });
    const begin = (number: number, by: string, now = 0) =>
      store.beginRequest(keyOf(number), { fingerprint: "f", until: now + 10, by }, now);
    // Others' marks that are over are before one's own.
    for (let number = 0; number < 20; number += 1)
      expect(begin(number, `other-${number}`)).toEqual(BEGUN);
    expect([begin(100, "ada"), begin(101, "ada")]).toEqual([BEGUN, BEGUN]);
    expect(begin(102, "ada")).toEqual({ state: "refused" });
    expect(begin(100, "ada")).toEqual(known("f"));
    expect(begin(103, "bob")).toEqual(BEGUN);
    await store.forgetRequest(keyOf(101));
    expect([begin(104, "ada"), begin(105, "ada")]).toEqual([BEGUN, { state: "refused" }]);
    expect(begin(105, "ada", 10)).toEqual(BEGUN);
  });

  it("does as a list of all that was ever begun does", () => {
    const step = fc.record({
      key: fc.constantFrom(A, B, C, D),
      ttlMs: fc.integer({ min: 1, max: 30 }),
      waitMs: fc.integer({ min: 0, max: 15 }),
      act: fc.constantFrom<keyof IdempotencyStore>(
        "beginRequest",
        "beginRequest",
        "finishRequest",
        "forgetRequest",
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (life) => {
        const [store, model] = [memoryIdempotency({ max: 3 }), listOfMarks(3)];
        let now = 0;
        for (const [index, { key, ttlMs, waitMs, act }] of life.entries()) {
          now += waitMs;
          const mark = { fingerprint: `${index}`, until: now + ttlMs };
          const answer = ({ beginRequest, finishRequest, forgetRequest }: IdempotencyStore) =>
            answerOf(() => {
              if (act === "beginRequest") return beginRequest(key, mark, now);
              return act === "finishRequest" ? finishRequest(key, `${index}`) : forgetRequest(key);
            });
          expect(answer(store)).toEqual(answer(model));
        }
      }),
    );
  });

  it.each([
    [{ max: 0 }, RangeError, "options.max"],
    [{ maxPerActor: 0 }, RangeError, "options.maxPerActor"],
    [{ max: "1" }, TypeError, "options.max"],
    [{ most: 1 }, TypeError, 'there is no "most"'],
    [null, TypeError, "options must be an object"],
  ])("refuses the options %j", (options, type, message) => {
    expect(() => memoryIdempotency(options as never)).toThrow(type);
    expect(() => memoryIdempotency(options as never)).toThrow(message);
  });
});
