import { describe, expect, test } from "vitest";
import { checkRequest, checkRequestKey, checkResult } from "../../src/lifecycle/request-mark.ts";
import { memoryIdempotency } from "../../src/storage/memory/idempotency.ts";
import { sqlRepository } from "../../src/storage/sql/index.ts";
import { openSqlite } from "../fixtures/sqlite-file.ts";

const KEY = "0123456789abcdef".repeat(4);
const MARK = { fingerprint: KEY, until: 10 };

describe("a mark that a store takes", () => {
  test("has a key of 64 hexadecimal characters, a fingerprint, and a time to come", () => {
    expect(checkRequestKey(KEY.toUpperCase())).toBe(KEY.toUpperCase());
    expect(checkRequest(KEY, MARK, 9)).toEqual(MARK);
    expect(checkRequest(KEY, { fingerprint: "~".repeat(255), until: 1 }, 0).until).toBe(1);
  });

  test.each([
    [undefined, TypeError],
    ["", RangeError],
    [KEY.slice(1), RangeError],
    [`${KEY}0`, RangeError],
    [`${KEY.slice(1)}g`, RangeError],
    [`${KEY}\n`, RangeError],
  ])("is refused for the key %j", (key, type) => {
    expect(() => checkRequestKey(key)).toThrow(type);
    expect(() => checkRequest(key, MARK, 0)).toThrow(/^key must /);
  });

  test.each<[string, object | null, unknown, RegExp]>([
    ["no mark", null, 0, /^mark must be an object/],
    ["no fingerprint", { until: 10 }, 0, /^mark\.fingerprint must be a string/],
    ["an empty fingerprint", { ...MARK, fingerprint: "" }, 0, /^mark\.fingerprint must match/],
    ["a long one", { ...MARK, fingerprint: "a".repeat(256) }, 0, /^mark\.fingerprint must match/],
    ["one with a space", { ...MARK, fingerprint: "a " }, 0, /^mark\.fingerprint must match/],
    ["a time that is over", MARK, 10, /^mark\.until must be a whole number from 11 /],
    ["a time that is none", { ...MARK, until: Number.NaN }, 0, /^mark\.until must be/],
    ["a part of a millisecond", { ...MARK, until: 10.5 }, 0, /^mark\.until must be/],
    ["a time as text", { ...MARK, until: "10" }, 0, /^mark\.until must be a number/],
    ["a present that is none", MARK, Number.NaN, /^now must be/],
    ["no present", MARK, undefined, /^now must be a number/],
  ])("is refused for %s", (_, mark, now, message) => {
    // A cast for what the types refuse: hosts in JavaScript have none.
    expect(() => checkRequest(KEY, mark as never, now)).toThrow(message);
  });
});

describe("a result that a store takes", () => {
  test("has at most 64 KiB in UTF-8", () => {
    for (const result of ["", "a".repeat(65_536), "🗝".repeat(16_384)])
      expect(checkResult(result)).toBe(result);
    for (const result of ["a".repeat(65_537), `a${"🗝".repeat(16_384)}`, "ä".repeat(32_769)])
      expect(() => checkResult(result)).toThrow("result must be at most 65536 bytes");
  });

  test.each([
    [undefined, TypeError],
    [{}, TypeError],
    ["a\u0000b", RangeError],
    ["\ud83d", RangeError],
    ["\udddd\ud83d", RangeError],
  ])("is refused as %j", (result, type) => {
    expect(() => checkResult(result)).toThrow(type);
  });
});

test("every store refuses what is no mark, and begins nothing", async () => {
  await using db = openSqlite();
  // No tables: what reached the database would fail otherwise.
  for (const store of [memoryIdempotency({ max: 1 }), sqlRepository({ db })]) {
    const calls = [
      async () => store.beginRequest("a", MARK, 0),
      async () => store.beginRequest(KEY, MARK, 10),
      async () => store.finishRequest("a", ""),
      async () => store.finishRequest(KEY, "\u0000"),
      async () => store.forgetRequest("a"),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(RangeError);
  }
});
