import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE62, encodeBase62 } from "../../src/secret/base62.ts";
import {
  advanceBase62Checksum,
  advanceChecksum,
  CHECKSUM_START,
  endsWithChecksum,
  finishChecksum,
} from "../../src/secret/checksum.ts";

const base62 = (length: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...BASE62), ...length });
const ascii: fc.Arbitrary<string> = fc.string({ unit: "binary-ascii" });

/** The neighbours of the three ranges of base62 in ASCII, and characters beyond it that fold onto base62 in 7 or 8 bits. */
const outsiders: readonly string[] = [
  ..."/:@[`{-_ \u0000\u007f\u0080\u00b0\u0130\u0141\u2070\uff10",
];

function stateOf(text: string): number {
  return advanceChecksum(CHECKSUM_START, text, 0, text.length);
}

function checksumOf(text: string): string {
  return finishChecksum(stateOf(text));
}

/** Base62 written another way: by division of big integers. */
function base62Of(value: number): string {
  let text = "";
  for (let rest = BigInt(value); rest > 0n; rest /= 62n) text = BASE62[Number(rest % 62n)] + text;
  return text;
}

describe("the checksum", () => {
  test.each([
    ["123456789", "3jZRME"],
    ["A".repeat(30), "0uCPlr"],
    ["0".repeat(30), "2C8GjS"],
    ["abcdefghijklmnopqrstuvwxyz0123", "2LolCm"],
  ])("TV-08 IND-02 of %s is %s", (body, checksum) => {
    expect(checksumOf(body)).toBe(checksum);
  });

  test("TV-08 the largest possible is 4gfFC3, the smallest 000000", () => {
    expect(finishChecksum(0)).toBe("4gfFC3");
    expect(finishChecksum(0xffffffff)).toBe("000000");
  });

  test("is the CRC-32 that zlib computes, in six characters", () => {
    fc.assert(
      fc.property(ascii, (text) => {
        expect(checksumOf(text)).toBe(base62Of(crc32(text)).padStart(6, "0"));
      }),
    );
  });

  test("can be carried over a text in parts", () => {
    fc.assert(
      fc.property(ascii, fc.nat(), (text, place) => {
        const middle = text.length === 0 ? 0 : place % (text.length + 1);
        const half = advanceChecksum(CHECKSUM_START, text, 0, middle);
        expect(finishChecksum(advanceChecksum(half, text, middle, text.length))).toBe(
          checksumOf(text),
        );
      }),
    );
  });

  test("tells any change of one character", () => {
    fc.assert(
      fc.property(
        base62({ minLength: 1, maxLength: 64 }),
        fc.nat(),
        fc.constantFrom(...BASE62),
        (text, place, other) => {
          const index = place % text.length;
          fc.pre(text[index] !== other);
          expect(checksumOf(text.slice(0, index) + other + text.slice(index + 1))).not.toBe(
            checksumOf(text),
          );
        },
      ),
    );
  });
});

describe("encodeBase62", () => {
  test("pads with zeros on the left, in the order digits, capitals, small letters", () => {
    const numbers = [0, 9, 10, 35, 36, 61, 62, 62 ** 3 - 1];
    expect(numbers.map((value) => encodeBase62(value, 3))).toStrictEqual([
      "000",
      "009",
      "00A",
      "00Z",
      "00a",
      "00z",
      "010",
      "zzz",
    ]);
  });
});

describe("advanceBase62Checksum", () => {
  test("agrees with the plain checksum on base62, also in parts", () => {
    fc.assert(
      fc.property(ascii, base62({}), ascii, (before, body, after) => {
        const state = stateOf(before);
        const text = before + body + after;
        const end = before.length + body.length;
        const next = advanceBase62Checksum(state, text, before.length, end);
        expect(next === undefined ? undefined : finishChecksum(next)).toBe(
          checksumOf(before + body),
        );
      }),
    );
  });

  test.each(outsiders)("is undefined with %j at any place", (outsider) => {
    for (const body of [`${outsider}abc`, `ab${outsider}c`, `abc${outsider}`]) {
      expect(advanceBase62Checksum(CHECKSUM_START, body, 0, body.length)).toBeUndefined();
    }
  });

  test("is undefined with any character that is not base62", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (code) => {
        const text = String.fromCharCode(code);
        expect(advanceBase62Checksum(CHECKSUM_START, text, 0, 1) === undefined).toBe(
          !/^[0-9A-Za-z]$/.test(text),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe("endsWithChecksum", () => {
  test("holds for the checksum of the state, and for no other", () => {
    fc.assert(
      fc.property(ascii, ascii, base62({ minLength: 6, maxLength: 6 }), (before, text, other) => {
        const state = stateOf(text);
        const checksum = finishChecksum(state);
        expect(endsWithChecksum(before + checksum, state)).toBe(true);
        expect(endsWithChecksum(before + other, state)).toBe(other === checksum);
      }),
    );
  });

  test.each(outsiders)(
    "does not hold with %j at any place, whatever the digit it would count as",
    (outsider) => {
      for (let place = 0; place < 6; place++) {
        const text = `${"1".repeat(place)}${outsider}${"1".repeat(5 - place)}`;
        for (let digit = -1; digit < 62; digit++) {
          const value = 62 ** (5 - place) * (digit - 1) + (62 ** 6 - 1) / 61;
          expect(endsWithChecksum(text, value ^ 0xffffffff)).toBe(false);
        }
      }
    },
  );

  test("does not hold for a number above 32 bits that is the same in 32 bits", () => {
    const wrapped = base62Of(2 ** 32 + crc32("123456789"));
    expect(wrapped).toHaveLength(6);
    expect(endsWithChecksum(wrapped, stateOf("123456789"))).toBe(false);
  });
});
