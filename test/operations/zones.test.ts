import { describe, expect, test } from "vitest";
import { type PutZoneRequest, SYSTEM } from "../../src/index.ts";
import { ACCOUNT, MANAGER, OTHER_ACCOUNT } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository } from "../support/repository-proxies.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

const OFFICE = { account: ACCOUNT, name: "office", ranges: ["10.0.0.0/8"], actor: MANAGER };

async function namesOf({ tokens }: World, account = ACCOUNT): Promise<readonly string[]> {
  return (await tokens.zones.list({ account, actor: SYSTEM })).map(({ name }) => name);
}

describe.each(REPOSITORIES)("OKT-40 zones, over $store", ({ open }) => {
  test("OKT-82 put makes and changes, list sorts by name, remove removes", async () => {
    const world = createWorld({ repository: await open() });
    const { zones } = world.tokens;
    const office = await zones.put({
      ...OFFICE,
      ranges: ["10.0.0.0/8", "::FFFF:10.0.0.0/104", "2001:DB8::1"],
    });
    expect(office).toEqual({
      name: "office",
      ranges: ["10.0.0.0/8", "2001:db8::1"],
      blocked: false,
    });
    const bad = await zones.put({ ...OFFICE, name: "Bad.zone-1_x", blocked: true });
    expect(await zones.list({ account: ACCOUNT, actor: MANAGER })).toEqual([bad, office]);
    const changed = await zones.put({ ...OFFICE, ranges: ["192.0.2.1-192.0.2.9"] });
    expect(await zones.list({ account: ACCOUNT, actor: MANAGER })).toEqual([bad, changed]);
    await zones.remove({ account: ACCOUNT, name: "Bad.zone-1_x", actor: MANAGER });
    expect(await namesOf(world)).toEqual(["office"]);
    expect(await namesOf(world, OTHER_ACCOUNT)).toEqual([]);
    expect((await world.trail()).map(({ type, data }) => [type, data])).toEqual([
      ["zone.changed", { zone: "office", ranges: 2, blocked: false }],
      ["zone.changed", { zone: "Bad.zone-1_x", ranges: 1, blocked: true }],
      ["zone.changed", { zone: "office", ranges: 1, blocked: false }],
      ["zone.removed", { zone: "Bad.zone-1_x" }],
    ]);
  });

  test("a put that replaces what was seen changes nothing else, and of many at once one is made", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { zones } = world.tokens;
    const put = (facts: Partial<PutZoneRequest>) => outcomeOf(zones.put({ ...OFFICE, ...facts }));
    const race = async (replaces: PutZoneRequest["replaces"], parts = [1, 2, 3, 4]) => {
      const puts = parts.map((part) => put({ ranges: [`10.${part}.0.0/16`], replaces }));
      return (await Promise.all(puts)).filter((outcome) => outcome !== "conflict");
    };
    const seen = async () => (await zones.list({ account: ACCOUNT, actor: MANAGER }))[0];
    expect(await race(null)).toEqual(["ok"]);
    const first = await seen();
    // Of other ranges: what is given the same again is still as it was seen.
    expect(await race(first, [5, 6, 7, 8])).toEqual(["ok"]);
    expect(await put({ replaces: null })).toBe("conflict");
    expect(await put({ replaces: first })).toBe("conflict");
    expect(await put({ name: "none", replaces: first })).toBe("conflict");
    const second = await seen();
    expect(await put({ replaces: { ...OFFICE, blocked: true } })).toBe("conflict");
    expect(await seen()).toEqual(second);
    expect(await put({ replaces: second, blocked: true })).toBe("ok");
    expect(await put({ replaces: second })).toBe("conflict");
  });

  test.each(["include", "exclude"])(
    "OKT-37, OKT-47 a zone in a token's %s is neither removed nor blocked",
    async (list) => {
      const world = createWorld({ repository: await open() });
      const { zones } = world.tokens;
      await zones.put(OFFICE);
      const { token } = await world.issue({ network: { [list]: ["zone:office"] } });
      const remove = () =>
        outcomeOf(zones.remove({ account: ACCOUNT, name: "office", actor: MANAGER }));
      const block = () => outcomeOf(zones.put({ ...OFFICE, blocked: true }));
      expect([await remove(), await block()]).toEqual(["zone_in_use", "zone_in_use"]);
      expect(await outcomeOf(zones.put({ ...OFFICE, ranges: ["192.0.2.1"] }))).toBe("ok");
      await world.tokens.update({ tokenId: token.id, actor: MANAGER, network: null });
      expect([await block(), await remove()]).toEqual(["ok", "ok"]);
    },
  );

  test("a zone that only dead tokens and another account's refer to can be removed", async () => {
    const world = createWorld({ repository: await open() });
    const { zones } = world.tokens;
    await zones.put(OFFICE);
    await zones.put({ ...OFFICE, account: OTHER_ACCOUNT, actor: SYSTEM });
    const network = { include: ["zone:office"] };
    await world.issue({ owner: "eve", network });
    const { token } = await world.issue({ network });
    await world.issue({ network });
    await world.tokens.revoke({ tokenId: token.id, actor: MANAGER });
    const remove = () =>
      outcomeOf(zones.remove({ account: ACCOUNT, name: "office", actor: MANAGER }));
    expect(await remove()).toBe("zone_in_use");
    world.clock.pass({ days: 30 });
    expect(await remove()).toBe("ok");
  });

  test("CORE-53 no token can be bound to a zone that is being removed or blocked", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { zones } = world.tokens;
    for (let round = 0; round < 10; round++) {
      await zones.put(OFFICE);
      const { token } = await world.issue();
      const network = { include: ["zone:office"] };
      const target = { tokenId: token.id, actor: MANAGER };
      const outcomes = await Promise.all([
        outcomeOf(world.tokens.update({ ...target, network })),
        outcomeOf(zones.remove({ account: ACCOUNT, name: "office", actor: MANAGER })),
      ]);
      const bound = (await world.tokens.get(target)).network !== null;
      const there = (await namesOf(world)).includes("office");
      expect(bound && !there).toBe(false);
      expect(outcomes).toEqual(bound ? ["ok", "zone_in_use"] : ["invalid_input", "ok"]);
      await world.tokens.revoke(target);
    }
  });

  test("parallel puts of several zones lose none", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const names = ["a", "b", "c", "d", "e"];
    await Promise.all(names.map((name) => world.tokens.zones.put({ ...OFFICE, name })));
    expect(await namesOf(world)).toEqual(names);
  });
});

describe("what is refused", () => {
  test.each<[string, Partial<PutZoneRequest>]>([
    ["no ranges", { ranges: [] }],
    ["IP-04 an octal range", { ranges: ["010.0.0.0/8"] }],
    ["IP-04 host bits beyond the prefix", { ranges: ["10.0.0.0/33"] }],
    ["a zone in a zone", { ranges: ["zone:lab"] }],
    ["OKT-43 too many ranges", { ranges: Array.from({ length: 5001 }, () => "10.0.0.1") }],
    ["an empty name", { name: "" }],
    ["a name with a blank", { name: "main office" }],
    ["a name that is too long", { name: "a".repeat(65) }],
    ["an empty account", { account: "" }],
  ])("put with %s", async (_name, request) => {
    const world = createWorld();
    const put = world.tokens.zones.put({ ...OFFICE, actor: SYSTEM, ...request });
    expect(await outcomeOf(put)).toBe("invalid_input");
    expect(await namesOf(world)).toEqual([]);
  });

  test.each([
    { name: 1 },
    { ranges: "10.0.0.1" },
    { ranges: [1] },
    { blocked: "yes" },
    { status: "INACTIVE" },
  ])("put with %o is the host's mistake", async (wrong) => {
    const request = { ...OFFICE, ...wrong } as unknown as PutZoneRequest;
    await expect(createWorld().tokens.zones.put(request)).rejects.toThrow(TypeError);
  });

  test("remove of a zone that there is not", async () => {
    const { zones } = createWorld().tokens;
    expect(
      await outcomeOf(zones.remove({ account: ACCOUNT, name: "nowhere", actor: MANAGER })),
    ).toBe("not_found");
  });

  test("a token bound to a blocked zone", async () => {
    const world = createWorld();
    await world.tokens.zones.put({ ...OFFICE, blocked: true });
    expect(await outcomeOf(world.issue({ network: { include: ["zone:office"] } }))).toBe(
      "invalid_input",
    );
  });

  test("AP-4 an account's 101st zone; a change of one of the hundred is none", async () => {
    const world = createWorld();
    for (let count = 1; count <= 100; count++)
      await world.tokens.zones.put({ ...OFFICE, name: `zone-${count}` });
    expect(await outcomeOf(world.tokens.zones.put(OFFICE))).toBe("limit_reached");
    expect(
      await outcomeOf(world.tokens.zones.put({ ...OFFICE, name: "zone-7", ranges: ["::1"] })),
    ).toBe("ok");
  });
});

test("a zone is frozen all through", async () => {
  const { zones } = createWorld().tokens;
  const zone = await zones.put(OFFICE);
  const [listed] = await zones.list({ account: ACCOUNT, actor: MANAGER });
  for (const part of [zone, zone.ranges, listed, listed?.ranges])
    expect(part).toSatisfy(Object.isFrozen);
});
