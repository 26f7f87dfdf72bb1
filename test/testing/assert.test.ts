import { describe, expect, test } from "vitest";
import {
  assertDeepEqual,
  assertEqual,
  assertRejects,
  assertTrue,
} from "../../src/testing/assert.ts";

describe("assertTrue", () => {
  test("throws an Error with the message", () => {
    expect(() => assertTrue(0, "nothing was kept")).toThrow(new Error("nothing was kept"));
    assertTrue("kept", "never thrown");
  });
});

describe("assertEqual", () => {
  test("compares by Object.is", () => {
    assertEqual(Number.NaN, Number.NaN);
    expect(() => assertEqual(0, -0)).toThrow("expected 0, got 0");
    expect(() => assertEqual({}, {})).toThrow("expected {}, got {}");
  });

  test("says what differs, after the message", () => {
    expect(() => assertEqual("1", 1, "limit")).toThrow('limit: expected 1, got "1"');
    expect(() => assertEqual(undefined, 10n)).toThrow("expected 10, got undefined");
  });

  test("shortens what is long", () => {
    const long = Array.from({ length: 1000 }, (_, index) => index);
    expect(() => assertEqual(long, 1)).toThrow(/^expected 1, got \[0,1,2,.{290,300}…$/);
  });
});

describe("assertDeepEqual", () => {
  test("accepts the same structure", () => {
    const make = () => ({ a: [1, { b: null }], at: new Date(0), not: Number.NaN, u: undefined });
    assertDeepEqual(make(), make());
    assertDeepEqual(Object.assign(Object.create(null), { a: 1 }), { a: 1 });
    assertDeepEqual(new Date(Number.NaN), new Date(Number.NaN));
  });

  test.each<[string, unknown, unknown, string]>([
    ["another value", { a: [1, { b: 3 }] }, { a: [1, { b: 2 }] }, "at a.1.b: expected 2, got 3"],
    [
      "something more",
      { a: { b: 1, c: 2 } },
      { a: { b: 1 } },
      'at a: expected nothing more, got {"c":2}',
    ],
    ["something less", [1], [1, 2], "at 1: expected 2, got nothing"],
    ["absent for undefined", {}, { a: undefined }, "at a: expected undefined, got nothing"],
    ["undefined for absent", { a: undefined }, {}, 'expected nothing more, got {"a":"undefined"}'],
    ["an object for an array", { 0: 1 }, [1], 'expected [1], got {"0":1}'],
    ["a number for a Date", { at: 0 }, { at: new Date(0) }, "at at: expected Thu Jan 01 1970"],
    ["another Date", new Date(1), new Date(0), "expected 0, got 1"],
    ["null for an object", null, {}, "expected {}, got null"],
    ["what it cannot compare", new Map([[1, 2]]), new Map([[1, 2]]), "expected {}, got {}"],
  ])("refuses %s", (_, actual, expected, difference) => {
    expect(() => assertDeepEqual(actual, expected)).toThrow(difference);
    expect(() => assertDeepEqual(actual, expected, "record")).toThrow(`record: ${difference}`);
  });
});

describe("assertRejects", () => {
  test("resolves to what was thrown or rejected", async () => {
    const error = new Error("down");
    expect(await assertRejects(() => Promise.reject(error))).toBe(error);
    expect(
      await assertRejects(() => {
        throw error;
      }),
    ).toBe(error);
  });

  test("fails when nothing was thrown", async () => {
    await expect(assertRejects(() => Promise.resolve(7), "outage")).rejects.toThrow(
      "outage: expected a rejection, got 7",
    );
  });
});
