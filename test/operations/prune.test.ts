import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Duration, SYSTEM } from "../../src/index.ts";
import { addDuration } from "../../src/lifecycle/duration.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

describe.each(REPOSITORIES)("prune, over $store", ({ open }) => {
  test("deletes events that are older than they are to be kept, to the millisecond", async () => {
    const world = createWorld({ repository: await open(), keepEvents: { days: 90 } });
    await world.issue();
    await world.tokens.jobs.deliver();
    world.clock.set(world.clock.now() + 90 * 86_400_000);
    expect(await world.tokens.jobs.prune()).toEqual({ pruned: 0 });
    world.clock.set(world.clock.now() + 1);
    await world.issue();
    expect(await world.tokens.jobs.prune()).toEqual({ pruned: 1 });
    expect(await world.trail()).toHaveLength(1);
    expect(await world.tokens.jobs.prune()).toEqual({ pruned: 0 });
  });

  test("leaves what waits to be delivered, and what was parked", async () => {
    const world = createWorld({ repository: await open(), keepEvents: { days: 1 } });
    await world.issue();
    world.notifier.failure = new Error("the mail server is down");
    await world.tokens.jobs.deliver();
    world.clock.pass({ days: 2 });
    expect(await world.tokens.jobs.prune()).toEqual({ pruned: 0 });
    world.notifier.failure = undefined;
    await world.tokens.jobs.deliver();
    expect(await world.tokens.jobs.prune()).toEqual({ pruned: 1 });
  });

  test("of more than a batch, and pages of the trail go on behind it", async () => {
    const world = createWorld({ repository: await open(), keepEvents: { days: 1 } });
    for (let count = 0; count < 1100; count++) await world.issue();
    world.clock.pass({ days: 2 });
    for (let count = 0; count < 3; count++) await world.issue();
    const page = await world.tokens.events({ account: "acme", actor: SYSTEM, limit: 2 });
    while ((await world.tokens.jobs.deliver()).delivered > 0);
    expect(await world.tokens.jobs.prune()).toEqual({ pruned: 1100 });
    const { cursor } = page;
    const rest = await world.tokens.events({ account: "acme", actor: SYSTEM, cursor });
    expect(rest.events).toHaveLength(1);
    await world.issue();
    expect(await world.trail()).toHaveLength(4);
  });

  test("a token whose whole trail is gone is not found when it is revoked again", async () => {
    const world = createWorld({ repository: await open(), keepEvents: { days: 1 } });
    const { token } = await world.issue();
    const revoked = { tokenId: token.id, actor: SYSTEM } as const;
    await world.tokens.revoke(revoked);
    await world.tokens.jobs.deliver();
    expect(await outcomeOf(world.tokens.revoke(revoked))).toBe("ok");
    world.clock.pass({ days: 2 });
    await world.tokens.jobs.prune();
    expect(await outcomeOf(world.tokens.revoke(revoked))).toBe("not_found");
  });
});

test("without keepEvents nothing is deleted, ever", async () => {
  const world = createWorld();
  await world.issue();
  await world.tokens.jobs.deliver();
  world.clock.pass({ years: 50 });
  expect(await world.tokens.jobs.prune()).toEqual({ pruned: 0 });
});

test("whatever the calendar, an event is kept for at least the time, and at most nine days longer", async () => {
  const keeps = fc.oneof(
    fc.integer({ min: 1, max: 30 }).map((months): Duration => ({ months })),
    fc.integer({ min: 1, max: 400 }).map((days): Duration => ({ days })),
  );
  await fc.assert(
    fc.asyncProperty(
      keeps,
      fc.integer({ min: 0, max: 60_000_000 }),
      fc.integer({ min: -10 * 86_400_000, max: 10 * 86_400_000 }),
      async (keepEvents, startMinutes, off) => {
        const world = createWorld({ keepEvents });
        const at = startMinutes * 60_000;
        world.clock.set(at);
        await world.issue();
        await world.tokens.jobs.deliver();
        const end = addDuration(at, keepEvents);
        world.clock.set(end + off);
        const { pruned } = await world.tokens.jobs.prune();
        if (off <= 0) expect(pruned).toBe(0);
        if (off > 9 * 86_400_000) expect(pruned).toBe(1);
      },
    ),
    { numRuns: 300 },
  );
});
