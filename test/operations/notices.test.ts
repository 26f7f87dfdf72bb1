import { describe, expect, test } from "vitest";
import { NoticeError, SYSTEM } from "../../src/index.ts";
import {
  ACCOUNT,
  ADA,
  FOREIGN_MANAGER,
  MANAGER,
  OTHER_ACCOUNT,
  STRANGER,
} from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld, outcomeOf, type World } from "../support/world.ts";

/** A world in which so many notices of Ada's and one of another account's were parked. */
async function parkedWorld(open: () => Promise<World["repository"]>, count = 1): Promise<World> {
  const world = createWorld({ repository: await open() });
  for (let issued = 0; issued < count; issued++) await world.issue();
  await world.issue({ owner: STRANGER });
  world.notifier.failure = new NoticeError("no such user", { isFinal: true });
  await world.tokens.jobs.deliver();
  world.notifier.failure = undefined;
  return world;
}

describe.each(REPOSITORIES)("parked notices, over $store", ({ open }) => {
  test("are listed to who manages tokens, those of the account, and to the host all", async () => {
    const { tokens } = await parkedWorld(open);
    const owners = async (request: Parameters<typeof tokens.notices.parked>[0]) =>
      (await tokens.notices.parked(request)).notices.map(({ event }) => event.owner);
    expect(await owners({ account: ACCOUNT, actor: MANAGER })).toEqual([ADA]);
    expect(await owners({ account: OTHER_ACCOUNT, actor: FOREIGN_MANAGER })).toEqual([STRANGER]);
    expect(await owners({ actor: SYSTEM })).toEqual([ADA, STRANGER]);
    expect(await owners({ account: ACCOUNT, actor: SYSTEM })).toEqual([ADA]);
  });

  test("AP-1, ASVS 8.2.1 are nobody else's to see or to take up", async () => {
    const { tokens } = await parkedWorld(open);
    for (const actor of [ADA, STRANGER, FOREIGN_MANAGER, "nobody"]) {
      const request = { account: ACCOUNT, actor };
      expect(await outcomeOf(tokens.notices.parked(request))).toBe("forbidden");
      expect(await outcomeOf(tokens.notices.retry(request))).toBe("forbidden");
    }
    expect(await outcomeOf(tokens.notices.parked({ actor: MANAGER }))).toBe("invalid_input");
    expect(await outcomeOf(tokens.notices.retry({ actor: MANAGER }))).toBe("invalid_input");
  });

  test("CORE-76 come page by page", async () => {
    const { tokens } = await parkedWorld(open, 5);
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tokens.notices.parked({
        account: ACCOUNT,
        actor: SYSTEM,
        cursor,
        limit: 2,
      });
      ids.push(...page.notices.map(({ event }) => event.id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const { notices } = await tokens.notices.parked({ account: ACCOUNT, actor: SYSTEM });
    expect(ids).toEqual(notices.map(({ event }) => event.id));
    expect(new Set(ids).size).toBe(5);
  });

  test("are taken up all, or one by one", async () => {
    const world = await parkedWorld(open, 3);
    const { notices } = await world.tokens.notices.parked({ account: ACCOUNT, actor: MANAGER });
    const id = notices[1]?.event.id ?? "";
    const by = { account: ACCOUNT, actor: MANAGER };
    expect(await world.tokens.notices.retry({ ...by, id })).toEqual({ retried: 1 });
    expect(await world.tokens.notices.retry({ ...by, id })).toEqual({ retried: 0 });
    expect(await world.tokens.jobs.deliver()).toMatchObject({ delivered: 1 });
    expect(world.notifier.notices).toMatchObject([{ id, attempt: 1 }]);
    expect(await world.tokens.notices.retry(by)).toEqual({ retried: 2 });
    expect(await world.tokens.jobs.deliver()).toMatchObject({ delivered: 2 });
    expect((await world.tokens.notices.parked({ actor: SYSTEM })).notices).toHaveLength(1);
  });
});

test.each(["", "x", "1", "1.", ".mail", "-1.mail", `1.${"x".repeat(65)}`])(
  "the cursor %j is no cursor",
  async (cursor) => {
    const { tokens } = createWorld();
    expect(await outcomeOf(tokens.notices.parked({ actor: SYSTEM, cursor }))).toBe("invalid_input");
  },
);

test("ASVS 16.2.5 what a mail server answers is kept without secrets", async () => {
  const world = createWorld();
  const { secret } = await world.issue();
  world.notifier.failure = new NoticeError(`550 <${secret.reveal()}>\r\nno`, { isFinal: true });
  await world.tokens.jobs.deliver();
  const { notices } = await world.tokens.notices.parked({ actor: SYSTEM });
  expect(notices).toMatchObject([{ failure: "550 <…> no" }]);
});
