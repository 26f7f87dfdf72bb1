import { describe, expect, test } from "vitest";
import { type Network, SYSTEM } from "../../src/index.ts";
import { ACCOUNT } from "../support/directory.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";
import { isQuick } from "./quick.ts";

/** How a rule comes to a token: when it is made, later, or by a zone. */
const WAYS: readonly {
  readonly way: string;
  readonly restrict: (world: World, network: Network) => Promise<string>;
}[] = [
  {
    way: "issue",
    restrict: async (world, network) => (await world.issue({ network })).secret.reveal(),
  },
  {
    way: "update",
    async restrict(world, network) {
      const { secret, token } = await world.issue();
      await world.tokens.update({ tokenId: token.id, actor: SYSTEM, network });
      return secret.reveal();
    },
  },
  {
    way: "a zone",
    async restrict(world, network) {
      const zoned = Object.entries(network).map(async ([list, ranges]: [string, string[]]) => {
        await world.tokens.zones.put({ account: ACCOUNT, name: list, ranges, actor: SYSTEM });
        return [list, [`zone:${list}`]] as const;
      });
      const { secret } = await world.issue({
        network: Object.fromEntries(await Promise.all(zoned)),
      });
      return secret.reveal();
    },
  },
];

/** T-01, IP-04, IP-06: forms that some parser takes for an address of 10.0.0.0/8, and others do not. */
const NO_ADDRESSES = [
  ...["", " ", "10", "10.1", "10.1.2", "10.1.2.3.", ".10.1.2.3", "10..2.3", "10.1.2.3.4"],
  ...["010.1.2.3", "10.01.2.3", "10.1.2.003", "012.1.2.3", "0x0a.1.2.3", "0xa010203", "167838211"],
  ...["10.1.2.256", "10.1.2.-3", "+10.1.2.3", "10.1.2.3e0", "1e1.1.2.3", "10,1,2,3", "10.1.2.3/8"],
  ...[
    "10.1.2.3 ",
    " 10.1.2.3",
    "10.1.2.3\n",
    "10.1.2.3\u0000",
    "10.1.2.3\u0000.example",
    "\ufeff10.1.2.3",
  ],
  ...["１０.1.2.3", "10．1．2．3", "10。1。2。3", "١٠.1.2.3", "10.1.2.3:80", "10.1.2.3, 192.0.2.1"],
  ...["localhost", "10.1.2.3.example", "unknown", "_hidden", "null", "__proto__"],
  ...["[::1]", "[::ffff:10.1.2.3]", "::ffff:010.1.2.3", "::ffff:10.1.2", "::ffff:0a01:0203:"],
  ...[
    "fe80::1%eth0",
    "::ffff:10.1.2.3%eth0",
    "::1%0",
    ":::",
    "1::2::3",
    "12345::",
    "::g",
    "1:2:3:4:5:6:7",
  ],
  ...["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "::ffff:10.1.2.3:80", "::10.1.2.3.4", ":10.1.2.3"],
  "0".repeat(1024 * 1024),
  "10.1.2.3".padEnd(10 * 1024 * 1024, " "),
];

/** What is no entry: IP-04, and what a file, a firewall or a person may hold instead of one. */
const NO_ENTRIES = [
  ...[
    "",
    " ",
    "*",
    "10.*.*.*",
    "10.0.0.0/",
    "/8",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/8 ",
  ],
  ...[
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10/8",
    "010.0.0.0/8",
    "0/0",
    "::/129",
    "::/-1",
    "::/0x0",
  ],
  ...[
    "10.0.0.9-10.0.0.1",
    "10.0.0.0-2001:db8::1",
    "10.0.0.0-",
    "-10.0.0.0",
    "10.0.0.0-10.0.0.1-10.0.0.2",
  ],
  ...["fe80::1%eth0", "fe80::%eth0/64", "[::1]", "localhost", "10.0.0.0,10.0.0.1", "!10.0.0.0/8"],
  ...[
    "::ffff:10.0.0.0/95",
    "ANYWHERE",
    "__proto__",
    "zone:",
    "zone:a b",
    "zone:\u0000",
    "ZONE:home",
  ],
];

describe.each(WAYS)("by $way", ({ way, restrict }) => {
  // Wanted: whether the address is in the ranges.
  test.each([
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:a01:203", true],
    ["10.0.0.0/8", "0:0:0:0:0:FFFF:0A01:0203", true],
    ["10.0.0.0/8", "::10.1.2.3", false],
    ["10.0.0.0/8", "64:ff9b::a01:203", false],
    ["10.0.0.0/8", "64:ff9b::10.1.2.3", false],
    ["10.0.0.0/8", "2002:a01:203::1", false],
    ["10.0.0.0/8", "::ffff:0:a01:203", false],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["0.0.0.0/0", "::ffff:192.0.2.1", true],
    ["::/0", "1.2.3.4", false],
    ["::/0", "::ffff:1.2.3.4", false],
    ["::/0", "::1.2.3.4", true],
    ["10.0.0.0-10.0.0.9", "10.0.0.9", true],
    ["10.0.0.0-10.0.0.9", "10.0.0.10", false],
    ["10.0.0.0-10.0.0.9", "::ffff:10.0.0.9", true],
    ["2001:db8::-2001:db8::f", "2001:DB8::F", true],
  ])("TV-07 IP-02 %s and %s: %s", async (range, address, isIn) => {
    const world = createWorld();
    const included = await restrict(world, { include: [range] });
    expect(await world.codeOf(included, { address })).toBe(isIn ? "ok" : "network_denied");
    const excluded = await restrict(world, { exclude: [range] });
    expect(await world.codeOf(excluded, { address })).toBe(isIn ? "network_denied" : "ok");
    await world.tokens.close();
  });

  test("T-01 T-03 IP-06 what is no address is refused by either list, and at once", async () => {
    const world = createWorld();
    const secrets = [
      await restrict(world, { include: ["10.0.0.0/8"] }),
      await restrict(world, { exclude: ["192.0.2.0/24"] }),
    ];
    for (const secret of secrets) {
      expect(await world.codeOf(secret)).toBe("network_denied");
      for (const address of NO_ADDRESSES) {
        let code = "";
        const wasQuick = await isQuick(async () => {
          code = await world.codeOf(secret, { address });
        });
        expect({ address, code, wasQuick }).toEqual({
          ...{ address, code: "network_denied", wasQuick: true },
        });
      }
      expect(await world.codeOf(secret, { address: "10.1.2.3" })).toBe("ok");
    }
    await world.tokens.close();
  });

  test("IP-04 what is no entry is refused, and nothing is stored", async () => {
    const world = createWorld();
    for (const entry of NO_ENTRIES) {
      const before = (await world.trail()).length;
      const rule = restrict(world, { include: ["10.0.0.0/8", entry] });
      expect(`${entry}: ${await outcomeOf(rule)}`).toBe(`${entry}: invalid_input`);
      // To update a token, it is issued first.
      expect((await world.trail()).length - before).toBe(way === "update" ? 1 : 0);
    }
    await world.tokens.close();
  });
});

test("T-17 CORE-53 a rule on a zone that is gone refuses, in either list", async () => {
  const world = createWorld();
  const { repository, tokens } = world;
  await tokens.zones.put({ account: ACCOUNT, name: "home", ranges: ["10.0.0.0/8"], actor: SYSTEM });
  const included = await world.issue({ network: { include: ["192.0.2.1", "zone:home"] } });
  const excluded = await world.issue({ network: { exclude: ["zone:home"] } });
  const { revision } = await repository.zones(ACCOUNT);
  await repository.commit({ zones: { account: ACCOUNT, revision, zones: [] }, events: [] });
  for (const { secret } of [included, excluded]) {
    for (const address of ["10.1.2.3", "192.0.2.1", "2001:db8::1"]) {
      expect(await world.codeOf(secret, { address })).toBe("network_denied");
    }
  }
  await tokens.close();
});

test("CORE-54 a blocked zone is refused to every token, in every way to write its addresses", async () => {
  const world = createWorld();
  const { secret } = await world.issue();
  await world.tokens.zones.put({
    account: ACCOUNT,
    name: "bad",
    ranges: ["10.0.0.0/8"],
    blocked: true,
    actor: SYSTEM,
  });
  const blocked = [
    "10.1.2.3",
    "::ffff:10.1.2.3",
    "::FFFF:A01:203",
    "010.1.2.3",
    "10.1.2.3 ",
    undefined,
  ];
  for (const address of blocked) {
    expect(await world.codeOf(secret, { address })).toBe("network_denied");
  }
  expect(await world.codeOf(secret, { address: "192.0.2.1" })).toBe("ok");
  await world.tokens.close();
});
