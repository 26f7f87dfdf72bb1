import fc from "fast-check";
import { expect, test } from "vitest";
import { keysOf, payloadsOf } from "../../../src/storage/sql/postgres-bus-payloads.ts";

test("keys come out of their payloads as they went in, and no payload has 8,000 bytes", () => {
  const key = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .tuple(fc.string({ unit: "binary", maxLength: 10 }), fc.nat(40))
      .map(([text, times]) => text.repeat(times)),
    fc.constantFrom("*", "", "\u0000", "\ud800", `"\\'`),
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
      const payloads = payloadsOf(keys);
      expect(payloads.flatMap(keysOf)).toEqual(keys);
      for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8000);
    }),
  );
});

test("keys are packed as tightly as they fit", () => {
  // With its quotes and comma each takes 40 bytes: 199 of them, less a comma, and the brackets.
  const keys = Array.from({ length: 400 }, (_, index) => `token:${index}`.padEnd(37, "x"));
  expect(payloadsOf(keys).map((payload) => payload.length)).toEqual([7961, 7961, 81]);
});

test("a payload is as long as it may be, and a key that fits into none says that all is to be dropped", () => {
  const longest = "x".repeat(7999 - 4);
  expect(payloadsOf([longest]).map((payload) => payload.length)).toEqual([7999]);
  expect(payloadsOf([`${longest}x`]).flatMap(keysOf)).toEqual(["*"]);
  // As many characters as fit, in more bytes than do.
  expect(payloadsOf(["ä".repeat(2000)]).flatMap(keysOf)).toEqual(["*"]);
});

test("no keys are no payload", () => {
  expect(payloadsOf([])).toEqual([]);
});

test.each([undefined, "", "token:1", "{}", "null", '["token:1", 2]', '[["token:1"]]', "[", "1"])(
  "a payload that is none of ours says that all is to be dropped: %s",
  (payload) => {
    expect(keysOf(payload)).toEqual(["*"]);
  },
);
