import fc from "fast-check";
import { expect, test } from "vitest";
import { shareOf } from "../../src/budget/share.ts";

test.each([
  [120, 50, 60],
  [1000, 75, 750],
  [1000, 40, 400],
  [600, 33, 198],
  [35, 50, 17],
  [10, 5, 1],
  [1, 50, 1],
])("TV-03 CORE-60 DEC-14 OKT-63 of %i, %i percent is %i", (limit, percent, share) => {
  expect(shareOf(limit, percent)).toBe(share);
});

test("CORE-60 is floor(limit × percent ÷ 100), at least 1, exactly, for every safe integer", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 1, max: 100 }),
      (limit, percent) => {
        const exact = (BigInt(limit) * BigInt(percent)) / 100n;
        expect(shareOf(limit, percent)).toBe(Number(exact > 1n ? exact : 1n));
      },
    ),
  );
});
