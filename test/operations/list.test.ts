import { describe, expect, test } from "vitest";
import {
  type ListRequest,
  memoryRepository,
  SYSTEM,
  type Token,
  type Tokenry,
} from "../../src/index.ts";
import { ADA, BOB, MANAGER, OTHER_ACCOUNT, STRANGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

/** All pages of a list. */
async function pages(
  tokens: Tokenry,
  request: ListRequest,
): Promise<readonly (readonly Token[])[]> {
  const all: (readonly Token[])[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await tokens.list({ ...request, cursor });
    all.push(page.tokens);
    cursor = page.cursor;
    if (cursor === undefined) return all;
  }
}

describe.each(REPOSITORIES)("list, over $store", ({ open }) => {
  test("OKT-07 an owner's living tokens, oldest first, of all kinds or one", async () => {
    const world = createWorld({ repository: await open() });
    const expected: Token[] = [];
    for (const kind of ["service", "personal", "service"]) {
      world.clock.pass({ seconds: 1 });
      expected.push((await world.issue({ kind })).token);
    }
    await world.issue({ owner: BOB });
    expect(await world.tokens.list({ owner: ADA, actor: ADA })).toEqual({ tokens: expected });
    const services = await world.tokens.list({ owner: ADA, kind: "service", actor: MANAGER });
    expect(services.tokens).toEqual([expected[0], expected[2]]);
    expect(await world.tokens.list({ owner: MANAGER, actor: MANAGER })).toEqual({ tokens: [] });
  });

  test("CORE-76, OKT-19 twenty to a page unless told, and at most 200", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 45; count++) await world.issue();
    const sizes = async (request: Partial<ListRequest>) =>
      (await pages(world.tokens, { owner: ADA, actor: ADA, ...request })).map(
        (page) => page.length,
      );
    expect(await sizes({})).toEqual([20, 20, 5]);
    expect(await sizes({ limit: 45 })).toEqual([45]);
    expect(await sizes({ limit: 15 })).toEqual([15, 15, 15]);
    expect(await sizes({ limit: 200 })).toEqual([45]);
    const ids = (await pages(world.tokens, { owner: ADA, actor: ADA, limit: 7 }))
      .flat()
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(45);
    for (const limit of [0, 201, 1.5, -1])
      expect(await outcomeOf(world.tokens.list({ owner: ADA, actor: ADA, limit }))).toBe(
        "invalid_input",
      );
  });

  test("CORE-26 what has expired is in no list, swept or not, and takes no place on a page", async () => {
    const world = createWorld({ repository: await open() });
    for (let count = 0; count < 6; count++) await world.issue();
    world.clock.pass({ days: 10 });
    const living = [(await world.issue()).token, (await world.issue()).token].sort((one, two) =>
      one.id < two.id ? -1 : 1,
    );
    world.clock.pass({ days: 20 });
    expect(await pages(world.tokens, { owner: ADA, actor: ADA, limit: 1 })).toEqual(
      living.map((token) => [token]),
    );
    expect(await world.tokens.list({ owner: ADA, actor: ADA, limit: 2 })).toEqual({
      tokens: living,
    });
    await world.tokens.jobs.sweep();
    expect(await world.tokens.list({ owner: ADA, actor: ADA })).toEqual({ tokens: living });
  });

  test("OKT-05, AP-3, DEC-10, EDG-15 no page holds a hash or more of a secret than its hint", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    const text = JSON.stringify(await world.tokens.list({ owner: ADA, actor: ADA }));
    const stored = await world.repository.findById(token.id);
    expect(text).not.toContain(stored?.hash);
    expect(text).not.toContain(secret.reveal().slice("acme_svc_".length, -4));
    expect(text).toContain(token.hint);
  });
});

describe("whose list", () => {
  test("of an owner who moved shows the present account's tokens, and all to the host", async () => {
    const world = createWorld();
    await world.issue({ name: "before" });
    world.directory.change(ADA, { account: OTHER_ACCOUNT });
    await world.issue({ name: "after" });
    const names = async (actor: string | typeof SYSTEM) =>
      (await world.tokens.list({ owner: ADA, actor })).tokens.map(({ name }) => name).sort();
    expect(await names(ADA)).toEqual(["after"]);
    expect(await names(SYSTEM)).toEqual(["after", "before"]);
    expect(await outcomeOf(world.tokens.list({ owner: ADA, actor: MANAGER }))).toBe("not_found");
  });

  test("of an owner who is gone is its account's manager's and the host's", async () => {
    const world = createWorld();
    const { token } = await world.issue();
    world.directory.remove(ADA);
    for (const actor of [MANAGER, SYSTEM] as const)
      expect((await world.tokens.list({ owner: ADA, actor })).tokens).toEqual([token]);
    expect(await outcomeOf(world.tokens.list({ owner: ADA, actor: STRANGER }))).toBe("not_found");
    expect(await outcomeOf(world.tokens.list({ owner: "nobody", actor: SYSTEM }))).toBe(
      "not_found",
    );
  });

  test("a cursor of another list, or of no list", async () => {
    const { tokens } = createWorld();
    for (const cursor of ["", "x", "%", "a".repeat(36), "0".repeat(37)])
      expect(await outcomeOf(tokens.list({ owner: ADA, actor: ADA, cursor }))).toBe(
        cursor === "a".repeat(36) ? "ok" : "invalid_input",
      );
    await expect(
      tokens.list({ owner: ADA, actor: ADA, cursor: 1 as unknown as string }),
    ).rejects.toThrow(TypeError);
  });
});

describe("get", () => {
  test("shows a living token, and an expired one to nobody", async () => {
    const world = createWorld();
    const { token } = await world.issue();
    for (const actor of [ADA, MANAGER, SYSTEM] as const)
      expect(await world.tokens.get({ tokenId: token.id, actor })).toEqual(token);
    world.clock.pass({ days: 30 });
    expect(await outcomeOf(world.tokens.get({ tokenId: token.id, actor: SYSTEM }))).toBe(
      "not_found",
    );
  });

  test("CORE-75 another account's token is answered as an unknown id", async () => {
    const world = createWorld();
    const { token } = await world.issue();
    const answer = (tokenId: string) =>
      world.tokens.get({ tokenId, actor: STRANGER }).catch(String);
    expect(await answer(token.id)).toBe(await answer("no such id"));
  });

  test("a stored date that is no date is refused, not shown", async () => {
    const repository = memoryRepository();
    const world = createWorld({ repository });
    const { token } = await world.issue();
    await repository.commit({
      update: [{ id: token.id, set: { updatedAt: Number.NaN } }],
      events: [],
    });
    await expect(world.tokens.get({ tokenId: token.id, actor: SYSTEM })).rejects.toThrow(
      "a stored time is not a time",
    );
  });

  test.each([undefined, 1, null])("a tokenId of %o is the host's mistake", async (tokenId) => {
    const get = createWorld().tokens.get({ tokenId: tokenId as unknown as string, actor: SYSTEM });
    await expect(get).rejects.toThrow("tokenId must be a string");
  });
});
