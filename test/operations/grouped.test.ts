import { describe, expect, test } from "vitest";
import { type Issued, type Notice, SYSTEM } from "../../src/index.ts";
import { ADA, BOB } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import {
  jitteredRepository,
  overtakenRepository,
  watchedRepository,
} from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

async function issueMany(world: World, count: number, owner = ADA): Promise<Issued[]> {
  const issued: Issued[] = [];
  for (let index = 0; index < count; index++) {
    issued.push(await world.issue({ owner, name: `token ${index}` }));
    world.clock.set(world.clock.now() + 1);
  }
  return issued;
}

/** What was delivered of a type, as owner and count. */
async function delivered(world: World, type: Notice["type"]): Promise<readonly unknown[]> {
  world.notifier.notices.length = 0;
  await world.tokens.jobs.deliver();
  return world.notifier.notices
    .filter((notice) => notice.type === type)
    .map(({ owner, data }) => [owner, data.count ?? 1]);
}

const PASSES = [
  { job: "remind", type: "token.expiring", days: 23 },
  { job: "sweep", type: "token.expired", days: 31 },
] as const;

describe.each(REPOSITORIES)("one notice for an owner and pass, over $store", ({ open }) => {
  describe.each(PASSES)("$job", ({ job, type, days }) => {
    test("of many tokens, the one that ends first named first", async () => {
      const world = createWorld({ repository: await open() });
      const issued = await issueMany(world, 3);
      await issueMany(world, 1, BOB);
      world.clock.pass({ days });
      await world.tokens.jobs[job]();
      expect(await delivered(world, type)).toEqual([
        [ADA, 3],
        [BOB, 1],
      ]);
      const [notice, alone] = world.notifier.notices.slice(-2);
      const tokens = issued.map(({ token: { id, name, kind, expiresAt } }) => ({
        ...{ id, name, kind, expiresAt: expiresAt?.getTime() },
      }));
      expect(notice).toMatchObject({
        tokenId: issued[0]?.token.id,
        data: { name: "token 0", count: 3, tokens },
      });
      expect(alone?.data).not.toHaveProperty("count");
      // The trail has each of them, once.
      const events = await world.trail(type);
      expect(
        events
          .map(({ tokenId }) => tokenId)
          .slice(0, 3)
          .toSorted(),
      ).toEqual(issued.map(({ token }) => token.id).toSorted());
      expect(events).toHaveLength(4);
    });

    test("of more than fit in a commit or a batch", async () => {
      const world = createWorld({ repository: await open() });
      await issueMany(world, 620);
      await issueMany(world, 30, BOB);
      world.clock.pass({ days });
      const done = await world.tokens.jobs[job]();
      expect(Object.values(done)).toEqual([650]);
      expect(await delivered(world, type)).toEqual([
        [ADA, 620],
        [BOB, 30],
      ]);
      expect(world.notifier.notices.at(-2)?.data.tokens).toHaveLength(100);
      const { events } = await world.tokens.events({
        ...{ account: "acme", actor: SYSTEM, types: [type], limit: 200 },
      });
      expect(events).toHaveLength(200);
      expect(Object.values(await world.tokens.jobs[job]())).toEqual([0]);
    });

    test("on two nodes at once, one event a token, and few commits that fail", async () => {
      const repository = await open();
      const watched = watchedRepository(jitteredRepository(repository));
      const world = createWorld({ repository });
      await issueMany(world, 60);
      await issueMany(world, 60, BOB);
      world.clock.pass({ days });
      const nodes = [0, 1].map(() => world.node({ repository: watched.repository }));
      const done = await Promise.all(nodes.map((node) => node.jobs[job]()));
      expect(done.flatMap((each) => Object.values(each)).reduce((a, b) => a + b)).toBe(120);
      expect(await world.trail(type)).toHaveLength(120);
      expect(watched.calls.filter((method) => method === "commit").length).toBeLessThan(20);
    });

    test("the tokens of another account, which the owner has left, are told apart", async () => {
      const world = createWorld({ repository: await open() });
      await issueMany(world, 2);
      world.directory.change(ADA, { account: "globex" });
      await issueMany(world, 2);
      world.clock.pass({ days });
      await world.tokens.jobs[job]();
      expect(await delivered(world, type)).toEqual([
        [ADA, 2],
        [ADA, 2],
      ]);
    });
  });

  test("a token that someone was at first is left out, and the others are told of", async () => {
    const repository = await open();
    const other = createWorld({ repository });
    const issued = await issueMany(other, 3);
    const tokenId = issued[0]?.token.id ?? "";
    const world = createWorld({
      repository: overtakenRepository(repository, "expiringBetween", () =>
        other.tokens.revoke({ tokenId, actor: SYSTEM }),
      ),
    });
    world.clock.pass({ days: 24 });
    expect(await world.tokens.jobs.remind()).toEqual({ reminded: 2 });
    expect(await delivered(world, "token.expiring")).toEqual([[ADA, 2]]);
  });
});

test("a rotation that nobody confirmed is swept without a word, beside what is told", async () => {
  const world = createWorld();
  await world.issue({ kind: "web" });
  await world.tokens.rotate({ owner: ADA, kind: "web", actor: SYSTEM });
  await world.issue();
  world.clock.pass({ days: 30 });
  expect(await world.tokens.jobs.sweep()).toEqual({ removed: 2 });
  expect(await delivered(world, "token.expired")).toEqual([[ADA, 1]]);
  expect(await world.trail("token.expired")).toHaveLength(2);
});
