import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { levelAllows } from "../../src/access/level.ts";
import type { Level } from "../../src/model.ts";
import { levelsAmong, levelsOf, parseScope, scopesOf } from "../../src/oauth/scope.ts";

describe("R6750-07 a list of scopes", () => {
  test.each<[string, readonly string[] | undefined]>([
    ["orders:read", ["orders:read"]],
    ["a b", ["a", "b"]],
    ["a a", ["a"]],
    ["", undefined],
    [" a", undefined],
    ["a ", undefined],
    ["a  b", undefined],
    ["a\tb", undefined],
    ['a"b', undefined],
    ["a\\b", undefined],
    ["é", undefined],
    ["x".repeat(5000), undefined],
  ])("%j", (text, expected) => {
    expect(parseScope(text)).toEqual(expected);
  });
});

describe("levels as scopes, and back", () => {
  test.each<[Record<string, Level>, string]>([
    [{ orders: "read" }, "orders:read"],
    [{ orders: "full", invoices: "read" }, "invoices:read orders:full"],
    [{ orders: ["GET", "PUT"] }, "orders:PUT orders:read"],
    [{ orders: "none" }, ""],
    [{ "my orders": "read" }, "my%20orders:read"],
    [{ "a:b": "full" }, "a%3Ab:full"],
    [{ 'q"\\ü': "read" }, "q%22%5C%C3%BC:read"],
    [{ orders: ["full", "read", "none"] }, ""],
  ])("%j: %s", (levels, text) => {
    expect(scopesOf(levels).join(" ")).toBe(text);
  });

  test.each<[string, Record<string, Level> | undefined]>([
    ["orders:read orders:full", { orders: "full" }],
    ["orders:read orders:PUT", { orders: ["GET", "PUT"] }],
    ["orders:read orders:GET", { orders: ["GET"] }],
    ["orders:HEAD", { orders: ["GET"] }],
    ["orders", undefined],
    [":read", undefined],
    ["orders:", undefined],
    ["orders:none", undefined],
    ["%6frders:read", undefined],
    ["a%20b:read", { "a b": "read" }],
    ["a%2:read", undefined],
    ["a%3ab:read", undefined],
    ["urn:x:read", undefined],
    ["openid", undefined],
  ])("%s", (text, levels) => {
    expect(levelsOf(text.split(" "))).toEqual(levels);
  });

  test("a scope of the host's own stands beside them", () => {
    expect(levelsAmong(["openid", "orders:read", "urn:x:y"])).toEqual({ orders: "read" });
  });

  const level = (): fc.Arbitrary<Level> =>
    fc.oneof(fc.constantFrom<Level>("none", "read", "full"), fc.subarray(["GET", "POST", "PUT"]));

  test("AP-5 whatever the APIs are called, what comes back opens just what went in", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(name, level(), { noNullPrototype: true }), (levels) => {
        const scopes = scopesOf(levels);
        const text = scopes.join(" ");
        if (text !== "") expect(parseScope(text)).toEqual(scopes);
        const back = levelsOf(scopes) ?? {};
        for (const [api, before] of Object.entries(levels))
          for (const method of ["GET", "POST", "PUT"])
            expect(levelAllows(back[api], method)).toBe(levelAllows(before, method));
      }),
    );
  });
});
