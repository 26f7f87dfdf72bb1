import { describe, expect, test } from "vitest";
import { manySliding, type Secret, SYSTEM, type TokenryOptions } from "../../src/index.ts";
import { ADA, BOB, MANAGER } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

const apisOf = (limit: number): TokenryOptions["apis"] => ({
  orders: { limit, window: { minutes: 1 } },
  invoices: { limit, window: { minutes: 1 } },
});

/** How many of so many calls at once are let through. */
async function burst(world: World, secret: Secret, calls: number, api = "orders"): Promise<number> {
  let accepted = 0;
  for (let call = 0; call < calls; call++)
    if ((await world.codeOf(secret, { api })) === "ok") accepted += 1;
  return accepted;
}

describe("TV-03 the share of a token", () => {
  test.each([
    [120, 50, 60],
    [600, 33, 198],
    [35, 50, 17],
    [10, 5, 1],
    [1, 50, 1],
    [10, 100, 10],
  ])("of %i at %i percent is %i", async (limit, percent, share) => {
    const kinds = { service: manySliding({ prefix: "acme_svc", budgetPercent: percent }) };
    const world = createWorld({ apis: apisOf(limit), kinds });
    const { secret } = await world.issue();
    expect(await burst(world, secret, share + 5)).toBe(share);
  });

  test("OKT-65 two tokens at 75 percent of 1000: 750 for the first, 250 for the second", async () => {
    const world = createWorld({ apis: apisOf(1000) });
    const [one, two] = [
      await world.issue({ budgets: { orders: 75 } }),
      await world.issue({ budgets: { orders: 75 } }),
    ];
    expect(await burst(world, one.secret, 760)).toBe(750);
    expect(await burst(world, two.secret, 760)).toBe(250);
  });

  test("OKT-65 two tokens at 40 percent of 1000 leave 200 that neither reaches", async () => {
    const world = createWorld({ apis: apisOf(1000) });
    const [one, two] = [
      await world.issue({ budgets: { orders: 40 } }),
      await world.issue({ budgets: { orders: 40 } }),
    ];
    expect(await burst(world, one.secret, 410)).toBe(400);
    expect(await burst(world, two.secret, 410)).toBe(400);
  });

  test("OKT-62 is 50 percent of each API unless told, and each API has its own", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const { secret } = await world.issue({ budgets: { orders: 30 } });
    expect(await burst(world, secret, 10)).toBe(3);
    expect(await burst(world, secret, 10, "invoices")).toBe(5);
  });

  test("a token's former share is spent with its id: a regenerated secret starts no new budget", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const { secret, token } = await world.issue({ kind: "application", access: "full" });
    expect(await burst(world, secret, 6)).toBe(5);
    const next = await world.tokens.regenerate({ tokenId: token.id, actor: MANAGER });
    expect(await burst(world, next.secret, 1)).toBe(0);
  });
});

describe("the account's own maximum", () => {
  test("holds over all tokens of all its owners, and for no other account", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const of = async (owner: string) =>
      (await world.issue({ owner, budgets: { orders: 100 } })).secret;
    expect(await burst(world, await of(ADA), 6)).toBe(6);
    expect(await burst(world, await of(BOB), 6)).toBe(4);
    expect(await burst(world, await of("eve"), 6)).toBe(6);
  });

  test("CORE-61 token and account are spent both or neither", async () => {
    const world = createWorld({ apis: apisOf(4) });
    const [one, two] = [await world.issue(), await world.issue({ budgets: { orders: 100 } })];
    expect(await burst(world, one.secret, 3)).toBe(2);
    // The refused third call of one spent nothing of the account: two are left.
    expect(await burst(world, two.secret, 3)).toBe(2);
    // And the refused third call of two spent nothing of its own: its state is that of two calls.
    const verdict = await world.verify(two.secret);
    expect(!verdict.ok && verdict.budget).toMatchObject({
      limit: 4,
      remaining: 0,
      resetMs: 60_000,
    });
  });

  test("account ids that look like parts of a key share no budget", async () => {
    const world = createWorld({ apis: apisOf(2) });
    const owners = ["a:b", "a", "a}", "{a"];
    for (const id of owners) world.directory.change(id, { account: `${id}:account` });
    for (const owner of owners) {
      const { secret } = await world.issue({ owner, budgets: { orders: 100 } });
      expect(await burst(world, secret, 3)).toBe(2);
    }
  });
});

describe("CORE-64 what is changed holds from the next call", () => {
  test("a lower percentage leaves what is left of it", async () => {
    const world = createWorld({ apis: apisOf(100) });
    const { secret, token } = await world.issue();
    expect(await burst(world, secret, 30)).toBe(30);
    await world.tokens.update({ tokenId: token.id, actor: SYSTEM, budgets: { orders: 40 } });
    expect(await burst(world, secret, 30)).toBe(10);
    await world.tokens.update({ tokenId: token.id, actor: SYSTEM, budgets: { orders: 20 } });
    expect(await burst(world, secret, 5)).toBe(0);
  });

  test("a higher percentage adds to what is left", async () => {
    const world = createWorld({ apis: apisOf(100) });
    const { secret, token } = await world.issue({ budgets: { orders: 10 } });
    expect(await burst(world, secret, 20)).toBe(10);
    await world.tokens.update({ tokenId: token.id, actor: SYSTEM, budgets: { orders: 15 } });
    expect(await burst(world, secret, 20)).toBe(5);
  });

  test("taking a percentage off brings back the kind's default", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const { secret, token } = await world.issue({ budgets: { orders: 10 } });
    await world.tokens.update({ tokenId: token.id, actor: SYSTEM, budgets: {} });
    expect(await burst(world, secret, 10)).toBe(5);
  });
});

describe("what a verdict says of the budget", () => {
  test("the token's own where it has less left, the account's where that has", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const [one, two] = [await world.issue(), await world.issue({ budgets: { orders: 100 } })];
    const state = async (secret: Secret) => {
      const verdict = await world.verify(secret);
      return verdict.ok ? verdict.budget : undefined;
    };
    expect(await state(one.secret)).toEqual({
      limit: 5,
      remaining: 4,
      windowMs: 60_000,
      resetMs: 12_000,
    });
    // Nine of ten are left of the token's own, eight of the account's.
    expect(await state(two.secret)).toEqual({
      limit: 10,
      remaining: 8,
      windowMs: 60_000,
      resetMs: 12_000,
    });
  });

  test("a refusal says when the call fits, and it does then and no millisecond earlier", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const { secret } = await world.issue();
    await burst(world, secret, 5);
    const refused = await world.verify(secret);
    expect(refused).toMatchObject({
      ...{ code: "budget_exceeded", status: 429, retryAfterMs: 12_000 },
      budget: { limit: 5, remaining: 0, windowMs: 60_000, resetMs: 60_000 },
    });
    world.clock.set(world.clock.now() + 11_999);
    expect(await world.codeOf(secret)).toBe("budget_exceeded");
    world.clock.set(world.clock.now() + 1);
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test("a cost counts for so many calls, and one above the limit never fits", async () => {
    const world = createWorld({ apis: apisOf(10) });
    const { secret } = await world.issue();
    expect(await world.verify(secret, { cost: 4 })).toMatchObject({ budget: { remaining: 1 } });
    expect(await world.verify(secret, { cost: 2 })).toMatchObject({ retryAfterMs: 12_000 });
    expect(await world.codeOf(secret, { cost: 1 })).toBe("ok");
    const never = await world.verify(secret, { cost: 6 });
    expect(never).toMatchObject({ code: "budget_exceeded" });
    expect(never).not.toHaveProperty("retryAfterMs");
  });

  test("a steady client at its rate is never refused", async () => {
    const world = createWorld({ apis: apisOf(14) });
    const { secret } = await world.issue();
    await burst(world, secret, 7);
    for (let call = 1; call <= 500; call++) {
      world.clock.set(Math.ceil(world.clock.now() + 60_000 / 7));
      expect(await world.codeOf(secret)).toBe("ok");
    }
  });
});
