import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryReplays } from "../../../src/storage/memory/replays.ts";

describe("memoryReplays", () => {
  it("answers at once, not by a promise", () => {
    const replays = memoryReplays();
    expect([replays.add("a", 10, 0), replays.add("a", 10, 9), replays.has("a", 9)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("full of keys whose time is not over it refuses, and forgets none of them", () => {
    const replays = memoryReplays({ max: 3 });
    for (const [index, key] of ["a", "b", "c"].entries())
      expect(replays.add(key, 100 - index, 0)).toBe(true);
    expect(() => replays.add("d", 1, 50)).toThrow(/^As many keys as may be \(3\) are remembered/);
    expect(["a", "b", "c", "d"].map((key) => replays.has(key, 50))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(replays.add("b", 1, 50)).toBe(false);
  });

  it("full, it takes one more as soon as the time of any key is over, in whatever order they came", () => {
    const replays = memoryReplays({ max: 1000 });
    for (let index = 0; index < 1000; index += 1)
      expect(replays.add(`${index}`, 1000 - index, 0)).toBe(true);
    expect(() => replays.add("new", 5000, 0)).toThrow(Error);
    for (let now = 1; now <= 1000; now += 1)
      expect(replays.add(`new ${now}`, 5000, now)).toBe(true);
    expect(() => replays.add("one more", 1, 1000)).toThrow(Error);
  });

  it("keeps what is over for no longer than it takes some new keys to come", () => {
    const replays = memoryReplays({ max: 1000 });
    for (let index = 0; index < 1000; index += 1) expect(replays.add(`${index}`, 1, 0)).toBe(true);
    for (let index = 0; index < 250; index += 1)
      expect(replays.add(`new ${index}`, 100, 1)).toBe(true);
    // What is dropped is forgotten for a clock that steps back, too: that shows what was.
    expect(Array.from({ length: 1000 }, (_, index) => replays.has(`${index}`, 0))).not.toContain(
      true,
    );
  });

  it("does as a list of all that was ever added does", () => {
    const acts = fc.array(
      fc.record({
        key: fc.constantFrom("a", "b", "c", "d", "e", "f"),
        ttlMs: fc.integer({ min: 1, max: 30 }),
        waitMs: fc.integer({ min: 0, max: 15 }),
      }),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(acts, (life) => {
        const replays = memoryReplays({ max: 4 });
        const all: { key: string; until: number }[] = [];
        let now = 0;
        for (const { key, ttlMs, waitMs } of life) {
          now += waitMs;
          const living = new Set(all.filter(({ until }) => until > now).map((each) => each.key));
          expect(replays.has(key, now)).toBe(living.has(key));
          if (!living.has(key) && living.size >= 4) {
            expect(() => replays.add(key, ttlMs, now)).toThrow(Error);
          } else {
            expect(replays.add(key, ttlMs, now)).toBe(!living.has(key));
            if (!living.has(key)) all.push({ key, until: now + ttlMs });
          }
        }
      }),
    );
  });

  it.each<[ttlMs: unknown, now: number, error: typeof TypeError | typeof RangeError]>([
    [undefined, 0, TypeError],
    ["1", 0, TypeError],
    [0, 0, RangeError],
    [1.5, 0, RangeError],
    [1, Number.NaN, TypeError],
  ])("remembers nothing for a time that is none: %s from %s on", (ttlMs, now, error) => {
    const replays = memoryReplays();
    // A cast for what the types refuse: hosts in JavaScript have none.
    expect(() => replays.add("a", ttlMs as number, now)).toThrow(error);
    expect(replays.has("a", 0)).toBe(false);
  });

  it.each([
    [{ max: 0 }, RangeError, "options.max"],
    [{ max: "1" }, TypeError, "options.max"],
    [{ most: 1 }, TypeError, 'there is no "most"'],
    [null, TypeError, "options must be an object"],
  ])("refuses the options %j", (options, type, message) => {
    expect(() => memoryReplays(options as never)).toThrow(type);
    expect(() => memoryReplays(options as never)).toThrow(message);
  });
});
