import { describe, expect, test } from "vitest";
import {
  manyChoice,
  manySliding,
  primaryBackup,
  SYSTEM,
  singleFixed,
  type TokenKind,
} from "../../src/index.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

/** The thresholds that were announced, in order. */
async function announced(world: World): Promise<readonly unknown[]> {
  return (await world.trail("token.expiring")).map(({ data }) => data.threshold);
}

/** Lets days pass one by one, with a pass of the job on each. */
async function live(world: World, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    world.clock.pass({ days: 1 });
    await world.tokens.jobs.remind();
  }
}

describe.each(REPOSITORIES)("CORE-29, IND-21, IND-42 reminders, over $store", ({ open }) => {
  test("ASVS 6.4.5 30, 7 and 1 days before the expiry, one each", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue({ kind: "personal" });
    const expiresAt = token.expiresAt?.getTime() ?? 0;
    await live(world, 185);
    const events = await world.trail("token.expiring");
    expect(events.map(({ at, data }) => [(expiresAt - at.getTime()) / 86_400_000, data])).toEqual([
      [30, { name: "laptop", expiresAt, threshold: "30 days" }],
      [7, { name: "laptop", expiresAt, threshold: "7 days" }],
      [1, { name: "laptop", expiresAt, threshold: "1 day" }],
    ]);
    expect(events[0]).toMatchObject({ tokenId: token.id, owner: ADA, actor: "SYSTEM" });
  });

  test("to the millisecond, and once however often the job runs", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue({ kind: "personal" });
    const due = (token.expiresAt?.getTime() ?? 0) - 30 * 86_400_000;
    world.clock.set(due - 1);
    expect(await world.tokens.jobs.remind()).toEqual({ reminded: 0 });
    world.clock.set(due);
    expect(await world.tokens.jobs.remind()).toEqual({ reminded: 1 });
    expect(await world.tokens.jobs.remind()).toEqual({ reminded: 0 });
  });

  test("a pass that was missed is caught up by one reminder, not by two", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue({ kind: "personal" });
    world.clock.pass({ days: 175 });
    await world.tokens.jobs.remind();
    await live(world, 4);
    expect(await announced(world)).toEqual(["7 days", "1 day"]);
  });

  test("on three nodes at once one each", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    await Promise.all(Array.from({ length: 10 }, () => world.issue()));
    world.clock.pass({ days: 23 });
    const nodes = [world.tokens, world.node(), world.node()];
    const passes = await Promise.all(nodes.map((node) => node.jobs.remind()));
    expect(passes.reduce((sum, { reminded }) => sum + reminded, 0)).toBe(10);
    expect(await announced(world)).toHaveLength(10);
  });

  test("more than a batch", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 401; count++) await world.issue();
    world.clock.pass({ days: 23 });
    expect(await world.tokens.jobs.remind()).toEqual({ reminded: 401 });
  });

  test("a reminder changes nothing that a caller sees, and loses no change", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { token } = await world.issue();
    world.clock.pass({ days: 23 });
    await Promise.all([
      world.tokens.jobs.remind(),
      world.tokens.update({ tokenId: token.id, actor: SYSTEM, name: "renamed" }),
    ]);
    await world.tokens.jobs.remind();
    expect(await announced(world)).toEqual(["7 days"]);
    expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toEqual({
      ...token,
      ...{ name: "renamed", updatedAt: new Date(world.clock.now()) },
    });
  });
});

describe("a life that is moved is announced anew", () => {
  test("by a use: a sliding token is announced only while it is unused", async () => {
    const world = createWorld();
    const { secret } = await world.issue();
    await live(world, 25);
    expect(await announced(world)).toEqual(["7 days"]);
    await world.verify(secret);
    await live(world, 22);
    expect(await announced(world)).toEqual(["7 days"]);
    await live(world, 8);
    expect(await announced(world)).toEqual(["7 days", "7 days", "1 day"]);
  });

  test("by a regeneration", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "application", expiresIn: { months: 3 } });
    await live(world, 90);
    expect(await announced(world)).toEqual(["30 days", "7 days"]);
    await world.tokens.regenerate({ tokenId: token.id, actor: MANAGER, expiresIn: { months: 3 } });
    await live(world, 95);
    expect(await announced(world)).toEqual(["30 days", "7 days", "30 days", "7 days", "1 day"]);
  });

  test("by an update", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "application", expiresIn: { months: 3 } });
    await live(world, 65);
    await world.tokens.update({ tokenId: token.id, actor: MANAGER, expiresIn: { months: 3 } });
    await live(world, 63);
    expect(await announced(world)).toEqual(["30 days", "30 days"]);
  });
});

test("CORE-29 a life that is moved is announced anew also in a range that began before the last", async () => {
  const application = manyChoice({
    prefix: "acme_app",
    reminders: [{ days: 100 }, { days: 30 }],
  });
  const world = createWorld({ kinds: { application } });
  const { token } = await world.issue({ kind: "application", expiresIn: { months: 12 } });
  await live(world, 340);
  expect(await announced(world)).toEqual(["100 days", "30 days"]);
  await world.tokens.update({ tokenId: token.id, actor: MANAGER, expiresIn: { months: 3 } });
  await live(world, 1);
  expect(await announced(world)).toEqual(["100 days", "30 days", "100 days"]);
});

describe("none", () => {
  const lived = async (kind: TokenKind, prepare?: (world: World) => Promise<unknown>) => {
    const world = createWorld({ kinds: { direct: kind } });
    await world.issue({ kind: "direct" });
    await prepare?.(world);
    await live(world, 100);
    return announced(world);
  };

  test("for a token that was replaced: a backup is meant to end", async () => {
    const kind = primaryBackup({
      prefix: "acme_dir",
      confirmRotation: false,
      backupFor: { days: 40 },
    });
    const rotate = ({ tokens }: World) => tokens.rotate({ owner: ADA, kind: "direct", actor: ADA });
    expect(await lived(kind, rotate)).toEqual([]);
  });

  test("for a request for a rotation", async () => {
    const reminders = [{ minutes: 30 }];
    const kind = primaryBackup({ prefix: "acme_dir", confirmWithin: { hours: 24 }, reminders });
    const world = createWorld({ kinds: { direct: kind } });
    await world.issue({ kind: "direct" });
    await world.tokens.rotate({ owner: ADA, kind: "direct", actor: ADA });
    world.clock.pass({ hours: 23, minutes: 45 });
    expect(await world.tokens.jobs.remind()).toEqual({ reminded: 0 });
  });

  test("where a kind wants none, or never ends", async () => {
    expect(
      await lived(
        singleFixed({
          prefix: "acme_dir",
          reminders: [],
          expiry: { type: "fixed", after: { days: 60 } },
        }),
      ),
    ).toEqual([]);
    expect(await lived(primaryBackup({ prefix: "acme_dir", confirmRotation: false }))).toEqual([]);
  });

  test("for a threshold as long as the whole life", async () => {
    const expiry = { type: "fixed", after: { days: 7 } } as const;
    expect(await lived(singleFixed({ prefix: "acme_dir", expiry }))).toEqual(["1 day"]);
    const sliding = { type: "sliding", unusedFor: { days: 30 } } as const;
    expect(await lived(manySliding({ prefix: "acme_dir", expiry: sliding }))).toEqual([
      "7 days",
      "1 day",
    ]);
  });

  test("for a kind that is no longer configured", async () => {
    const world = createWorld();
    await world.issue();
    world.clock.pass({ days: 25 });
    const later = world.node({ kinds: { personal: singleFixed({ prefix: "acme_pat" }) } });
    expect(await later.jobs.remind()).toEqual({ reminded: 0 });
  });
});

test("own thresholds, in whatever order and units", async () => {
  const kind = singleFixed({
    prefix: "acme_dir",
    reminders: [{ days: 2 }, { months: 1 }, { weeks: 1 }],
  });
  const world = createWorld({ kinds: { direct: kind } });
  await world.issue({ kind: "direct" });
  await live(world, 180);
  expect(await announced(world)).toEqual(["1 month", "1 week", "2 days"]);
});
