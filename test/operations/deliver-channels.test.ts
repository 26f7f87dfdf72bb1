import { describe, expect, test } from "vitest";
import {
  memoryRepository,
  type Notice,
  NoticeError,
  type Notifier,
  SYSTEM,
} from "../../src/index.ts";
import { ADA, BOB, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

const NOTHING = { delivered: 0, retried: 0, parked: 0 };

/** A notifier with two channels that keeps what each is given, and fails where told to. */
function twoChannels() {
  const delivered: string[] = [];
  const tried: string[] = [];
  const failing = new Map<string, Error>();
  const notifier: Notifier = {
    channels: ["mail", "webhook"],
    async deliver({ channel, type, attempt }: Notice) {
      tried.push(`${channel} ${type} ${attempt}`);
      const failure = failing.get(channel);
      if (failure !== undefined) throw failure;
      delivered.push(`${channel} ${type}`);
    },
  };
  return { notifier, delivered, tried, failing };
}

/** Issues and revokes a token: two notices that must keep their order. */
async function twoNotices(world: World, node = world.tokens): Promise<void> {
  const { token } = await node.issue({
    ...{ kind: "service", owner: ADA, actor: SYSTEM, name: "laptop" },
  });
  await node.revoke({ tokenId: token.id, actor: MANAGER });
}

describe.each(REPOSITORIES)("CORE-71 channels, over $store", ({ open }) => {
  test("each channel gets each notice, and a channel that fails repeats nothing on the other", async () => {
    const { notifier, delivered, failing } = twoChannels();
    const world = createWorld({ repository: await open(), notifier });
    await world.issue();
    failing.set("webhook", new Error("connection refused"));
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1, retried: 1 });
    failing.clear();
    world.clock.pass({ seconds: 5 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    expect(delivered).toEqual(["mail token.issued", "webhook token.issued"]);
  });

  test("a token's notices keep their order on each channel, whatever fails meanwhile", async () => {
    const { notifier, delivered, tried, failing } = twoChannels();
    const world = createWorld({ repository: await open(), notifier });
    await twoNotices(world);
    failing.set("mail", new Error("the mail server is down"));
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 2, retried: 1 });
    expect(tried.filter((one) => one.startsWith("mail"))).toEqual(["mail token.issued 1"]);
    failing.clear();
    world.clock.pass({ seconds: 5 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 2 });
    expect(delivered.filter((one) => one.startsWith("mail"))).toEqual([
      "mail token.issued",
      "mail token.revoked",
    ]);
  });

  test("a notice that never gets through holds up its own token alone, and only until it is parked", async () => {
    const world = createWorld({ repository: await open() });
    await world.issue({ name: "poison" });
    const poisoned = world.node({
      notifier: {
        async deliver(notice) {
          if (notice.data.name === "poison" && notice.type === "token.issued")
            throw new Error("cannot be rendered");
          return world.notifier.deliver(notice);
        },
      },
    });
    const { events } = await world.tokens.events({ account: "acme", actor: SYSTEM });
    await world.tokens.update({
      ...{ tokenId: events[0]?.tokenId ?? "", actor: SYSTEM, budgets: { orders: 10 } },
    });
    await twoNotices(world);
    expect(await poisoned.jobs.deliver()).toEqual({ ...NOTHING, delivered: 2, retried: 1 });
    for (let count = 2; count <= 20; count++) {
      world.clock.pass({ hours: 1 });
      await poisoned.jobs.deliver();
    }
    const parkedAt = new Date(world.clock.now());
    world.clock.pass({ minutes: 1 });
    expect(await poisoned.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    expect(world.notifier.notices.map(({ type }) => type)).toEqual([
      "token.issued",
      "token.revoked",
      "token.updated",
    ]);
    const { notices } = await world.tokens.notices.parked({ actor: SYSTEM });
    expect(notices).toMatchObject([
      {
        ...{ event: { id: events[0]?.id, type: "token.issued" }, channel: "notifier" },
        ...{ tries: 20, failure: "cannot be rendered", parkedAt },
      },
    ]);
  });

  test("what is final is parked at once, and taken up again has all its tries", async () => {
    const { notifier, tried, failing } = twoChannels();
    const world = createWorld({ repository: await open(), notifier });
    await world.issue();
    failing.set("mail", new NoticeError("550 no such user", { isFinal: true }));
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1, parked: 1 });
    world.clock.pass({ years: 1 });
    expect(await world.tokens.jobs.deliver()).toEqual(NOTHING);
    expect(await world.tokens.notices.retry({ actor: SYSTEM, channel: "webhook" })).toEqual({
      retried: 0,
    });
    expect(await world.tokens.notices.retry({ actor: SYSTEM })).toEqual({ retried: 1 });
    failing.set("mail", new Error("the mail server is down"));
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, retried: 1 });
    failing.clear();
    world.clock.pass({ seconds: 5 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    expect(tried.filter((one) => one.startsWith("mail"))).toEqual([
      "mail token.issued 1",
      "mail token.issued 1",
      "mail token.issued 2",
    ]);
    expect(await world.tokens.notices.parked({ actor: SYSTEM })).toEqual({ notices: [] });
  });

  test("what was committed before there were channels goes on the first", async () => {
    const repository = await open();
    const world = createWorld({ repository });
    await world.issue();
    const { notifier, delivered } = twoChannels();
    expect(await world.node({ notifier }).jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    expect(delivered).toEqual(["notifier token.issued"]);
  });

  test("notices of a channel that this node does not have wait for a node that has it", async () => {
    const { notifier, delivered } = twoChannels();
    const world = createWorld({ repository: await open(), notifier });
    await world.issue();
    const mailOnly = { channels: ["mail"], deliver: (notice: Notice) => notifier.deliver(notice) };
    expect(await world.node({ notifier: mailOnly }).jobs.deliver()).toEqual({
      ...NOTHING,
      delivered: 1,
    });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
    expect(delivered).toEqual(["mail token.issued", "webhook token.issued"]);
  });
});

describe.each(REPOSITORIES)("a channel that is down, over $store", ({ open }) => {
  test("is asked by one notice now and then, costs the others no try, and gets all when it is back", async () => {
    const world = createWorld({ repository: await open(), delivery: { concurrency: 1 } });
    for (let count = 0; count < 30; count++) await world.issue();
    let tries = 0;
    let isDown = true;
    const node = world.node({
      delivery: { concurrency: 1 },
      notifier: {
        async deliver(notice) {
          tries += 1;
          if (isDown) throw new Error("connection refused");
          return world.notifier.deliver(notice);
        },
      },
    });
    expect(await node.jobs.deliver()).toEqual({ ...NOTHING, retried: 5 });
    for (let minute = 0; minute < 60; minute++) {
      world.clock.pass({ minutes: 1 });
      await node.jobs.deliver();
    }
    expect(tries).toBe(5 + 60);
    isDown = false;
    world.clock.pass({ hours: 1 });
    expect(await node.jobs.deliver()).toEqual({ ...NOTHING, delivered: 30 });
    expect(Math.max(...world.notifier.notices.map(({ attempt }) => attempt))).toBeLessThan(6);
    expect(await world.tokens.notices.parked({ actor: SYSTEM })).toEqual({ notices: [] });
  });

  test("leaves the other channel alone", async () => {
    const { notifier, delivered, failing } = twoChannels();
    const world = createWorld({ repository: await open(), notifier });
    for (let count = 0; count < 30; count++) await world.issue();
    failing.set("mail", new Error("the mail server is down"));
    const { delivered: sent } = await world.tokens.jobs.deliver();
    expect(sent).toBe(30);
    expect(delivered).toHaveLength(30);
  });
});

describe("one customer's receiver that is down", () => {
  test("holds up nobody else's notices", async () => {
    const world = createWorld({ delivery: { concurrency: 1 } });
    for (let count = 0; count < 30; count++) await world.issue();
    for (let count = 0; count < 5; count++) await world.issue({ owner: BOB });
    const node = world.node({
      delivery: { concurrency: 1 },
      notifier: {
        async deliver(notice) {
          if (notice.owner === ADA)
            throw new NoticeError("connection refused", { concernsChannel: false });
          return world.notifier.deliver(notice);
        },
      },
    });
    expect(await node.jobs.deliver()).toEqual({ ...NOTHING, delivered: 5, retried: 30 });
  });
});

describe("a directory that does not answer", () => {
  test("is a delivery that failed, and says nothing of the channel", async () => {
    const world = createWorld();
    for (let count = 0; count < 8; count++) await world.issue();
    await world.issue({ owner: BOB });
    const { find } = world.directory;
    const node = world.node({
      delivery: { timeout: { seconds: 1 }, concurrency: 9 },
      directory: { find: (id) => (id === ADA ? new Promise(() => undefined) : find(id)) },
    });
    expect(await node.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1, retried: 8 });
    world.clock.pass({ seconds: 5 });
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 8 });
  });
});

describe("a notice that ends whoever tries it", () => {
  test("is parked after twenty claims, untried", async () => {
    const world = createWorld();
    await world.issue();
    for (let count = 0; count < 20; count++) {
      const now = world.clock.now();
      const claim = { channels: ["notifier"], limit: 1, leaseMs: 1000, now };
      expect(await world.repository.claimNotices(claim)).toHaveLength(1);
      world.clock.pass({ seconds: 1 });
    }
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, parked: 1 });
    expect(world.notifier.notices).toEqual([]);
  });
});

describe("one delivery", () => {
  test("that takes too long has failed, and the next ones go on", async () => {
    const world = createWorld();
    await world.issue({ name: "slow" });
    await world.issue({ name: "quick" });
    const node = world.node({
      delivery: { timeout: { seconds: 1 }, concurrency: 1 },
      notifier: {
        async deliver(notice) {
          if (notice.data.name === "slow") await new Promise(() => undefined);
        },
      },
    });
    expect(await node.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1, retried: 1 });
    expect(world.errors.map(({ cause }) => (cause as Error).message)).toEqual([
      "it was not delivered within 1 seconds",
    ]);
  });

  test("several at once, as many as told", async () => {
    const world = createWorld();
    for (let count = 0; count < 20; count++) await world.issue();
    let atOnce = 0;
    let most = 0;
    const node = world.node({
      delivery: { concurrency: 4 },
      notifier: {
        async deliver() {
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise((resolve) => setTimeout(resolve, 2));
          atOnce -= 1;
        },
      },
    });
    await node.jobs.deliver();
    expect(most).toBe(4);
  });

  test("is not begun so late that its lease might run out: what is left is given back, and claimed anew", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository });
    for (let count = 0; count < 3; count++) await world.issue();
    const attempts: number[] = [];
    const node = world.node({
      delivery: { concurrency: 1 },
      notifier: {
        async deliver({ attempt }) {
          attempts.push(attempt);
          world.clock.pass({ seconds: 50 });
        },
      },
    });
    expect(await node.jobs.deliver()).toEqual({ ...NOTHING, delivered: 3 });
    // One claim for each, and one that finds nothing more. To be given back is no try.
    expect(watched.calls.filter((method) => method === "claimNotices")).toHaveLength(4);
    expect(attempts).toEqual([1, 1, 1]);
    expect(world.errors).toEqual([]);
  });

  test("whose receiver asks to be left alone is tried again after that time", async () => {
    const world = createWorld();
    await world.issue();
    world.notifier.failure = new NoticeError("429", { retryAfterMs: 600_000 });
    await world.tokens.jobs.deliver();
    world.notifier.failure = undefined;
    world.clock.set(world.clock.now() + 599_999);
    expect(await world.tokens.jobs.deliver()).toEqual(NOTHING);
    world.clock.set(world.clock.now() + 1);
    expect(await world.tokens.jobs.deliver()).toEqual({ ...NOTHING, delivered: 1 });
  });

  test.each([
    ["nothing", undefined, "undefined"],
    ["a text", "550 mailbox full", "550 mailbox full"],
    ["an error of another copy of the package", copyOfNoticeError(), "gone"],
    ["an error that cannot be read", unreadable(), "what the notifier threw cannot be read"],
  ])("that throws %s is told as such", async (_what, thrown, failure) => {
    const world = createWorld();
    await world.issue();
    const node = world.node({
      notifier: { deliver: () => Promise.reject(thrown) },
    });
    for (let count = 0; count < 20; count++) {
      await node.jobs.deliver();
      world.clock.pass({ hours: 1 });
    }
    const { notices } = await world.tokens.notices.parked({ actor: SYSTEM });
    expect(notices).toMatchObject([{ failure }]);
  });
});

function copyOfNoticeError(): Error {
  return Object.assign(new Error("gone"), { name: "NoticeError", isFinal: true });
}

function unreadable(): Error {
  return Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("no");
    },
  });
}
