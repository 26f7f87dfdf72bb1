import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Place, placeOf } from "../../../src/storage/redis/place.ts";

describe("where a budget is kept", () => {
  test.each([
    ["{acme}:account:orders", "p:{acme}:account:orders", "acme"],
    ["a{b}c{d}", "p:a{b}c{d}", "b"],
    ["{{a}}", "p:{{a}}", "{a"],
    ["a", "p:{:}a", ":"],
    ["", "p:{:}", ":"],
    ["a{b", "p:{:}a{b", ":"],
    ["a}b{", "p:{:}a}b{", ":"],
    ["{}a{b}", "p:{:}{}a{b}", ":"],
    ["{:}a", "p:{:}{:}a", ":"],
  ])("%s", (key, place, tag) => {
    expect(new Place("p:", key)).toMatchObject({ key: place, tag });
  });

  test("two keys are never kept in one place", () => {
    const key = fc.string({ unit: fc.constantFrom("{", "}", ":", "a"), maxLength: 6 });
    fc.assert(
      fc.property(key, key, (one, other) => {
        fc.pre(one !== other);
        expect(new Place("p:", one).key).not.toBe(new Place("p:", other).key);
      }),
    );
  });
});

describe("a bucket remembers its place", () => {
  const bucket = { key: "{acme}:a", limit: 1, windowMs: 1 };

  test("where there is room, and for the prefix that asked last", () => {
    const roomy = { ...bucket, memo: undefined };
    const place = placeOf("p:", roomy);
    expect(placeOf("p:", roomy)).toBe(place);
    expect(placeOf("q:", roomy).key).toBe("q:{acme}:a");
    expect(placeOf("p:", roomy).key).toBe("p:{acme}:a");
  });

  test("and nothing where there is none", () => {
    expect(placeOf("p:", bucket).key).toBe("p:{acme}:a");
    expect(Object.keys(bucket)).toEqual(["key", "limit", "windowMs"]);
  });

  test("what another store remembered is not taken for it", () => {
    const foreign = { ...bucket, memo: { prefix: "p:", key: "p:b", tag: "b" } };
    expect(placeOf("p:", foreign).key).toBe("p:{acme}:a");
  });
});
