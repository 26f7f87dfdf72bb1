import { describe, expect, test } from "vitest";
import { memoryRepository, SYSTEM, singleFixed } from "../../src/index.ts";
import { ACCOUNT, ADA } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import {
  jitteredRepository,
  overtakenRepository,
  watchedRepository,
} from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

describe.each(REPOSITORIES)("OWN-02, CORE-26 sweep, over $store", ({ open }) => {
  test("deletes what has expired, each with its event, and nothing else", async () => {
    const world = createWorld({ repository: await open() });
    const expired = (await world.issue()).token;
    world.clock.pass({ days: 30 });
    const living = (await world.issue()).token;
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 1 });
    expect(await world.repository.findById(expired.id)).toBeUndefined();
    expect(await world.repository.findById(living.id)).toBeDefined();
    expect(await world.trail("token.expired")).toMatchObject([
      {
        ...{ tokenId: expired.id, owner: ADA, account: ACCOUNT, kind: "service", actor: "SYSTEM" },
        ...{ at: new Date(world.clock.now()), outcome: "done" },
        data: { name: "laptop", slot: null, expiredAt: expired.expiresAt?.getTime() },
      },
    ]);
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 0 });
  });

  test("to the millisecond", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue();
    world.clock.set((token.expiresAt?.getTime() ?? 0) - 1);
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 0 });
    world.clock.set(world.clock.now() + 1);
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 1 });
  });

  test("on three nodes at once deletes each once, with one event each", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    await Promise.all(Array.from({ length: 30 }, () => world.issue()));
    world.clock.pass({ days: 30 });
    const nodes = [world.tokens, world.node(), world.node()];
    const swept = await Promise.all(nodes.map((node) => node.jobs.sweep()));
    expect(swept.reduce((sum, { removed }) => sum + removed, 0)).toBe(30);
    const events = await world.trail("token.expired");
    expect(new Set(events.map(({ tokenId }) => tokenId)).size).toBe(30);
    expect(events).toHaveLength(30);
  });

  test("more than a batch", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 401; count++) await world.issue();
    world.clock.pass({ days: 30 });
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 401 });
  });

  test("beside issues over the same expired tokens: one event each, and the new ones live", async () => {
    const world = createWorld({
      repository: jitteredRepository(await open()),
      kinds: { personal: singleFixed({ prefix: "acme_pat" }) },
    });
    const owners = Array.from({ length: 10 }, (_, index) => `owner-${index}`);
    for (const owner of owners) world.directory.change(owner, {});
    const issueAll = () =>
      Promise.all(owners.map((owner) => world.issue({ kind: "personal", owner })));
    await issueAll();
    world.clock.pass({ days: 180 });
    const [issued] = await Promise.all([
      issueAll(),
      world.tokens.jobs.sweep(),
      world.node().jobs.sweep(),
    ]);
    for (const { secret } of issued) expect(await world.codeOf(secret)).toBe("ok");
    expect(await world.trail("token.expired")).toHaveLength(10);
  });

  test("spares a token that a use has kept alive since it was read", async () => {
    const repository = await open();
    const world = createWorld({ repository });
    const { secret, token } = await world.issue();
    world.clock.pass({ days: 29 });
    const other = world.node();
    await other.verify(secret, { api: "orders", method: "GET" });
    world.clock.pass({ days: 1 });
    const slow = world.node({
      repository: overtakenRepository(repository, "expiredBefore", () => other.close()),
    });
    expect(await slow.jobs.sweep()).toEqual({ removed: 0 });
    expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toMatchObject({
      id: token.id,
    });
    expect(await world.trail("token.expired")).toEqual([]);
  });
});

test("a store out of reach is unavailable, and the next pass does it", async () => {
  const watched = watchedRepository(memoryRepository());
  const world = createWorld({ repository: watched.repository });
  await world.issue();
  world.clock.pass({ days: 30 });
  watched.failing.add("commit");
  expect(await outcomeOf(world.tokens.jobs.sweep())).toBe("unavailable");
  watched.failing.clear();
  expect(await world.tokens.jobs.sweep()).toEqual({ removed: 1 });
});

test("a store that loses every race ends the pass", async () => {
  const repository = memoryRepository();
  const world = createWorld({ repository });
  for (let count = 0; count < 200; count++) await world.issue();
  world.clock.pass({ days: 30 });
  const beaten = world.node({
    repository: {
      ...repository,
      commit: async () => ({ ok: false, conflict: "missing", id: "x" }),
    },
  });
  expect(await beaten.jobs.sweep()).toEqual({ removed: 0 });
});
