import { describe, expect, test } from "vitest";
import { decideAccess } from "../../src/access/decide.ts";
import { isMethod, type KnownApis, normalizeAccess } from "../../src/access/normalize.ts";

const apis: KnownApis = new Map([
  ["orders", { methods: new Set(["GET", "POST"]) }],
  ["invoices", { methods: new Set(["GET"]) }],
]);

function normalized(value: unknown, known: KnownApis = apis): Readonly<Record<string, unknown>> {
  return normalizeAccess(value, known, "access");
}

function parsed(json: string): unknown {
  return JSON.parse(json);
}

describe("normalizeAccess", () => {
  test.each(["none", "read", "full"])("CRT-06 CORE-47 %s for all is the level of each", (level) => {
    expect(normalized(level)).toStrictEqual({ orders: level, invoices: level });
  });

  test("a list for all is the list for each, also with methods that not every API has", () => {
    const levels = normalized(["GET", "PURGE"]);
    expect(levels).toStrictEqual({ orders: ["GET", "PURGE"], invoices: ["GET", "PURGE"] });
  });

  test("CORE-47 AP-5 an API that is added later has none", () => {
    const granted = normalizeAccess("full", apis, "access");
    const question = { api: "later", apiMethods: new Set(["GET"]), method: "GET", owner: {} };
    expect(decideAccess({ ...question, granted })).toBe(false);
    expect(decideAccess({ ...question, granted, api: "orders" })).toBe(true);
  });

  test("CRT-05 a level for some stays so: the others have none", () => {
    expect(normalized({ invoices: "read" })).toStrictEqual({ invoices: "read" });
    expect(normalized({})).toStrictEqual({});
  });

  test("a list is kept once each, in its order", () => {
    expect(normalized({ orders: ["POST", "GET", "POST"] })).toStrictEqual({
      orders: ["POST", "GET"],
    });
    expect(normalized({ orders: [] })).toStrictEqual({ orders: [] });
  });

  test("is a frozen copy: later changes of the caller's object have no effect", () => {
    const methods = ["GET"];
    const value: Record<string, unknown> = { orders: methods };
    const levels = normalized(value);
    methods.push("POST");
    value.invoices = "full";
    expect(levels).toStrictEqual({ orders: ["GET"] });
    expect(Object.isFrozen(levels)).toBe(true);
    expect(Object.isFrozen(levels.orders)).toBe(true);
    expect(Object.isFrozen(normalized("full"))).toBe(true);
  });

  test.each([undefined, null, 1, true, () => "full", Symbol("full")])(
    "%o is refused by its type",
    (value) => {
      expect(() => normalized(value)).toThrow(
        new TypeError("access must be a level or an object of levels by API"),
      );
    },
  );

  test.each([null, 1, true, {}, undefined])("a level %o is refused by its type", (level) => {
    expect(() => normalized({ orders: level })).toThrow(
      new TypeError('access.orders must be "none", "read", "full" or a list of methods'),
    );
  });

  test.each(["", "FULL", "write", "GET"])("a level %j is refused by its value", (level) => {
    expect(() => normalized({ orders: level })).toThrow(
      new RangeError(
        `access.orders must be "none", "read", "full" or a list of methods, not "${level}"`,
      ),
    );
    expect(() => normalized(level)).toThrow(
      new RangeError(`access must be "none", "read", "full" or a list of methods, not "${level}"`),
    );
  });

  test.each([1, null, undefined, ["GET"]])("a method %o is refused by its type", (method) => {
    expect(() => normalized({ orders: [method] })).toThrow(
      new TypeError("access.orders must hold methods as text"),
    );
    expect(() => normalized([method])).toThrow(new TypeError("access must hold methods as text"));
  });

  test.each(["DELETE", "get", "HEAD", ""])("an API without %j has no such method", (method) => {
    expect(() => normalized({ orders: ["GET", method] })).toThrow(
      new RangeError(`access.orders: there is no method "${method}"`),
    );
  });

  test.each(["", "GET POST", "GET\n", "GÉT"])("for all, %j is no method", (method) => {
    expect(() => normalized([method])).toThrow(RangeError);
    expect(() => normalized([method])).toThrow(/^access: there is no method "/);
  });

  test("an unknown API is refused by its name", () => {
    expect(() => normalized({ orders: "full", order: "full" })).toThrow(
      new RangeError('access: there is no API "order"'),
    );
  });

  test.each(["__proto__", "constructor", "toString"])("AP-3 %s is no API of itself", (name) => {
    expect(() => normalized(parsed(`{"${name}": "full"}`))).toThrow(
      new RangeError(`access: there is no API "${name}"`),
    );
  });

  test("AP-3 an API may be named __proto__ and is a property like any other", () => {
    const known: KnownApis = new Map([["__proto__", { methods: new Set(["GET"]) }]]);
    for (const value of ["read", parsed('{"__proto__": "read"}')]) {
      const levels = normalized(value, known);
      expect(Object.getOwnPropertyDescriptor(levels, "__proto__")?.value).toBe("read");
      expect(Object.getPrototypeOf(levels)).toBe(Object.prototype);
    }
  });

  test("inherited levels are passed over", () => {
    expect(normalized(Object.create({ orders: "full" }))).toStrictEqual({});
  });
});

describe("isMethod", () => {
  test.each(["GET", "M-SEARCH", "get", "x!#$%&'*+.^_`|~-9", "A".repeat(32)])(
    "%s is one",
    (text) => {
      expect(isMethod(text)).toBe(true);
    },
  );

  test.each([
    "",
    "A".repeat(33),
    "GET ",
    " GET",
    "GET\n",
    "\nGET",
    "A B",
    "G/T",
    "G:T",
    'G"T',
    "É",
  ])("%j is none", (text) => {
    expect(isMethod(text)).toBe(false);
  });
});
