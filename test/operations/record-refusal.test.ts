import { describe, expect, test } from "vitest";
import { memoryRepository } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

const HOME = { address: "203.0.113.7" };

/** The events of refused calls, once what runs in the background is done. */
async function refusals(world: World, type: "network.refused" | "owner.refused") {
  await world.tokens.close();
  return world.trail(type);
}

describe("ASVS 16.3.2 the use of a token whose owner may make no call now", () => {
  test.each([
    ["owner_inactive", { active: false }],
    ["owner_inactive", { account: "globex" }],
    ["api_access_disabled", { apiAccess: false }],
  ])("is recorded as %s with %o", async (reason, facts) => {
    const world = createWorld({ cache: { owner: false } });
    const { secret, token } = await world.issue();
    world.directory.change(ADA, facts);
    expect(await world.codeOf(secret, HOME)).toBe(reason);
    expect(await refusals(world, "owner.refused")).toMatchObject([
      {
        ...{ tokenId: token.id, owner: ADA, actor: ADA, outcome: "refused" },
        data: { name: "laptop", reason, api: "orders", ...HOME },
      },
    ]);
  });

  test("once in ten minutes, and nobody is sent a mail for it", async () => {
    const world = createWorld({ cache: { owner: false } });
    const { secret } = await world.issue();
    world.directory.remove(ADA);
    for (let minute = 0; minute < 25; minute++) {
      await world.codeOf(secret, HOME);
      world.clock.pass({ minutes: 1 });
    }
    expect(await refusals(world, "owner.refused")).toHaveLength(3);
    await world.tokens.jobs.deliver();
    expect(world.notifier.notices.map(({ type }) => type)).toEqual(["token.issued"]);
  });

  test("a store that cannot write it changes no verdict, and is told of", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository, cache: { owner: false } });
    const { secret } = await world.issue();
    world.directory.remove(ADA);
    watched.failing.add("commit");
    expect(await world.codeOf(secret)).toBe("owner_inactive");
    await world.tokens.close();
    expect(world.errors.map(({ code }) => code)).toEqual(["unavailable"]);
  });
});

describe("CORE-57 the use of a token from where it may not be", () => {
  test("is recorded every ten minutes, and its owner told once a day", async () => {
    const world = createWorld();
    const { secret } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    for (let tenth = 0; tenth < 6 * 25; tenth++) {
      await world.codeOf(secret, HOME);
      world.clock.pass({ minutes: 10 });
    }
    expect(await refusals(world, "network.refused")).toHaveLength(150);
    await world.tokens.jobs.deliver();
    const told = world.notifier.notices.filter(({ type }) => type === "network.refused");
    expect(told).toHaveLength(2);
  });

  test("an address that is long, or holds a secret, is not kept as it is", async () => {
    const world = createWorld();
    const { secret } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    const { secret: other } = await world.issue({ network: { include: ["10.0.0.0/8"] } });
    await world.codeOf(secret, { address: "1".repeat(65) });
    await world.codeOf(other, { address: other.reveal() });
    const events = await refusals(world, "network.refused");
    expect(events.map(({ data }) => data.address)).toEqual([null, "…"]);
  });
});
