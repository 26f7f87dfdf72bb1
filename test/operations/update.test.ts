import { describe, expect, test } from "vitest";
import {
  type IssueRequest,
  memoryRepository,
  SYSTEM,
  type UpdateRequest,
} from "../../src/index.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import {
  jitteredRepository,
  overtakenRepository,
  watchedRepository,
} from "../support/repository-proxies.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

const APPLICATION: Partial<IssueRequest> = {
  kind: "application",
  access: { orders: "full" },
  budgets: { orders: 7, invoices: 9 },
  network: { include: ["10.0.0.0/8"] },
};

describe.each(REPOSITORIES)("OKT-35, OKT-08 update, over $store", ({ open }) => {
  test.each<[string, Partial<UpdateRequest>, object]>([
    ["name", { name: " new " }, { name: "new" }],
    ["access", { access: { invoices: "read" } }, { access: { invoices: "read" } }],
    ["access for all", { access: "read" }, { access: { orders: "read", invoices: "read" } }],
    ["network", { network: { exclude: ["10.0.0.1"] } }, { network: { exclude: ["10.0.0.1"] } }],
    ["no network rule", { network: null }, { network: null }],
    ["budgets, all of them", { budgets: { orders: 3 } }, { budgets: { orders: 3 } }],
    ["no budgets of its own", { budgets: {} }, { budgets: {} }],
    [
      "DEC-11 the life",
      { expiresIn: { months: 3 } },
      { expiresAt: new Date("2027-02-23T12:00:00Z") },
    ],
    ["two things", { name: "new", network: null }, { name: "new", network: null }],
  ])("changes %s, and nothing else", async (_name, request, changed) => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue(APPLICATION);
    const hash = (await world.repository.findById(token.id))?.hash;
    world.clock.pass({ days: 1 });
    const updated = await world.tokens.update({ tokenId: token.id, actor: MANAGER, ...request });
    expect(updated).toEqual({ ...token, ...changed, updatedAt: new Date(world.clock.now()) });
    expect(await world.tokens.get({ tokenId: token.id, actor: MANAGER })).toEqual(updated);
    expect((await world.repository.findById(token.id))?.hash).toBe(hash);
    expect(await world.codeOf(secret, { address: "10.0.0.2" })).not.toBe("unknown_token");
    expect(await world.trail("token.updated")).toMatchObject([
      {
        ...{ tokenId: token.id, owner: ADA, actor: MANAGER },
        data: { name: "laptop", changed: Object.keys(changed) },
      },
    ]);
  });

  test("of nothing changes nothing, and is no event", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue();
    world.clock.pass({ days: 1 });
    expect(await world.tokens.update({ tokenId: token.id, actor: ADA })).toEqual(token);
    expect(await world.trail("token.updated")).toEqual([]);
  });

  test("only of what is as it was seen, also within one millisecond", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { token } = await world.issue();
    const target = { tokenId: token.id, actor: ADA, unchangedSince: token.updatedAt };
    const outcomes = await Promise.all(
      ["one", "two", "three"].map((name) => outcomeOf(world.tokens.update({ ...target, name }))),
    );
    expect(outcomes.toSorted()).toEqual(["conflict", "conflict", "ok"]);
    const seen = await world.tokens.get({ tokenId: token.id, actor: ADA });
    expect(seen.updatedAt.getTime()).toBeGreaterThan(token.updatedAt.getTime());
    const again = { ...target, unchangedSince: seen.updatedAt, name: "four" };
    expect(await world.tokens.update(again)).toMatchObject({ name: "four" });
    expect(await outcomeOf(world.tokens.update(again))).toBe("conflict");
  });

  test("a use and a reminder are no changes", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    world.clock.pass({ days: 24 });
    await world.tokens.jobs.remind();
    await world.verify(secret);
    const { updatedAt } = await world.tokens.get({ tokenId: token.id, actor: ADA });
    expect(updatedAt).toEqual(token.updatedAt);
  });

  test("at the same time loses nothing", async () => {
    const world = createWorld({ repository: jitteredRepository(await open()) });
    const { token } = await world.issue(APPLICATION);
    const target = { tokenId: token.id, actor: MANAGER };
    const changes = [
      { name: "new" },
      { network: null },
      { budgets: { orders: 1 } },
      { access: "none" },
    ] as const;
    await Promise.all(changes.map((change) => world.tokens.update({ ...target, ...change })));
    expect(await world.tokens.get(target)).toMatchObject({
      ...{ name: "new", network: null, budgets: { orders: 1 } },
      access: { orders: "none", invoices: "none" },
    });
    expect(await world.trail("token.updated")).toHaveLength(4);
  });

  test("CORE-28 an expired token cannot be edited or extended", async () => {
    const world = createWorld({ repository: await open() });
    const { token } = await world.issue(APPLICATION);
    world.clock.pass({ months: 6 });
    for (const change of [{ name: "new" }, { expiresIn: { months: 12 } }, {}]) {
      const update = world.tokens.update({ tokenId: token.id, actor: MANAGER, ...change });
      expect(await outcomeOf(update)).toBe("expired");
    }
  });
});

describe("what is refused", () => {
  test.each<[string, Partial<UpdateRequest>]>([
    ["an empty name", { name: "" }],
    ["access where it follows the owner", { access: "read" }],
    ["an empty rule", { network: {} }],
    ["an unknown zone", { network: { include: ["zone:nowhere"] } }],
    ["an unknown API", { budgets: { refunds: 1 } }],
    ["a life where there is no choice", { expiresIn: { months: 3 } }],
  ])("%s", async (_name, request) => {
    const world = createWorld();
    const { token } = await world.issue();
    const update = world.tokens.update({ tokenId: token.id, actor: ADA, ...request });
    expect(await outcomeOf(update)).toBe("invalid_input");
    expect(await world.tokens.get({ tokenId: token.id, actor: ADA })).toEqual(token);
  });

  test.each([
    "expiresAt",
    "createdBy",
    "hash",
    "owner",
    "account",
    "slot",
    "kind",
    "lastUsedAt",
    "__proto__ ",
  ])("AP-3, OKT-16 a field that is not the caller's to set: %s", async (field) => {
    const world = createWorld();
    const { token } = await world.issue();
    const request = { tokenId: token.id, actor: ADA, [field]: "x" };
    await expect(world.tokens.update(request)).rejects.toThrow(TypeError);
  });

  test("OKT-68 a budget over the kind's default and over what it has needs a manager", async () => {
    const world = createWorld();
    const { token } = await world.issue({ budgets: { orders: 80 } });
    const raise = (orders: number, actor: string) =>
      outcomeOf(world.tokens.update({ tokenId: token.id, actor, budgets: { orders } }));
    expect(await raise(81, ADA)).toBe("forbidden");
    expect(await raise(80, ADA)).toBe("ok");
    expect(await raise(60, ADA)).toBe("ok");
    expect(await raise(80, ADA)).toBe("forbidden");
    expect(await raise(50, ADA)).toBe("ok");
    expect(await raise(51, ADA)).toBe("forbidden");
    expect(await raise(100, MANAGER)).toBe("ok");
  });

  test("OKT-68 what is allowed is decided on the token as it is when it changes", async () => {
    const repository = memoryRepository();
    const world = createWorld({ repository });
    const { token } = await world.issue({ budgets: { orders: 80 } });
    const target = { tokenId: token.id };
    const overtaken = overtakenRepository(repository, "findById", () =>
      world.tokens.update({ ...target, actor: MANAGER, budgets: { orders: 10 } }),
    );
    const keep = { ...target, actor: ADA, budgets: { orders: 80 } };
    expect(await outcomeOf(world.node({ repository: overtaken }).update(keep))).toBe("forbidden");
    expect(await world.tokens.get({ ...target, actor: ADA })).toMatchObject({
      budgets: { orders: 10 },
    });
  });

  test("a change that is overtaken every time is a conflict", async () => {
    const repository = memoryRepository();
    const world = createWorld({ repository });
    const { token } = await world.issue();
    const overtaken = world.node({
      repository: {
        ...repository,
        commit: async () => ({ ok: false, conflict: "version", id: token.id }),
      },
    });
    const update = overtaken.update({ tokenId: token.id, actor: SYSTEM, name: "x" });
    await expect(update).rejects.toMatchObject({ code: "conflict", status: 409 });
  });

  test("a store out of reach is unavailable", async () => {
    const watched = watchedRepository(memoryRepository());
    const world = createWorld({ repository: watched.repository });
    const { token } = await world.issue();
    watched.failing.add("findById");
    const update = world.tokens.update({ tokenId: token.id, actor: SYSTEM, name: "x" });
    expect(await outcomeOf(update)).toBe("unavailable");
  });
});

test("CRT-04 saving an edit without a life leaves the expiry", async () => {
  const world = createWorld();
  const { token } = await world.issue(APPLICATION);
  world.clock.pass({ days: 30 });
  const updated = await world.tokens.update({ tokenId: token.id, actor: MANAGER, name: "new" });
  expect(updated.expiresAt).toEqual(token.expiresAt);
});
