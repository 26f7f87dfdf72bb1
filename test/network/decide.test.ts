import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Network, Zone } from "../../src/model.ts";
import {
  compileNetwork,
  compileZones,
  decideNetwork,
  type NetworkDecision,
  zoneNamesOf,
} from "../../src/network/decide.ts";

const office: Zone = { name: "office", ranges: ["192.0.2.0/24", "2001:db8::/32"], blocked: false };
const lab: Zone = { name: "lab", ranges: ["192.0.2.128/25"], blocked: false };
const bots: Zone = { name: "bots", ranges: ["203.0.113.0/24"], blocked: true };
const empty: Zone = { name: "empty", ranges: [], blocked: false };

const allowed: NetworkDecision = { allowed: true };

function decide(
  network: Network | null,
  address: string | undefined,
  zones: readonly Zone[] = [office, lab, empty],
): NetworkDecision {
  return decideNetwork(
    network && (compileNetwork(network) ?? expect.fail("network")),
    compileZones(zones) ?? expect.fail("zones"),
    address,
  );
}

function refused(
  reason: (NetworkDecision & { allowed: false })["reason"],
  zone?: string,
): NetworkDecision {
  return { allowed: false, reason, ...(zone !== undefined && { zone }) };
}

describe("decideNetwork", () => {
  test.each([undefined, "", "nonsense", "1.2.3.4"])(
    "OKT-33 without a rule and a blocked zone allows the address %j unseen",
    (address) => {
      expect(decide(null, address)).toEqual(allowed);
    },
  );

  test.each<[string, Network, string, NetworkDecision]>([
    ["an included block", { include: ["10.0.0.0/8"] }, "10.1.2.3", allowed],
    ["an included address", { include: ["10.0.0.1"] }, "10.0.0.1", allowed],
    ["an included range", { include: ["10.0.0.1-10.0.0.3"] }, "10.0.0.2", allowed],
    ["an included zone", { include: ["zone:office"] }, "192.0.2.1", allowed],
    ["an included zone, IPv6", { include: ["zone:office"] }, "2001:db8::1", allowed],
    ["one of several", { include: ["10.0.0.1", "zone:lab", "zone:office"] }, "192.0.2.1", allowed],
    [
      "none of several",
      { include: ["10.0.0.1", "zone:lab"] },
      "192.0.2.1",
      refused("not_included"),
    ],
    ["the empty zone", { include: ["zone:empty"] }, "192.0.2.1", refused("not_included")],
    ["outside a block", { include: ["10.0.0.0/8"] }, "11.0.0.0", refused("not_included")],
    ["excluded", { exclude: ["10.0.0.0/8"] }, "10.1.2.3", refused("excluded")],
    ["not excluded", { exclude: ["10.0.0.0/8"] }, "11.0.0.0", allowed],
    ["not excluded, include empty", { include: [], exclude: ["10.0.0.0/8"] }, "11.0.0.0", allowed],
    [
      "in an excluded zone",
      { exclude: ["zone:office"] },
      "192.0.2.1",
      refused("excluded", "office"),
    ],
    ["not in an excluded zone", { exclude: ["zone:office"] }, "10.0.0.1", allowed],
    [
      "in the second of two excluded zones",
      { exclude: ["zone:lab", "zone:office"] },
      "192.0.2.1",
      refused("excluded", "office"),
    ],
    [
      "DEC-16 a part of an included zone",
      { include: ["zone:office"], exclude: ["zone:lab"] },
      "192.0.2.200",
      refused("excluded", "lab"),
    ],
    [
      "DEC-16 the rest of an included zone",
      { include: ["zone:office"], exclude: ["zone:lab"] },
      "192.0.2.1",
      allowed,
    ],
    [
      "DEC-16 the same address in both",
      { include: ["10.0.0.1"], exclude: ["10.0.0.1"] },
      "10.0.0.1",
      refused("excluded"),
    ],
    ["IP-02 a mapped address", { include: ["10.0.0.0/8"] }, "::ffff:10.1.2.3", allowed],
    ["IP-02 mapped, excluded", { exclude: ["10.0.0.0/8"] }, "::ffff:a01:203", refused("excluded")],
    ["IP-05 IPv4 and ::/0", { include: ["::/0"] }, "10.0.0.1", refused("not_included")],
    ["IP-05 IPv6 and 0.0.0.0/0", { include: ["0.0.0.0/0"] }, "::1", refused("not_included")],
  ])("OKT-34 CORE-51 %s", (_name, network, address, expected) => {
    expect(decide(network, address)).toEqual(expected);
  });

  test.each([{ include: ["10.0.0.0/8"] }, { exclude: ["10.0.0.0/8"] }])(
    "IP-06 refuses a missing or unreadable address under %j",
    (network) => {
      expect(decide(network, undefined)).toEqual(refused("no_address"));
      for (const text of ["", "fe80::1%eth0", "011.1.1.1", "11.0.0.1 ", "[::1]", "unknown"]) {
        expect([text, decide(network, text)]).toEqual([text, refused("bad_address")]);
      }
    },
  );

  test.each<[Network, string]>([
    [{ include: ["zone:gone"] }, "192.0.2.1"],
    [{ include: ["192.0.2.1", "zone:gone"] }, "192.0.2.1"],
    [{ include: ["zone:office", "zone:gone"] }, "192.0.2.1"],
    [{ include: ["zone:gone", "zone:office"] }, "192.0.2.1"],
    [{ exclude: ["zone:gone"] }, "192.0.2.1"],
    [{ exclude: ["10.0.0.0/8", "zone:gone"] }, "192.0.2.1"],
    [{ include: ["192.0.2.1"], exclude: ["zone:gone"] }, "192.0.2.1"],
  ])("T-17 CORE-53 refuses %j, as the zone is unknown", (network, address) => {
    expect(decide(network, address)).toEqual(refused("unknown_zone", "gone"));
  });

  test("T-17 knows no zone by the name of a property", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(decide({ exclude: [`zone:${name}`] }, "192.0.2.1")).toEqual(
        refused("unknown_zone", name),
      );
    }
  });

  describe("CORE-54 a blocked zone", () => {
    test.each<[string, Network | null, string | undefined, NetworkDecision]>([
      ["refuses without a rule", null, "203.0.113.9", refused("blocked", "bots")],
      ["refuses a mapped address", null, "::ffff:203.0.113.9", refused("blocked", "bots")],
      ["allows another address", null, "192.0.2.1", allowed],
      ["needs an address", null, undefined, refused("no_address")],
      ["needs an address that parses", null, "203.0.113.09", refused("bad_address")],
      [
        "wins over include",
        { include: ["203.0.113.9"] },
        "203.0.113.9",
        refused("blocked", "bots"),
      ],
      [
        "comes before exclude",
        { exclude: ["0.0.0.0/0"] },
        "203.0.113.9",
        refused("blocked", "bots"),
      ],
      [
        "comes before an unknown zone",
        { exclude: ["zone:gone"] },
        "203.0.113.9",
        refused("blocked", "bots"),
      ],
      [
        "leaves the rule to decide on the rest",
        { include: ["10.0.0.1"] },
        "10.0.0.2",
        refused("not_included"),
      ],
    ])("%s", (_name, network, address, expected) => {
      expect(decide(network, address, [office, bots])).toEqual(expected);
    });

    test("is named when there are several, and one that is not blocked holds the address too", () => {
      const zones = [{ ...bots, name: "same", blocked: false }, { ...lab, blocked: true }, bots];
      expect(decide(null, "203.0.113.9", zones)).toEqual(refused("blocked", "bots"));
      expect(decide(null, "192.0.2.200", zones)).toEqual(refused("blocked", "lab"));
    });

    test("without ranges blocks nothing", () => {
      expect(decide(null, "192.0.2.1", [{ ...empty, blocked: true }])).toEqual(allowed);
    });
  });

  test("CORE-51 is (include empty or in any included) and in no excluded", () => {
    const entries = fc.uniqueArray(
      fc.constantFrom(
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.2-10.0.0.3",
        "zone:a",
        "zone:b",
        "10.0.0.0/30",
      ),
    );
    const zones: Zone[] = [
      { name: "a", ranges: ["10.0.0.0", "10.0.0.3"], blocked: false },
      { name: "b", ranges: ["10.0.0.1-10.0.0.2"], blocked: false },
    ];
    const members: Record<string, number[]> = {
      "10.0.0.1": [1],
      "10.0.0.2": [2],
      "10.0.0.2-10.0.0.3": [2, 3],
      "zone:a": [0, 3],
      "zone:b": [1, 2],
      "10.0.0.0/30": [0, 1, 2, 3],
    };
    fc.assert(
      fc.property(entries, entries, fc.nat(4), (include, exclude, host) => {
        fc.pre(include.length + exclude.length > 0);
        const isIn = (list: string[]): boolean =>
          list.some((entry) => members[entry]?.includes(host));
        const expected = (include.length === 0 || isIn(include)) && !isIn(exclude);
        expect(decide({ include, exclude }, `10.0.0.${host}`, zones).allowed).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("gives results that cannot be changed", () => {
    expect(Object.isFrozen(decide(null, "10.0.0.1"))).toBe(true);
    expect(Object.isFrozen(decide({ include: ["10.0.0.2"] }, "10.0.0.1"))).toBe(true);
  });
});

describe("compileNetwork", () => {
  test.each<Network>([
    { include: ["10.0.0.1/8"] },
    { include: ["10.0.0.1", ""] },
    { exclude: ["zone:a b"] },
    { include: ["10.0.0.1"], exclude: ["010.0.0.1"] },
    { include: ["10.0.0.1/8"], exclude: ["10.0.0.1"] },
  ])("CORE-53 does not understand %j", (network) => {
    expect(compileNetwork(network)).toBeUndefined();
  });

  test.each<Network>([{}, { include: [] }, { include: [], exclude: [] }])(
    "CORE-50 does not take %j for a rule that allows everything",
    (network) => {
      expect(compileNetwork(network)).toBeUndefined();
    },
  );

  test.each<unknown>([
    { include: "10.0.0.1" },
    { include: [1] },
    { include: [null], exclude: ["10.0.0.1"] },
    { include: { 0: "10.0.0.1" } },
    { include: 7, exclude: ["10.0.0.1"] },
  ])("does not understand what a store should never hold: %j", (stored) => {
    expect(compileNetwork(stored as Network)).toBeUndefined();
  });
});

describe("compileZones", () => {
  test("does not understand a range that is none, be the zone blocked or not", () => {
    for (const blocked of [true, false]) {
      expect(
        compileZones([office, { name: "x", ranges: ["10.0.0.1/8"], blocked }]),
      ).toBeUndefined();
      expect(compileZones([{ name: "x", ranges: ["zone:office"], blocked }])).toBeUndefined();
    }
  });

  test("does not choose between two zones of one name", () => {
    expect(compileZones([office, { ...lab, name: "office" }])).toBeUndefined();
  });

  test("does not understand what a store should never hold", () => {
    const zones = [
      { name: "x", ranges: "10.0.0.1", blocked: false },
      { name: "x", blocked: true },
    ];
    for (const zone of zones) {
      expect(compileZones([zone as unknown as Zone])).toBeUndefined();
    }
  });

  test("holds more ranges than a call may have arguments", () => {
    const zone = { name: "bots", ranges: new Array(200_000).fill("::1"), blocked: true };
    expect(decide(null, "::1", [zone])).toEqual(refused("blocked", "bots"));
  });
});

describe("zoneNamesOf", () => {
  test("OKT-37 lists each zone of both lists once", () => {
    const network = {
      include: ["10.0.0.1", "zone:b", "zone:a"],
      exclude: ["zone:c", "zone:a", "::1"],
    };
    expect(zoneNamesOf(network)).toEqual(["b", "a", "c"]);
  });

  test("lists none for a rule without zones, and for no rule", () => {
    expect(zoneNamesOf({ include: ["10.0.0.1"] })).toEqual([]);
    expect(zoneNamesOf(null)).toEqual([]);
  });
});
