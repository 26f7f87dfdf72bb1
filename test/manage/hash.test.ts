import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { hashOf } from "../../src/manage/hash.ts";

test("is SHA-256 of the value in JSON", () => {
  const expected = createHash("sha256").update('["a",{"b":[1,null],"c":true}]').digest("hex");
  expect(hashOf(["a", { b: [1, null], c: true }])).toBe(expected);
});

test("minds neither the order of members nor anything but it", () => {
  expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1 }));
  expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
  expect(hashOf(["a", "b"])).not.toBe(hashOf(["ab"]));
  // Half of a pair of surrogates has no bytes of its own in UTF-8.
  expect(hashOf("\ud800")).not.toBe(hashOf("\ufffd"));
});
