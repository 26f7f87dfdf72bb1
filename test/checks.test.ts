import { describe, expect, test } from "vitest";
import {
  checkFlag,
  checkKeys,
  checkList,
  checkMethods,
  checkObject,
  checkOneOf,
  checkText,
  checkWhole,
  plainCopy,
  quoted,
} from "../src/checks.ts";
import { generateSecret } from "../src/secret/generate.ts";

const path = "options.some[2].value";

function typeError(rest: string): TypeError {
  return new TypeError(`${path} ${rest}`);
}

function rangeError(rest: string): RangeError {
  return new RangeError(`${path} ${rest}`);
}

describe("quoted", () => {
  test("is the text as JSON", () => {
    expect(quoted('a "b"\n')).toBe('"a \\"b\\"\\n"');
    expect(quoted("")).toBe('""');
  });

  test("repeats no more than 64 characters", () => {
    expect(quoted("a b ".repeat(16))).toBe(`"${"a b ".repeat(16)}"`);
    expect(quoted(`${"a b ".repeat(16)}x`)).toBe(`"${"a b ".repeat(16)}…"`);
  });

  test("CORE-04 repeats no secret that was put in the wrong place", () => {
    expect(quoted(generateSecret("acme_pat"))).toBe('"acme_pat_…"');
    expect(quoted(`a ${"0".repeat(20)} b ${"Z".repeat(30)}`)).toBe('"a … b …"');
    // Not even the start of one that goes on beyond what is repeated.
    expect(quoted(`${"a b ".repeat(12)}${"s".repeat(38)}`)).toBe(`"${"a b ".repeat(12)}…"`);
    expect(quoted(`${"A1z".repeat(6)}b`)).toBe(`"${"A1z".repeat(6)}b"`);
    // Nor the start of one that goes on beyond what is looked at, however much before it is left out.
    const before = `${"0".repeat(30)} `.repeat(4);
    expect(quoted(before + "s".repeat(38))).toBe('"… … … … …"');
    expect(quoted("s".repeat(10_000_000))).toBe('"…"');
  });

  test("T-16 is visible ASCII, so that it cannot break a line of a log nor hide in it", () => {
    expect(quoted("a\u2028b\u202ec\u007fd\u0085é\ud83d\ude00")).toBe(
      String.raw`"a\u2028b\u202ec\u007fd\u0085\u00e9\ud83d\ude00"`,
    );
    const text = "\u0000\u001f ~\u00a0\uffff";
    expect(JSON.parse(quoted(text))).toBe(text);
  });
});

describe("plainCopy", () => {
  test("is a copy of all that is in a request, down to its lists", () => {
    const mark = Symbol("mark");
    const run = (): number => 1;
    const request = {
      name: "a",
      none: null,
      run,
      [mark]: { deep: 1 },
      network: { include: ["x"] },
    };
    const copy = plainCopy(request);
    expect(copy).toStrictEqual(request);
    expect(copy).not.toBe(request);
    expect(copy[mark]).not.toBe(request[mark]);
    expect(copy.network.include).not.toBe(request.network.include);
    expect(copy.run).toBe(run);
  });

  test.each([undefined, null, 1, "text", Symbol.iterator])("%o is its own copy", (value) => {
    expect(plainCopy(value)).toBe(value);
  });

  test("copies three levels under the request, and lets what is deeper be", () => {
    const request = { one: { two: { three: { four: { five: 1 } } } }, list: [[[[5]]]] };
    const copy = plainCopy(request);
    expect(copy).toStrictEqual(request);
    expect(copy.one.two.three).not.toBe(request.one.two.three);
    expect(copy.one.two.three.four).toBe(request.one.two.three.four);
    expect(copy.list[0]?.[0]).not.toBe(request.list[0]?.[0]);
    expect(copy.list[0]?.[0]?.[0]).toBe(request.list[0]?.[0]?.[0]);
  });

  test("a getter has its say once, and not when the copy is read", () => {
    let reads = 0;
    const request = {
      get name(): string {
        reads += 1;
        return `read ${reads}`;
      },
    };
    const copy = plainCopy(request);
    expect([copy.name, copy.name, reads]).toStrictEqual(["read 1", "read 1", 1]);
  });

  test("AP-3 a field named __proto__ stays a field, and nothing is inherited", () => {
    const copy = plainCopy(JSON.parse('{"__proto__": {"actor": "admin"}}'));
    expect(Object.keys(copy)).toStrictEqual(["__proto__"]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(plainCopy(Object.create({ actor: "admin" }))).toStrictEqual({});
  });

  test("what throws when it is read is no request", () => {
    const cause = new RangeError("boo");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = Object.defineProperty({}, "name", {
      enumerable: true,
      get: () => {
        throw cause;
      },
    });
    const refused = new TypeError("request cannot be read", { cause });
    expect(() => plainCopy({ network: getter })).toThrow(refused);
    expect(() => plainCopy(proxy)).toThrow("request cannot be read");
  });
});

describe("checkObject", () => {
  test.each([{}, { a: 1 }, new Map(), Object.create(null)])("takes %o", (value) => {
    expect(() => checkObject(value, path)).not.toThrow();
  });

  test.each([undefined, null, 1, "text", true, [], () => 1, Symbol("a")])("refuses %o", (value) => {
    expect(() => checkObject(value, path)).toThrow(typeError("must be an object"));
  });
});

describe("checkKeys", () => {
  const keys = new Set(["prefix", "slots"]);

  test("takes an object with some of the keys", () => {
    for (const value of [{}, { slots: 1 }, { slots: undefined, prefix: 2 }])
      expect(() => checkKeys(value, keys, path)).not.toThrow();
  });

  test.each(["prefx", "__proto__", "toString"])(
    "names the key %s and those that there are",
    (key) => {
      const value = JSON.parse(`{"slots": 1, "${key}": 1}`);
      expect(() => checkKeys(value, keys, path)).toThrow(
        new TypeError(`${path}: there is no "${key}"; known are prefix, slots`),
      );
    },
  );

  test("refuses what is no object", () => {
    expect(() => checkKeys(["slots"], keys, path)).toThrow(typeError("must be an object"));
  });
});

describe("checkOneOf", () => {
  const words = ["single", "pair"];

  test("gives back the word", () => {
    expect(checkOneOf("pair", words, path)).toBe("pair");
  });

  test.each(["", "Pair", "pairs", "toString"])("refuses %j by its value", (value) => {
    expect(() => checkOneOf(value, words, path)).toThrow(
      rangeError(`must be one of "single", "pair", not "${value}"`),
    );
  });

  test.each([undefined, null, 1, ["pair"], new String("pair")])(
    "refuses %o by its type",
    (value) => {
      expect(() => checkOneOf(value, words, path)).toThrow(
        typeError('must be one of "single", "pair"'),
      );
    },
  );
});

describe("checkList", () => {
  test("gives back the array, or an empty one", () => {
    expect(checkList([1, 2], path)).toStrictEqual([1, 2]);
    expect(checkList(undefined, path)).toStrictEqual([]);
  });

  test.each([null, "text", {}, new Set(), { length: 0 }])("refuses %o", (value) => {
    expect(() => checkList(value as never, path)).toThrow(typeError("must be an array"));
  });
});

describe("checkFlag", () => {
  test("is false when absent", () => {
    expect([true, false, undefined].map((value) => checkFlag(value, path))).toStrictEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([null, 0, 1, "true", {}])("refuses %o", (value) => {
    expect(() => checkFlag(value, path)).toThrow(typeError("must be true or false"));
  });
});

describe("checkWhole", () => {
  test("gives back the number, bounds included", () => {
    expect([1, 50, 100].map((value) => checkWhole(value, 1, 100, path))).toStrictEqual([
      1, 50, 100,
    ]);
  });

  test.each([0, 101, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => checkWhole(value, 1, 100, path)).toThrow(
      rangeError("must be a whole number from 1 to 100"),
    );
  });

  test.each([undefined, null, "50", 50n, [50], new Number(50)])(
    "refuses %o by its type",
    (value) => {
      expect(() => checkWhole(value, 1, 100, path)).toThrow(typeError("must be a number"));
    },
  );
});

describe("checkMethods", () => {
  class Store {
    read(): number {
      return 1;
    }
  }

  test.each<[string, unknown]>([
    ["an object", { read: () => 1, write: () => 2 }],
    ["methods of a class", Object.assign(new Store(), { write: () => 2 })],
    ["a function with methods", Object.assign(() => 0, { read: () => 1, write: () => 2 })],
  ])("takes %s", (_, value) => {
    expect(() => checkMethods(value, ["read", "write"], path)).not.toThrow();
  });

  test.each([undefined, null, 1, "text"])("refuses %o", (value) => {
    expect(() => checkMethods(value, [], path)).toThrow(typeError("must be an object"));
  });

  test.each<unknown>([{ read: () => 1 }, { read: () => 1, write: 1 }, new Store()])(
    "names the method that %o lacks",
    (value) => {
      expect(() => checkMethods(value, ["read", "write"], path)).toThrow(
        new TypeError(`${path}.write must be a function`),
      );
    },
  );
});

describe("checkText", () => {
  test.each(["a", " ", "é 👩‍💻 مرحبا 日本", "a".repeat(10), "\u00a0\u200b\u202f\u2065\u2070"])(
    "AP-4 takes %j",
    (value) => {
      expect(checkText(value, 20, path)).toBe(value);
    },
  );

  test("AP-4 counts up to the bound", () => {
    expect(checkText("a".repeat(20), 20, path)).toHaveLength(20);
    expect(() => checkText("a".repeat(21), 20, path)).toThrow(
      rangeError("must be at most 20 characters"),
    );
  });

  test("refuses nothing at all", () => {
    expect(() => checkText("", 20, path)).toThrow(rangeError("must not be empty"));
  });

  test.each([undefined, null, 1, ["a"], new String("a")])("refuses %o by its type", (value) => {
    expect(() => checkText(value, 20, path)).toThrow(typeError("must be a string"));
  });

  const unsafe = [
    ...["\u0000", "\t", "\n", "\r", "\u001f", "\u007f", "\u0080", "\u009f"],
    ...["\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069"],
    ...["\ud800", "\udbff", "\udc00", "\udfff"],
  ];
  test.each(unsafe.map((text) => [text.charCodeAt(0).toString(16), text]))(
    "CORE-08 T-16 refuses the character %s at any place",
    (_, text) => {
      for (const value of [text, `${text}ab`, `a${text}b`, `ab${text}`]) {
        expect(() => checkText(value, 20, path)).toThrow(
          rangeError("must not hold control characters"),
        );
      }
    },
  );
});
