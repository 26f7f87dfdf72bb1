import { describe, expect, test } from "vitest";
import { memoryRepository, type Network, type Repository, SYSTEM } from "../../src/index.ts";
import { ACCOUNT, OTHER_ACCOUNT } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

async function worldWithZones(repository: Repository = memoryRepository()): Promise<World> {
  const world = createWorld({ repository });
  const zone = { account: ACCOUNT, actor: SYSTEM } as const;
  await world.tokens.zones.put({
    ...zone,
    name: "office",
    ranges: ["192.0.2.0/24", "2001:db8::/32"],
  });
  await world.tokens.zones.put({ ...zone, name: "lab", ranges: ["192.0.2.128/25"] });
  return world;
}

describe("OKT-35, ASVS 8.2.4 from where a token works", () => {
  test.each<[string, Network | null, string | undefined, string]>([
    ["no rule", null, "198.51.100.1", "ok"],
    ["no rule and no address", null, undefined, "ok"],
    ["no rule and what is no address", null, "nowhere", "ok"],
    ["included", { include: ["10.0.0.0/8"] }, "10.1.2.3", "ok"],
    ["not included", { include: ["10.0.0.0/8"] }, "11.0.0.1", "network_denied"],
    ["a range", { include: ["10.0.0.5-10.0.0.7"] }, "10.0.0.8", "network_denied"],
    ["excluded", { exclude: ["10.0.0.0/8"] }, "10.1.2.3", "network_denied"],
    ["not excluded", { exclude: ["10.0.0.0/8"] }, "11.0.0.1", "ok"],
    [
      "CORE-51 both",
      { include: ["10.0.0.0/8"], exclude: ["10.9.0.0/16"] },
      "10.9.0.1",
      "network_denied",
    ],
    ["in a zone", { include: ["zone:office"] }, "192.0.2.9", "ok"],
    ["in an IPv6 range of a zone", { include: ["zone:office"] }, "2001:db8::9", "ok"],
    ["not in a zone", { include: ["zone:office"] }, "192.0.3.9", "network_denied"],
    [
      "DEC-16 a zone without another",
      { include: ["zone:office"], exclude: ["zone:lab"] },
      "192.0.2.200",
      "network_denied",
    ],
    ["no address, include", { include: ["0.0.0.0/0"] }, undefined, "network_denied"],
    ["IP-06 no address, exclude only", { exclude: ["10.0.0.0/8"] }, undefined, "network_denied"],
    [
      "IP-06 an address that does not parse",
      { exclude: ["10.0.0.0/8"] },
      "010.0.0.1",
      "network_denied",
    ],
    ["an empty address", { exclude: ["10.0.0.0/8"] }, "", "network_denied"],
    ["TV-07 mapped IPv4", { include: ["10.0.0.0/8"] }, "::ffff:10.1.2.3", "ok"],
    ["TV-07 ::/0 is IPv6 only", { include: ["::/0"] }, "1.2.3.4", "network_denied"],
  ])("%s", async (_name, network, address, code) => {
    const world = await worldWithZones();
    const { secret } = await world.issue({ network });
    expect(await world.codeOf(secret, { address })).toBe(code);
  });

  test("CORE-58 a changed rule holds from the next call, and the secret stays", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue();
    const address = "10.0.0.1";
    expect(await world.codeOf(secret, { address })).toBe("ok");
    await world.tokens.update({
      tokenId: token.id,
      actor: SYSTEM,
      network: { exclude: [address] },
    });
    expect(await world.codeOf(secret, { address })).toBe("network_denied");
    await world.tokens.update({ tokenId: token.id, actor: SYSTEM, network: null });
    expect(await world.codeOf(secret, { address })).toBe("ok");
  });

  test("OKT-44 a changed zone holds from the next call", async () => {
    const world = await worldWithZones();
    const { secret } = await world.issue({ network: { include: ["zone:office"] } });
    expect(await world.codeOf(secret, { address: "192.0.2.1" })).toBe("ok");
    await world.tokens.zones.put({
      account: ACCOUNT,
      actor: SYSTEM,
      name: "office",
      ranges: ["10.0.0.0/8"],
    });
    expect(await world.codeOf(secret, { address: "192.0.2.1" })).toBe("network_denied");
    expect(await world.codeOf(secret, { address: "10.0.0.1" })).toBe("ok");
  });
});

describe("CORE-54, OKT-46 blocked zones", () => {
  test("refuse every token of the account, with and without a rule, and no other account's", async () => {
    const world = await worldWithZones();
    const free = await world.issue();
    const bound = await world.issue({ network: { include: ["198.51.100.0/24"] } });
    const foreign = await world.issue({ owner: "eve" });
    const block = { account: ACCOUNT, name: "bad", ranges: ["198.51.100.66"] };
    await world.tokens.zones.put({ ...block, blocked: true, actor: SYSTEM });
    const codes = async (address: string | undefined) =>
      Promise.all([free, bound, foreign].map(({ secret }) => world.codeOf(secret, { address })));
    expect(await codes("198.51.100.66")).toEqual(["network_denied", "network_denied", "ok"]);
    expect(await codes("198.51.100.67")).toEqual(["ok", "ok", "ok"]);
    expect(await codes(undefined)).toEqual(["network_denied", "network_denied", "ok"]);
    expect(await codes("nowhere")).toEqual(["network_denied", "network_denied", "ok"]);
    await world.tokens.zones.remove({ account: ACCOUNT, actor: SYSTEM, name: "bad" });
    expect(await codes("198.51.100.66")).toEqual(["ok", "ok", "ok"]);
  });

  test("a zone of the same name in another account is another zone", async () => {
    const world = await worldWithZones();
    const office = { account: OTHER_ACCOUNT, name: "office", ranges: ["203.0.113.0/24"] };
    await world.tokens.zones.put({ ...office, actor: SYSTEM });
    const { secret } = await world.issue({ network: { include: ["zone:office"] } });
    expect(await world.codeOf(secret, { address: "203.0.113.1" })).toBe("network_denied");
  });
});

describe("CORE-53 what a repository may do behind our back", () => {
  const vanished = async (network: Network) => {
    const repository = memoryRepository();
    const world = await worldWithZones(repository);
    const { secret } = await world.issue({ network });
    const { revision } = await repository.zones(ACCOUNT);
    await repository.commit({ zones: { account: ACCOUNT, revision, zones: [] }, events: [] });
    return world.codeOf(secret, { address: "198.51.100.1" });
  };

  test("T-17 an excluded zone that vanished refuses", async () => {
    expect(await vanished({ exclude: ["zone:office"] })).toBe("network_denied");
  });

  test("an included zone that vanished refuses, also beside a range that holds the address", async () => {
    expect(await vanished({ include: ["zone:office", "198.51.100.0/24"] })).toBe("network_denied");
  });

  test.each([
    ["an entry that cannot be read", { include: ["10.0.0.0/33"] }],
    ["a rule that restricts nothing", {}],
    ["a list that is none", { exclude: "10.0.0.0/8" }],
    ["an entry that is no text", { include: [10] }],
  ])("a stored rule with %s refuses", async (_name, network) => {
    const repository = memoryRepository();
    const world = createWorld({ repository });
    const { secret, token } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    const set = { network: network as unknown as Network };
    await repository.commit({ update: [{ id: token.id, set }], events: [] });
    expect(await world.codeOf(secret, { address: "10.0.0.1" })).toBe("network_denied");
  });

  test("a stored zone that cannot be read refuses the account's tokens", async () => {
    const repository = memoryRepository();
    const world = createWorld({ repository });
    const { secret } = await world.issue();
    const zones = [{ name: "office", ranges: ["10.0.0.256"], blocked: false }];
    await repository.commit({ zones: { account: ACCOUNT, revision: 0, zones }, events: [] });
    expect(await world.codeOf(secret, { address: "10.0.0.1" })).toBe("network_denied");
  });
});

describe("CORE-57, OKT-38 the record of a refusal", () => {
  test("says from where, on what and why, and is outcome refused", async () => {
    const world = await worldWithZones();
    const { secret, token } = await world.issue({ network: { exclude: ["zone:office"] } });
    await world.verify(secret, { address: "192.0.2.1" });
    await world.tokens.close();
    expect(await world.trail("network.refused")).toEqual([
      expect.objectContaining({
        ...{ owner: "ada", actor: "ada", tokenId: token.id, outcome: "refused" },
        data: {
          name: "laptop",
          reason: "excluded",
          api: "orders",
          address: "192.0.2.1",
          zone: "office",
        },
      }),
    ]);
  });

  test("is made once in ten minutes for each token", async () => {
    const world = createWorld();
    const one = await world.issue({ network: { include: ["10.0.0.1"] } });
    const two = await world.issue({ network: { include: ["10.0.0.1"] } });
    const refuse = async () => {
      for (const { secret } of [one, two, one]) await world.verify(secret, { address: "10.0.0.2" });
      await world.tokens.close();
      return (await world.trail("network.refused")).length;
    };
    expect(await refuse()).toBe(2);
    world.clock.set(world.clock.now() + 599_999);
    expect(await refuse()).toBe(2);
    world.clock.set(world.clock.now() + 1);
    expect(await refuse()).toBe(4);
  });

  test("holds no more of the request than is of use", async () => {
    const world = createWorld();
    const { secret } = await world.issue({ network: { include: ["10.0.0.1"] } });
    await world.verify(secret, { address: "9".repeat(65), api: "no such api" });
    await world.tokens.close();
    const [event] = await world.trail("network.refused");
    expect(event?.data).toEqual({
      name: "laptop",
      reason: "bad_address",
      api: null,
      address: null,
    });
  });
});
