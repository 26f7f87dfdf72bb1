import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AccessQuestion, decideAccess, levelFor } from "../../src/access/decide.ts";
import type { Level, Owner } from "../../src/model.ts";

const standard = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

function allows(question: Partial<AccessQuestion>): boolean {
  return decideAccess({
    ...{ api: "orders", apiMethods: standard, method: "GET", owner: {}, granted: null },
    ...question,
  });
}

/** What a token of these levels may do as an owner who may do everything. */
function granted(level: Level, methods: readonly string[] = [...standard]): string[] {
  return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((method) =>
    allows({ method, apiMethods: new Set(methods), granted: { orders: level } }),
  );
}

const method: fc.Arbitrary<string> = fc.constantFrom("GET", "HEAD", "POST", "PUT", "OPTIONS");
const methods: fc.Arbitrary<string[]> = fc.uniqueArray(method);
const level: fc.Arbitrary<Level> = fc.oneof(
  fc.constantFrom<Level[]>("none", "read", "full"),
  methods,
);
const levels: fc.Arbitrary<Record<string, Level>> = fc.dictionary(
  fc.constantFrom("orders", "invoices"),
  level,
);

/** Owners with what their access says of the API "orders". */
const owners = fc.record(
  {
    methods,
    access: fc.oneof(
      level.map((one) => ({ all: one, live: one })),
      levels.map((each) => ({ all: each, live: each.orders })),
    ),
  },
  { requiredKeys: [] },
);

/** Whether a level holds a method, said another way. */
function holds(value: Level | undefined, needed: string): boolean {
  if (value === "full") return true;
  const list: readonly string[] = value === "read" ? ["GET"] : [value ?? []].flat();
  return list.includes(needed);
}

describe("decideAccess: the levels", () => {
  test("CORE-45 full is every method that the API has, read is GET, none is nothing", () => {
    expect(granted("full")).toStrictEqual(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    expect(granted("read")).toStrictEqual(["GET", "HEAD"]);
    expect(granted("none")).toStrictEqual([]);
  });

  test("CRT-07 over an API of GET and POST, full is GET and POST", () => {
    expect(granted("full", ["GET", "POST"])).toStrictEqual(["GET", "HEAD", "POST"]);
  });

  test("CORE-45 EDG-05 a list is what it holds, and no more than the API has", () => {
    expect(granted(["POST", "DELETE"])).toStrictEqual(["POST", "DELETE"]);
    expect(granted(["POST", "DELETE"], ["GET", "POST"])).toStrictEqual(["POST"]);
    expect(granted([])).toStrictEqual([]);
  });

  test("DEC-12 HEAD is GET, everywhere", () => {
    expect(granted(["GET"])).toStrictEqual(["GET", "HEAD"]);
    expect(granted(["HEAD"])).toStrictEqual([]);
    expect(allows({ method: "HEAD", apiMethods: new Set(["POST"]) })).toBe(false);
    expect(allows({ method: "HEAD", owner: { methods: ["GET"] } })).toBe(true);
    expect(allows({ method: "HEAD", owner: { methods: ["HEAD", "POST"] } })).toBe(false);
    expect(allows({ method: "HEAD", owner: { access: { orders: "read" } } })).toBe(true);
  });

  test("DEC-12 OPTIONS is denied unless the API has it", () => {
    expect(allows({ method: "OPTIONS" })).toBe(false);
    expect(allows({ method: "OPTIONS", apiMethods: new Set([...standard, "OPTIONS"]) })).toBe(true);
    expect(granted("read", ["GET", "OPTIONS"])).toStrictEqual(["GET", "HEAD"]);
    expect(granted("full", ["GET", "OPTIONS"])).toStrictEqual(["GET", "HEAD", "OPTIONS"]);
  });

  test.each(["TRACE", "CONNECT", "PURGE", "get", "Get", "head", " GET", "GET ", "", "constructor"])(
    "CORE-45 CORE-48 the unknown method %j is denied, whatever is granted",
    (method) => {
      expect(allows({ method })).toBe(false);
      expect(allows({ method, granted: { orders: [method] } })).toBe(false);
      expect(allows({ method, owner: { methods: [method], access: { orders: [method] } } })).toBe(
        false,
      );
    },
  );

  test("an unknown method that the API has is like any other", () => {
    const apiMethods = new Set(["PURGE"]);
    expect(allows({ method: "PURGE", apiMethods })).toBe(true);
    expect(allows({ method: "PURGE", apiMethods, granted: { orders: "read" } })).toBe(false);
    expect(allows({ method: "PURGE", apiMethods, granted: { orders: ["PURGE"] } })).toBe(true);
  });
});

describe("decideAccess: token, methods and live privileges together", () => {
  test("an owner of whom nothing is said may do everything", () => {
    for (const method of standard) expect(allows({ method })).toBe(true);
  });

  test("EDG-05 the owner's methods are a bound, and no methods are none", () => {
    expect(allows({ method: "POST", owner: { methods: ["GET", "POST"] } })).toBe(true);
    expect(allows({ method: "PUT", owner: { methods: ["GET", "POST"] } })).toBe(false);
    for (const method of standard) expect(allows({ method, owner: { methods: [] } })).toBe(false);
  });

  test("EDG-06 a method is needed and the privilege too", () => {
    const access = { orders: ["GET", "DELETE"] };
    const methods = ["GET", "POST"];
    expect(allows({ method: "GET", owner: { methods, access } })).toBe(true);
    expect(allows({ method: "POST", owner: { methods, access } })).toBe(false);
    expect(allows({ method: "DELETE", owner: { methods, access } })).toBe(false);
  });

  test("AP-5 an API that is not named has no level, on the token and at the owner", () => {
    expect(allows({ api: "invoices", granted: { orders: "full" } })).toBe(false);
    expect(allows({ api: "invoices", owner: { access: { orders: "full" } } })).toBe(false);
    expect(allows({ api: "invoices", owner: { access: "full" } })).toBe(true);
  });

  test("CORE-41 OKT-27 is exactly the least of what API, methods, privilege and token allow", () => {
    fc.assert(
      fc.property(method, methods, owners, fc.option(levels), (asked, having, known, granted) => {
        const needed = asked === "HEAD" ? "GET" : asked;
        const expected =
          having.includes(needed) &&
          (known.methods === undefined || known.methods.includes(needed)) &&
          (known.access === undefined || holds(known.access.live, needed)) &&
          (granted === null || holds(granted.orders, needed));
        const { methods: allowed, access } = known;
        const owner = {
          ...(allowed === undefined ? {} : { methods: allowed }),
          ...(access === undefined ? {} : { access: access.all }),
        };
        const apiMethods = new Set(having);
        expect(allows({ method: asked, apiMethods, owner, granted })).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("decideAccess: hostile data", () => {
  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "an API named %s has no level by its name",
    (api) => {
      expect(allows({ api, granted: {} })).toBe(false);
      expect(allows({ api, owner: { access: {} } })).toBe(false);
      const own = Object.fromEntries([[api, "full" as const]]);
      expect(allows({ api, granted: own, owner: { access: own } })).toBe(true);
    },
  );

  test("a level that is inherited is none", () => {
    expect(allows({ granted: Object.create({ orders: "full" }) })).toBe(false);
    expect(allows({ owner: { access: Object.create({ orders: "full" }) } })).toBe(false);
  });

  test.each([null, true, 1, "all", "FULL", "GET", {}, { GET: true }, () => true, Symbol("full")])(
    "%o from a directory is no level, no list of methods and no access",
    (value) => {
      // Casts, as the types forbid what a directory's untyped answer may hold.
      expect(allows({ owner: { methods: value } as never })).toBe(false);
      expect(allows({ owner: { access: value } as never })).toBe(false);
      expect(allows({ owner: { access: { orders: value } } as never })).toBe(false);
      expect(allows({ granted: { orders: value } as never })).toBe(false);
    },
  );

  test("what a directory leaves out by undefined is left out", () => {
    const owner = { methods: undefined, access: undefined } as unknown as Pick<Owner, "methods">;
    expect(allows({ owner })).toBe(true);
  });
});

describe("levelFor", () => {
  test("one level is that of every API", () => {
    expect(levelFor("read", "orders")).toBe("read");
    expect(levelFor(["POST"], "orders")).toStrictEqual(["POST"]);
  });

  test("a level by API is its own, or none", () => {
    expect(levelFor({ orders: "read" }, "orders")).toBe("read");
    expect(levelFor({ orders: "read" }, "invoices")).toBeUndefined();
    expect(levelFor(null as never, "orders")).toBeUndefined();
    expect(levelFor((() => "full") as never, "name")).toBeUndefined();
  });
});
