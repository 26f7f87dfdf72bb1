import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkEntries,
  checkRanges,
  faultWords,
  listsOf,
  modeOf,
  networkOf,
  splitEntries,
} from "../../src/elements/network-entry.ts";
import { normalizeNetwork, normalizeRanges } from "../../src/network/validate.ts";

const zones = [
  { name: "office", ranges: ["192.0.2.0/24"], blocked: false },
  { name: "tor", ranges: ["198.51.100.1"], blocked: true },
];

/** Texts near to entries: what people type. */
const typed = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(140)).map(([a, n]) => `${a}/${n}`),
  fc.tuple(fc.ipV4(), fc.ipV4()).map(([a, b]) => `${a}-${b}`),
  fc.constantFrom("::ffff:10.0.0.1/104", "zone:office", "zone:", "zone:a/b", "-", "/", "10.0.0.0/"),
  fc.string(),
);

const isAccepted = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

describe("splitEntries", () => {
  test("splits at commas, semicolons, blanks and lines", () => {
    expect(splitEntries(" 10.0.0.1,10.0.0.2;\t10.0.0.3\r\n10.0.0.4 ")).toEqual([
      "10.0.0.1",
      "10.0.0.2",
      "10.0.0.3",
      "10.0.0.4",
    ]);
  });

  test("keeps a range that has blanks round its dash", () => {
    expect(splitEntries("10.0.0.1 - 10.0.0.9 2001:db8:: – 2001:db8::9")).toEqual([
      "10.0.0.1-10.0.0.9",
      "2001:db8::-2001:db8::9",
    ]);
  });

  test("does not join the lines of a list with dashes", () => {
    expect(splitEntries("10.0.0.1\n- 10.0.0.2")).toEqual(["10.0.0.1", "-", "10.0.0.2"]);
  });

  test("nothing is no entry", () => {
    expect(splitEntries(" ,;\n")).toEqual([]);
  });
});

describe("checkEntries", () => {
  test("gives what it understands in canonical form, once", () => {
    const { entries, faults } = checkEntries(
      "10.0.0.0-10.255.255.255, 10.0.0.0/8 zone:office",
      zones,
    );
    expect(entries).toEqual(["10.0.0.0/8", "zone:office"]);
    expect(faults).toEqual([]);
  });

  test("accepts each entry that the server accepts, and no other", () => {
    fc.assert(
      fc.property(typed, (text) => {
        for (const entry of splitEntries(text)) {
          const { entries, faults } = checkEntries(entry);
          const server = () => normalizeNetwork({ include: [entry] }, "network");
          expect(faults.length === 0).toBe(isAccepted(server));
          if (faults.length === 0) expect({ include: entries }).toEqual(server());
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["10.0.0.256", "fault_entry"],
    ["010.0.0.1", "fault_entry"],
    ["10.0.0.9-10.0.0.1", "fault_entry"],
    ["zone:a/b", "fault_zone_name"],
    ["zone:home", "fault_zone_unknown"],
    ["zone:tor", "fault_zone_blocked"],
  ])("of %s it says %s", (entry, fault) => {
    expect(checkEntries(entry, zones)).toEqual({ entries: [], faults: [{ entry, fault }] });
  });

  test("takes the name of any zone where the zones are not known", () => {
    expect(checkEntries("zone:home").faults).toEqual([]);
  });

  test.each([
    ["10.0.0.1/8", "10.0.0.0/8", "10.0.0.1"],
    ["2001:db8::1/32", "2001:db8::/32", "2001:db8::1"],
    ["2001:db8:0:1::/33", "2001:db8::/33", "2001:db8:0:1::"],
    ["::ffff:10.0.0.1/104", "10.0.0.0/8", "::ffff:10.0.0.1"],
    ["255.255.255.255/0", "0.0.0.0/0", "255.255.255.255"],
  ])("names the block that %s lies in", (entry, block, address) => {
    const { faults } = checkEntries(entry);
    expect(faults).toEqual([{ entry, fault: "fault_block_start", block, address }]);
    expect(checkEntries(`${block} ${address}`).faults).toEqual([]);
  });

  test.each(["10.0.0.1/33", "10.0.0.1/", "::1/129", "::ffff:10.0.0.1/95", "a/8"])(
    "names no block for %s",
    (entry) => {
      expect(checkEntries(entry).faults).toEqual([{ entry, fault: "fault_entry" }]);
    },
  );
});

describe("faultWords", () => {
  test("says what was typed and what is accepted", () => {
    const [fault] = checkEntries("10.0.0.1/8").faults;
    expect(fault && faultWords(fault, { locale: "en" })).toBe(
      "“10.0.0.1/8” does not begin where its block begins. Write 10.0.0.0/8 for the block, or 10.0.0.1 for the address alone.",
    );
  });
});

describe("checkRanges", () => {
  test("reads one range a line, skips empty lines, and numbers the faulty ones", () => {
    const text =
      "10.0.0.0/8\r\n\r\n 192.0.2.1 - 192.0.2.9 \nfoo\n10.0.0.1 10.0.0.2\n10.0.0.1/8\nzone:a";
    expect(checkRanges(text)).toEqual({
      ranges: ["10.0.0.0/8", "192.0.2.1-192.0.2.9"],
      faults: [
        { line: 4, entry: "foo", fault: "fault_range" },
        { line: 5, entry: "10.0.0.1 10.0.0.2", fault: "fault_range" },
        {
          line: 6,
          entry: "10.0.0.1/8",
          fault: "fault_block_start",
          block: "10.0.0.0/8",
          address: "10.0.0.1",
        },
        { line: 7, entry: "zone:a", fault: "fault_range" },
      ],
    });
  });

  test("gives what the server makes of the lines", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1 }), (lines) => {
        const { ranges, faults } = checkRanges(lines.join("\n"));
        const isServerHappy = isAccepted(() => normalizeRanges(lines, "ranges"));
        expect(faults.length === 0).toBe(isServerHappy);
        if (isServerHappy) expect(ranges).toEqual(normalizeRanges(lines, "ranges"));
      }),
    );
  });
});

describe("networkOf", () => {
  const entries = { include: ["10.0.0.0/8"], exclude: ["10.1.0.0/16"] };

  test("holds what is on its lists, and nothing of a list that is not in force", () => {
    expect(networkOf("both", entries)).toEqual(entries);
    expect(networkOf("exclude", entries)).toEqual({ exclude: ["10.1.0.0/16"] });
  });

  test("from anywhere is null", () => {
    expect(networkOf("any", entries)).toBeNull();
  });

  test.each(["include", "exclude", "both"] as const)(
    "has the lists of %s, and is of it",
    (mode) => {
      const network = networkOf(mode, entries);
      expect(Object.keys(network ?? {})).toEqual(listsOf(mode));
      expect(modeOf(network)).toBe(mode);
    },
  );

  test("a list that is empty yet is none that lets in everyone", () => {
    const network = networkOf("include", { include: [], exclude: [] });
    expect(network).toEqual({ include: [] });
    expect(modeOf(network)).toBe("include");
    expect(() => normalizeNetwork(network, "network")).toThrow(RangeError);
  });
});
