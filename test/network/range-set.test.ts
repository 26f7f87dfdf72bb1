import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Address, compareAddresses, parseAddress } from "../../src/network/address.ts";
import { parseRange, type Range } from "../../src/network/range.ts";
import { compileRanges, rangeSetContains } from "../../src/network/range-set.ts";

function contains(rangeTexts: readonly string[], addressText: string): boolean {
  const ranges = rangeTexts.map((text) => parseRange(text) ?? expect.fail(text));
  return rangeSetContains(
    compileRanges(ranges),
    parseAddress(addressText) ?? expect.fail(addressText),
  );
}

describe("rangeSetContains", () => {
  test.each([
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:a01:203", true],
    ["10.0.0.0/8", "::10.1.2.3", false],
    ["10.0.0.0/8", "64:ff9b::a01:203", false],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "1.2.3.4", false],
    ["::/0", "::ffff:1.2.3.4", false],
    ["::/0", "::", true],
    ["::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true],
    ["0.0.0.0/0", "0.0.0.0", true],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["127.0.0.1", "::1", false],
    ["::1", "::ffff:127.0.0.1", false],
    ["127.0.0.1", "::ffff:127.0.0.1", true],
    ["10.0.0.0/8", "9.255.255.255", false],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.0.0.5-10.0.0.7", "10.0.0.4", false],
    ["10.0.0.5-10.0.0.7", "10.0.0.5", true],
    ["10.0.0.5-10.0.0.7", "10.0.0.7", true],
    ["10.0.0.5-10.0.0.7", "10.0.0.8", false],
    ["2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false],
    ["2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true],
    ["2001:db8::/32", "2001:db9::", false],
  ])("TV-07 IP-02 IP-03 IP-05 T-01 %s holds %s: %s", (range, address, expected) => {
    expect(contains([range], address)).toBe(expected);
  });

  test("an empty set holds nothing", () => {
    expect(contains([], "0.0.0.0")).toBe(false);
    expect(contains([], "::")).toBe(false);
  });

  test("agrees with a look at each range in turn", () => {
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 30 }), fc.array(addresses), (given, asked) => {
        const set = compileRanges(given);
        // The bounds themselves are where a search goes wrong.
        const bounds = given.flatMap(({ start, end }) => [start, end]);
        for (const address of [...asked, ...bounds]) {
          const expected = given.some(
            ({ start, end }) =>
              start.length === address.length &&
              numberOf(start) <= numberOf(address) &&
              numberOf(address) <= numberOf(end),
          );
          expect(rangeSetContains(set, address)).toBe(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("compileRanges", () => {
  test("keeps one pair of bounds for ranges that overlap", () => {
    const texts = ["10.2.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "10.255.255.255-11.0.0.1"];
    const set = compileRanges(texts.flatMap((text) => parseRange(text) ?? []));
    expect(set).toEqual({ ipv4: [0x0a000000, 0x0b000001], ipv6: [] });
  });

  test("leaves the given ranges as they are", () => {
    const given = ["10.0.0.2", "10.0.0.1"].flatMap((text) => parseRange(text) ?? []);
    compileRanges(Object.freeze(given));
    expect(given.map(({ start }) => start[0])).toEqual([0x0a000002, 0x0a000001]);
  });
});

/** Few values, so that ranges touch and overlap and addresses hit. */
const words = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
  fc.nat(20),
);
const addresses: fc.Arbitrary<Address> = fc.oneof(fc.tuple(words), ipv6Addresses());
const ranges: fc.Arbitrary<Range> = fc.oneof(rangesOf(fc.tuple(words)), rangesOf(ipv6Addresses()));

function ipv6Addresses(): fc.Arbitrary<Address> {
  return fc.tuple(fc.nat(1), words, words, words);
}

function rangesOf(family: fc.Arbitrary<Address>): fc.Arbitrary<Range> {
  return fc
    .tuple(family, family)
    .map(([one, other]) =>
      compareAddresses(one, other) <= 0 ? { start: one, end: other } : { start: other, end: one },
    );
}

function numberOf(address: Address): bigint {
  return address.reduce((number, word) => number * 0x100000000n + BigInt(word), 0n);
}
