import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileNetwork } from "../../src/network/decide.ts";
import { normalizeNetwork, normalizeRanges } from "../../src/network/validate.ts";

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
}

/** What is thrown, with its exact class. */
function thrownBy(call: () => unknown): { type: string; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      return { type: error.constructor.name, message: error.message };
    }
    throw error;
  }
  return expect.fail("nothing was thrown");
}

describe("normalizeNetwork", () => {
  test("null stays null", () => {
    expect(normalizeNetwork(null, "network")).toBeNull();
  });

  test.each([
    [{ include: ["10.0.0.0/8"] }, { include: ["10.0.0.0/8"] }],
    [{ exclude: ["zone:office"] }, { exclude: ["zone:office"] }],
    [{ include: [], exclude: ["::1"] }, { exclude: ["::1"] }],
    [{ include: ["::1"], exclude: undefined }, { include: ["::1"] }],
    [
      { include: ["2001:DB8::1/128"], exclude: ["::ffff:10.0.0.0/104"] },
      { include: ["2001:db8::1"], exclude: ["10.0.0.0/8"] },
    ],
    [
      { include: ["10.0.0.0/8", "zone:a", "10.0.0.0-10.255.255.255", "zone:a", "zone:A"] },
      { include: ["10.0.0.0/8", "zone:a", "zone:A"] },
    ],
  ])("CORE-55 makes %j canonical, each entry once", (given, expected) => {
    expect(normalizeNetwork(given, "network")).toEqual(expected);
  });

  test.each([
    [undefined, "network must be an object or null"],
    ["10.0.0.0/8", "network must be an object or null"],
    [7, "network must be an object or null"],
    [["10.0.0.0/8"], "network must be an object or null"],
    [() => null, "network must be an object or null"],
    [{ include: "10.0.0.0/8" }, "network.include must be an array of strings"],
    [{ include: null, exclude: ["::1"] }, "network.include must be an array of strings"],
    [{ exclude: { 0: "::1", length: 1 } }, "network.exclude must be an array of strings"],
    [{ include: ["::1", "::2", 3] }, "network.include[2] must be a string"],
    [{ exclude: [null] }, "network.exclude[0] must be a string"],
    [{ include: new Array(1) }, "network.include[0] must be a string"],
    [{ includes: ["::1"] }, 'network must have only include and exclude, not "includes"'],
    [
      JSON.parse('{ "include": ["::1"], "__proto__": { "exclude": [] } }'),
      'network must have only include and exclude, not "__proto__"',
    ],
    [
      { include: ["::1"], [Symbol("x")]: 1 },
      'network must have only include and exclude, not "Symbol(x)"',
    ],
  ])("throws a TypeError for %j", (given, message) => {
    expect(thrownBy(() => normalizeNetwork(given, "network"))).toEqual({
      type: "TypeError",
      message,
    });
  });

  test.each([
    [{}, "network must include or exclude something; null restricts nothing"],
    [{ include: [] }, "network must include or exclude something; null restricts nothing"],
    [
      { include: [], exclude: [] },
      "network must include or exclude something; null restricts nothing",
    ],
    [
      Object.create({ include: ["::1"] }),
      "network must include or exclude something; null restricts nothing",
    ],
    [
      { include: ["::1", "10.0.0.1/8"] },
      'network.include[1] must be an address, a CIDR block, a range a-b or zone:NAME, not "10.0.0.1/8"',
    ],
    [
      { exclude: ["zone:"] },
      'network.exclude[0] must be an address, a CIDR block, a range a-b or zone:NAME, not "zone:"',
    ],
  ])("OKT-14 CORE-50 throws a RangeError for %j", (given, message) => {
    expect(thrownBy(() => normalizeNetwork(given, "network"))).toEqual({
      type: "RangeError",
      message,
    });
  });

  test("AP-4 takes 1,000 entries in each list, and no more", () => {
    const given = { include: addresses(1_000), exclude: addresses(1_000) };
    expect(normalizeNetwork(given, "network")).toEqual(given);
    for (const tooLong of [addresses(1_001), new Array(2 ** 32 - 1)]) {
      expect(thrownBy(() => normalizeNetwork({ exclude: tooLong }, "network"))).toEqual({
        type: "RangeError",
        message: `network.exclude must hold at most 1000 entries, not ${tooLong.length}`,
      });
    }
  });

  test.each([
    ["a\nb", '"a\\nb"'],
    ['"\\', '"\\"\\\\"'],
    ["\u202e\u2028é\x7f\ud800", '"\\u202e\\u2028\\u00e9\\u007f\\ud800"'],
    ["x".repeat(64), '"…"'],
    [":".repeat(64), `"${":".repeat(64)}"`],
    [":".repeat(1 << 20), `"${":".repeat(64)}…"`],
  ])("names an offending entry in visible ASCII, cut to 64 characters", (entry, quoted) => {
    const { message } = thrownBy(() => normalizeNetwork({ include: [entry] }, "network"));
    expect(message.endsWith(`, not ${quoted}`)).toBe(true);
  });

  test("cuts the name of an unknown property too", () => {
    const { message } = thrownBy(() => normalizeNetwork({ ["-".repeat(100)]: 1 }, "network"));
    expect(message.endsWith(`, not "${"-".repeat(64)}…"`)).toBe(true);
  });

  test("copies: a later change of what was given changes nothing", () => {
    const include = ["::1"];
    const network = normalizeNetwork({ include }, "network");
    include.push("0.0.0.0/0");
    expect(network).toEqual({ include: ["::1"] });
  });

  test("gives what compileNetwork understands and what stays as it is, or throws", () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.tuple(fc.ipV4(), fc.nat(33)).map(([address, bits]) => `${address}/${bits}`),
      fc.tuple(fc.ipV4(), fc.ipV4()).map((pair) => pair.join("-")),
      fc.tuple(fc.ipV6(), fc.ipV6()).map((pair) => pair.join("-")),
      fc.constantFrom("zone:a", "::/0", "0.0.0.0/0", "2001:db8::/32"),
    );
    const lists = fc.array(texts, { maxLength: 3 });
    fc.assert(
      fc.property(lists, lists, (include, exclude) => {
        let network: ReturnType<typeof normalizeNetwork>;
        try {
          network = normalizeNetwork({ include, exclude }, "network");
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(network && compileNetwork(network)).toBeDefined();
        expect(normalizeNetwork(network, "network")).toEqual(network);
      }),
      { numRuns: 500 },
    );
  });

  test("throws nothing but TypeError and RangeError, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (value, list) => {
        for (const given of [value, { include: list }, { include: [list], exclude: value }]) {
          try {
            normalizeNetwork(given, "network");
          } catch (error) {
            expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
          }
        }
      }),
    );
  });
});

describe("normalizeRanges", () => {
  test("OKT-41 CORE-55 makes ranges canonical, each once", () => {
    const given = ["192.0.2.0-192.0.2.255", "192.0.2.0/24", "2001:DB8::/32", "10.0.0.1/32"];
    expect(normalizeRanges(given, "ranges")).toEqual(["192.0.2.0/24", "2001:db8::/32", "10.0.0.1"]);
  });

  test.each([
    [undefined, "TypeError", "ranges must be an array of strings"],
    [null, "TypeError", "ranges must be an array of strings"],
    ["10.0.0.1", "TypeError", "ranges must be an array of strings"],
    [["10.0.0.1", 2], "TypeError", "ranges[1] must be a string"],
    [[], "RangeError", "ranges must hold at least one range"],
    [
      ["zone:office"],
      "RangeError",
      'ranges[0] must be an address, a CIDR block or a range a-b, not "zone:office"',
    ],
  ])("OKT-42 OKT-43 refuses %j with a %s", (given, type, message) => {
    expect(thrownBy(() => normalizeRanges(given, "ranges"))).toEqual({ type, message });
  });

  test("AP-4 takes 5,000 ranges, and no more", () => {
    expect(normalizeRanges(addresses(5_000), "ranges")).toEqual(addresses(5_000));
    expect(thrownBy(() => normalizeRanges(addresses(5_001), "ranges"))).toEqual({
      type: "RangeError",
      message: "ranges must hold at most 5000 entries, not 5001",
    });
  });
});
