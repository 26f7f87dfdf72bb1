import { describe, expect, test } from "vitest";
import { createTokenry, memoryRepository, type Notice, SYSTEM } from "../../src/index.ts";
import { ACCOUNT, ADA, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository, watchedRepository } from "../support/repository-proxies.ts";
import { APIS, createWorld, KINDS, outcomeOf, PEPPERS } from "../support/world.ts";

const NOTHING = { delivered: 0, retried: 0, parked: 0 };

describe.each(REPOSITORIES)("CORE-71 deliver, over $store", ({ open }) => {
  test("OWN-08, ASVS 6.3.7 hands each event to the notifier once, oldest first, with its recipient", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue({ kind: "personal" });
    world.clock.pass({ minutes: 1 });
    await world.tokens.revoke({ tokenId: token.id, actor: MANAGER });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 2 });
    const events = await world.trail();
    const recipient = world.directory.find(ADA);
    expect(world.notifier.notices).toEqual(
      events.map((event) => ({ ...event, recipient, channel: "notifier", attempt: 1 })),
    );
    expect(events.map(({ type }) => type)).toEqual(["token.issued", "token.revoked"]);
    expect(await world.tokens.jobs.deliver()).toEqual(NOTHING);
  });

  test("EDG-09 the notice of a rotation has the code of its link, and no other notice has one", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue({ kind: "web" });
    await world.tokens.rotate({ owner: ADA, kind: "web", actor: ADA });
    await world.tokens.jobs.deliver();
    const [issued, requested] = world.notifier.notices;
    expect(issued).not.toHaveProperty("code");
    expect(requested?.code).toMatch(/^[0-9a-f-]{36}_[0-9a-f]{64}$/);
  });

  test("what fails is tried again after ever longer waits, and parked after twenty", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue();
    const failure = new Error("the mail server is down");
    world.notifier.failure = failure;
    for (let attempt = 1; attempt < 20; attempt++) {
      expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, retried: 1 });
      const waitMs = Math.min(5000 * 2 ** (attempt - 1), 3_600_000);
      world.clock.set(world.clock.now() + waitMs / 2 - 1);
      expect(await world.tokens.jobs.deliver()).toEqual(NOTHING);
      world.clock.set(world.clock.now() + waitMs / 2 + 1);
    }
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, parked: 1 });
    expect(world.errors.map(({ code, cause }) => [code, cause])).toEqual(
      Array.from({ length: 20 }, () => ["unavailable", failure]),
    );
    world.notifier.failure = undefined;
    world.clock.pass({ years: 1 });
    expect(await world.tokens.jobs.deliver()).toEqual(NOTHING);
    expect(await world.trail("token.issued")).toHaveLength(1);
  });

  test("what failed is delivered later under the same id, with the number of the try", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue();
    world.notifier.failure = new Error("the mail server is down");
    await world.tokens.jobs.deliver();
    world.notifier.failure = undefined;
    world.clock.pass({ seconds: 5 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    const [event] = await world.trail();
    expect(world.notifier.notices).toMatchObject([{ id: event?.id, attempt: 2 }]);
  });

  test("on three nodes at once each notice is handed over once", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    await Promise.all(Array.from({ length: 30 }, () => world.issue()));
    const nodes = [world.tokens, world.node(), world.node()];
    const passes = await Promise.all(nodes.map((node) => node.jobs.deliver()));
    expect(passes.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(30);
    expect(new Set(world.notifier.notices.map(({ id }) => id)).size).toBe(30);
    expect(world.notifier.notices).toHaveLength(30);
  });

  test("more than a batch", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 120; count++) await world.issue();
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 120 });
  });

  test("at least once: what a node had in hand when it died is another's after the lease", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue();
    const dying = world.node({ notifier: { deliver: () => new Promise<never>(() => undefined) } });
    void dying.jobs.deliver();
    await expect.poll(() => world.tokens.jobs.deliver()).toEqual(NOTHING);
    world.clock.set(world.clock.now() + 119_999);
    expect(await world.tokens.jobs.deliver()).toEqual(NOTHING);
    world.clock.set(world.clock.now() + 1);
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    expect(world.notifier.notices).toMatchObject([{ attempt: 2 }]);
  });

  test("a node that comes back after its lease settles nothing of another's", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue();
    let finish: (() => void) | undefined;
    const notifier = { deliver: () => new Promise<void>((resolve) => (finish = resolve)) };
    const slow = world.node({ notifier }).jobs.deliver();
    await expect.poll(() => finish).toBeDefined();
    world.clock.pass({ minutes: 2 });
    world.notifier.failure = new Error("the mail server is down");
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, retried: 1 });
    finish?.();
    expect(await slow).toEqual(NOTHING);
    world.notifier.failure = undefined;
    world.clock.pass({ seconds: 10 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
  });
});

describe("what is not delivered", () => {
  test("nothing without a notifier, also when there is one later", async () => {
    const repository = memoryRepository();
    const { directory } = createWorld();
    const silent = createTokenry({
      kinds: KINDS,
      apis: APIS,
      peppers: PEPPERS,
      directory,
      repository,
    });
    await silent.issue({ kind: "personal", owner: ADA, actor: SYSTEM, name: "laptop" });
    expect(await silent.jobs.deliver()).toEqual(NOTHING);
    const later = createWorld({ repository });
    expect(await later.tokens.jobs.deliver()).toEqual(NOTHING);
    expect(await later.trail("token.issued")).toHaveLength(1);
  });

  test("CORE-71 a failing notifier undoes and fails no operation", async () => {
    const world = createWorld();
    world.notifier.failure = new Error("the mail server is down");
    const { secret } = await world.issue();
    await world.tokens.jobs.deliver();
    expect(await world.codeOf(secret)).toBe("ok");
  });
});

describe("the recipient", () => {
  test("is the owner as of now", async () => {
    const world = createWorld();
    await world.issue();
    world.directory.change(ADA, { email: "ada@new.example" });
    await world.tokens.jobs.deliver();
    expect(world.notifier.notices).toMatchObject([{ recipient: { email: "ada@new.example" } }]);
  });

  test("is none when the directory no longer knows the owner, and none for an account's zones", async () => {
    const world = createWorld();
    await world.issue();
    await world.tokens.zones.put({
      account: ACCOUNT,
      name: "office",
      ranges: ["::1"],
      actor: MANAGER,
    });
    world.directory.remove(ADA);
    await world.tokens.jobs.deliver();
    expect(world.notifier.notices.map(({ recipient }) => recipient)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("out of reach is a delivery that failed", async () => {
    const world = createWorld();
    await world.issue();
    const { find } = world.directory;
    world.directory.find = () => {
      throw new Error("out of reach");
    };
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, retried: 1 });
    world.directory.find = find;
    world.clock.pass({ seconds: 5 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
  });
});

test("a store out of reach is unavailable", async () => {
  const watched = watchedRepository(memoryRepository());
  const world = createWorld({ repository: watched.repository });
  await world.issue();
  watched.failing.add("claimNotices");
  expect(await outcomeOf(world.tokens.jobs.deliver())).toBe("unavailable");
});

test("a notifier that throws instead of rejecting is one that failed", async () => {
  const world = createWorld();
  await world.issue();
  const thrown = world.node({
    notifier: {
      deliver(_notice: Notice): Promise<void> {
        throw new Error("the mail server is down");
      },
    },
  });
  expect(await thrown.jobs.deliver()).toEqual({ ...NOTHING, retried: 1 });
});
