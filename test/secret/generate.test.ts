import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BASE62 } from "../../src/secret/base62.ts";
import { advanceChecksum, CHECKSUM_START, finishChecksum } from "../../src/secret/checksum.ts";
import { generateId, generateSecret } from "../../src/secret/generate.ts";

const SAMPLE = 100_000;

/** Chi-squared of 61 degrees of freedom is above this once in a thousand million samples. */
const HIGHEST_CHI_SQUARED = 153;

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** A fresh generator that draws these bytes, over and over. */
async function generatorOf(bytes: readonly number[]): Promise<typeof generateSecret> {
  vi.resetModules();
  vi.spyOn(crypto, "getRandomValues").mockImplementation((pool) => {
    const filled = pool as unknown as Uint8Array;
    for (let index = 0; index < filled.length; index++)
      filled[index] = bytes[index % bytes.length] as number;
    return pool;
  });
  return (await import("../../src/secret/generate.ts")).generateSecret;
}

describe("generateSecret", () => {
  test("CORE-02 IND-01 IND-05 is the prefix, 32 and 6 characters of base62", () => {
    for (let round = 0; round < 1000; round++) {
      const text = generateSecret("acme_pat");
      expect(text).toMatch(/^acme_pat_[0-9A-Za-z]{38}$/);
      const state = advanceChecksum(CHECKSUM_START, text, 0, text.length - 6);
      expect(text.slice(-6)).toBe(finishChecksum(state));
    }
  });

  test("CORE-01 ASVS 7.2.3 ASVS 11.5.1 NIST-03 a large sample has every character as often as every other, and no text twice", () => {
    const seen = new Set<string>();
    const counts = new Map<string, number>([...BASE62].map((character) => [character, 0]));
    for (let round = 0; round < SAMPLE; round++) {
      const body = generateSecret("a").slice(2, 34);
      seen.add(body);
      for (const character of body) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(seen.size).toBe(SAMPLE);
    expect(counts.size).toBe(62);
    const expected = (SAMPLE * 32) / 62;
    const chiSquared = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(chiSquared).toBeLessThan(HIGHEST_CHI_SQUARED);
  });

  test("CORE-01 uses each byte below 248 for one character and throws the others away: no modulo bias", async () => {
    const bytes = Array.from({ length: 256 }, (_, index) => index);
    const generate = await generatorOf(bytes);
    // 8 × 31 = 248: after so many characters every usable byte has been drawn once.
    const bodies = Array.from({ length: 31 }, () => generate("ab").slice(3, 35));
    expect(bodies.join("").slice(0, 248)).toBe(BASE62.repeat(4));
    expect(bodies.join("").slice(248, 256)).toBe(BASE62.slice(0, 8));
  });

  test("CORE-01 248 is thrown away, 247 is not", async () => {
    const generate = await generatorOf([248, 255, 247]);
    expect(generate("ab").slice(0, 35)).toBe(`ab_${"z".repeat(32)}`);
  });
});

describe("generateId", () => {
  const instants = fc.integer({ min: 0, max: 2 ** 48 - 1 });

  test("is a UUID of version 7 that holds the time of its making", () => {
    fc.assert(
      fc.property(instants, (now) => {
        const id = generateId(now);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(now);
      }),
    );
  });

  test("sorts by the time of making, as text", () => {
    fc.assert(
      fc.property(instants, instants, (left, right) => {
        fc.pre(left !== right);
        expect(generateId(left) < generateId(right)).toBe(left < right);
      }),
    );
  });

  test("takes the whole millisecond of a broken one, 1970 for what is before, and keeps its shape after 10889", () => {
    const start = (now: number): string => generateId(now).slice(0, 14);
    expect(start(1_700_000_000_000.9)).toBe(start(1_700_000_000_000));
    expect(start(-1)).toBe("00000000-0000-");
    expect(start(2 ** 48 + 1)).toBe("00000000-0001-");
  });

  test("no two are alike within one millisecond, and all 74 free bits vary", () => {
    const ids = Array.from({ length: 10_000 }, () => generateId(0).replaceAll("-", ""));
    expect(new Set(ids).size).toBe(ids.length);
    const numbers = ids.map((id) => BigInt(`0x${id.slice(12)}`));
    const everSet = numbers.reduce((all, number) => all | number, 0n);
    const everClear = numbers.reduce((all, number) => all & number, (1n << 80n) - 1n);
    expect(everSet.toString(16)).toBe("7fffbfffffffffffffff");
    expect(everClear.toString(16)).toBe("70008000000000000000");
  });
});
