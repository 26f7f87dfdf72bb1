import { afterEach, describe, expect, test, vi } from "vitest";
import {
  manySliding,
  memoryRepository,
  type Repository,
  SYSTEM,
  type TokenKind,
  type Use,
} from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import { jitteredRepository } from "../support/repository-proxies.ts";
import { createWorld, type World } from "../support/world.ts";

/** A repository that writes down what is noted, and holds it back or fails on demand. */
function touchWatched(repository: Repository = memoryRepository()) {
  const batches: (readonly Use[])[] = [];
  const state = { down: false };
  const touch: Repository["touch"] = async (uses) => {
    if (state.down) throw new Error("touch is out of reach");
    batches.push(uses);
    await repository.touch(uses);
  };
  return { repository: { ...repository, touch }, batches, state };
}

const sliding = (kind: Partial<TokenKind>) => ({
  kinds: { service: manySliding({ prefix: "acme_svc", ...kind }) },
});

async function expiryOf({ tokens }: World, tokenId: string): Promise<string | undefined> {
  const { expiresAt } = await tokens.get({ tokenId, actor: SYSTEM });
  return expiresAt?.toISOString();
}

afterEach(() => vi.useRealTimers());

describe("how often a use is noted", () => {
  test("IND-26, IND-43 once a minute for each token", async () => {
    const { repository, batches } = touchWatched();
    const world = createWorld({ repository });
    const { secret, token } = await world.issue();
    const start = world.clock.now();
    for (const after of [0, 1, 30_000, 59_999, 60_000, 60_001, 119_999, 120_000]) {
      world.clock.set(start + after);
      await world.verify(secret);
      await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    }
    expect(batches.flat().map(({ usedAt }) => usedAt - start)).toEqual([0, 60_000, 120_000]);
  });

  test("once a minute also while what was noted waits to be written", async () => {
    const { repository, batches } = touchWatched();
    const world = createWorld({ repository });
    const { secret } = await world.issue();
    for (let call = 0; call < 10; call++) await world.verify(secret);
    await world.tokens.close();
    expect(batches.map((batch) => batch.length)).toEqual([1]);
  });

  test("in one write for all tokens used within a second", async () => {
    vi.useFakeTimers();
    const { repository, batches } = touchWatched();
    const world = createWorld({ repository });
    const secrets = await Promise.all([1, 2, 3].map(() => world.issue()));
    for (const { secret } of secrets) await world.verify(secret);
    await vi.advanceTimersByTimeAsync(999);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches.map((batch) => batch.length)).toEqual([3]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(batches).toHaveLength(1);
  });

  test("close writes what waits, and a call after it is noted too", async () => {
    const { repository, batches } = touchWatched();
    const world = createWorld({ repository });
    const { secret } = await world.issue();
    await world.verify(secret);
    await world.tokens.close();
    world.clock.pass({ minutes: 1 });
    await world.verify(secret);
    await world.tokens.close();
    expect(batches.flat()).toHaveLength(2);
  });

  test("get and list show the use that was just accepted", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue();
    await world.verify(secret);
    const usedNow = { lastUsedAt: new Date(world.clock.now()) };
    expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toMatchObject(usedNow);
    world.clock.pass({ minutes: 2 });
    await world.verify(secret);
    const { tokens } = await world.tokens.list({ owner: ADA, actor: SYSTEM });
    expect(tokens).toMatchObject([{ lastUsedAt: new Date(world.clock.now()) }]);
  });
});

describe.each(REPOSITORIES)("OKT-20, OKT-21 sliding, over $store", ({ open }) => {
  test.each([
    ["TV-01", { days: 30 }, "2021-12-11T20:38:10.000Z"],
    ["TV-02", { minutes: 5 }, "2021-11-11T20:43:10.000Z"],
  ])("%s", async (_name, unusedFor, expiry) => {
    const world = createWorld({
      repository: await open(),
      ...sliding({ expiry: { type: "sliding", unusedFor } }),
    });
    world.clock.set(Date.UTC(2021, 10, 11, 20, 37, 10));
    const { secret, token } = await world.issue();
    world.clock.set(Date.UTC(2021, 10, 11, 20, 38, 10));
    await world.verify(secret);
    expect(await expiryOf(world, token.id)).toBe(expiry);
  });

  test("OKT-22 an unused token expires 30 days after its making, a used one 30 days after its last use", async () => {
    const world = createWorld({ repository: await open() });
    const [used, unused] = [await world.issue(), await world.issue()];
    world.clock.pass({ days: 29 });
    expect(await world.codeOf(used.secret)).toBe("ok");
    world.clock.pass({ days: 1 });
    expect(await world.codeOf(unused.secret)).toBe("expired_token");
    world.clock.pass({ days: 28, hours: 23, minutes: 59 });
    expect(await world.codeOf(used.secret)).toBe("ok");
    world.clock.pass({ days: 30 });
    expect(await world.codeOf(used.secret)).toBe("expired_token");
  });

  test("CORE-24 the stored expiry lags by less than a minute and never runs ahead", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    const windowMs = 30 * 86_400_000;
    for (let call = 0; call < 40; call++) {
      world.clock.set(world.clock.now() + 7_000 * (call % 5));
      await world.verify(secret);
      const stored = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
      const lag = world.clock.now() + windowMs - (stored.expiresAt?.getTime() ?? 0);
      expect(lag).toBeGreaterThanOrEqual(0);
      expect(lag).toBeLessThan(60_000);
    }
  });

  test("DEC-03, ASVS 7.3.2, ASVS 10.4.8 atMost caps from the making", async () => {
    const expiry = { type: "sliding", unusedFor: { days: 30 }, atMost: { days: 40 } } as const;
    const world = createWorld({ repository: await open(), ...sliding({ expiry }) });
    const { secret, token } = await world.issue();
    const end = new Date(world.clock.now() + 40 * 86_400_000).toISOString();
    world.clock.pass({ days: 20 });
    await world.verify(secret);
    expect(await expiryOf(world, token.id)).toBe(end);
    world.clock.pass({ days: 19 });
    await world.verify(secret);
    expect(await expiryOf(world, token.id)).toBe(end);
    world.clock.pass({ days: 1 });
    expect(await world.codeOf(secret)).toBe("expired_token");
  });

  test("CORE-22 a clock that steps back shortens nothing", async () => {
    const world = createWorld({ repository: await open() });
    const { secret, token } = await world.issue();
    world.clock.pass({ days: 10 });
    await world.verify(secret);
    const slid = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    world.clock.set(world.clock.now() - 5 * 86_400_000);
    await world.verify(secret);
    expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toEqual(slid);
  });

  test("CORE-25, OWN-03 use moves no other kind's expiry", async () => {
    const world = createWorld({ repository: await open() });
    for (const kind of ["personal", "application"]) {
      const { secret, token } = await world.issue({
        kind,
        ...(kind === "personal" ? {} : { access: "full" }),
      });
      world.clock.pass({ days: 3 });
      expect(await world.codeOf(secret)).toBe("ok");
      expect(await expiryOf(world, token.id)).toBe(token.expiresAt?.toISOString());
    }
  });
});

describe("a use that waits to be written", () => {
  test("keeps a sliding token alive on its node", async () => {
    const { repository, state } = touchWatched();
    const world = createWorld({ repository });
    const { secret } = await world.issue();
    state.down = true;
    world.clock.pass({ days: 29 });
    expect(await world.codeOf(secret)).toBe("ok");
    world.clock.pass({ days: 29 });
    expect(await world.codeOf(secret)).toBe("ok");
    world.clock.pass({ days: 30 });
    expect(await world.codeOf(secret)).toBe("expired_token");
  });

  test("is written by the sweep before it looks for what has expired", async () => {
    const { repository, state } = touchWatched();
    const world = createWorld({ repository });
    const { secret } = await world.issue();
    state.down = true;
    world.clock.pass({ days: 29 });
    await world.verify(secret);
    state.down = false;
    world.clock.pass({ days: 1 });
    expect(await world.tokens.jobs.sweep()).toEqual({ removed: 0 });
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test("CORE-22 is not taken back by a clock that steps back", async () => {
    const { repository, batches } = touchWatched();
    const world = createWorld({ repository });
    const { secret, token } = await world.issue();
    world.clock.pass({ days: 2 });
    const usedAt = world.clock.now();
    await world.verify(secret);
    world.clock.set(usedAt - 86_400_000);
    await world.verify(secret);
    await world.tokens.close();
    const stored = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    expect(stored).toMatchObject({
      lastUsedAt: new Date(usedAt),
      expiresAt: new Date(usedAt + 30 * 86_400_000),
    });
    expect(batches).toHaveLength(1);
  });

  test("is tried again by itself, and told of, until it is written", async () => {
    vi.useFakeTimers();
    const { repository, batches, state } = touchWatched();
    const world = createWorld({ repository });
    const { secret, token } = await world.issue();
    state.down = true;
    await world.verify(secret);
    await vi.advanceTimersByTimeAsync(3000);
    expect(batches).toEqual([]);
    expect(world.errors.length).toBeGreaterThan(1);
    expect(world.errors[0]).toMatchObject({ code: "unavailable" });
    state.down = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(batches).toEqual([[expect.objectContaining({ id: token.id })]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("and cannot be written is told of at close, which ends nevertheless", async () => {
    const { repository, state } = touchWatched();
    const world = createWorld({ repository });
    const { secret } = await world.issue();
    state.down = true;
    await world.verify(secret);
    await world.tokens.close();
    expect(world.errors).toHaveLength(1);
  });
});

describe.each(REPOSITORIES)("T-10, CORE-23 a use that comes late, over $store", ({ open }) => {
  /** Accepts a call on a node whose writes are held back, lets another node act, and then lets the write go. */
  async function lateUse(act: (world: World, tokenId: string) => Promise<unknown>) {
    const repository = await open();
    const world = createWorld({ repository });
    const late = touchWatched(repository);
    late.state.down = true;
    const slow = world.node({ repository: late.repository });
    const issued = await world.issue();
    world.clock.pass({ days: 1 });
    await slow.verify(issued.secret, { api: "orders", method: "GET" });
    await act(world, issued.token.id);
    late.state.down = false;
    await slow.close();
    expect(late.batches.flat()).toHaveLength(1);
    return { ...issued, world, repository };
  }

  test("does not bring a revoked token back", async () => {
    const { world, secret, token, repository } = await lateUse(({ tokens }, tokenId) =>
      tokens.revoke({ tokenId, actor: SYSTEM }),
    );
    expect(await repository.findById(token.id)).toBeUndefined();
    expect(await world.codeOf(secret)).toBe("unknown_token");
  });

  test("does not bring a swept token back", async () => {
    const { world, secret, token, repository } = await lateUse(({ tokens, clock }) => {
      clock.pass({ days: 29 });
      return tokens.jobs.sweep();
    });
    expect(await repository.findById(token.id)).toBeUndefined();
    expect(await world.codeOf(secret)).toBe("unknown_token");
  });

  test("undoes no other change", async () => {
    const { world, token } = await lateUse(({ tokens }, tokenId) =>
      tokens.update({ tokenId, actor: SYSTEM, name: "renamed", budgets: { orders: 7 } }),
    );
    expect(await world.tokens.get({ tokenId: token.id, actor: SYSTEM })).toMatchObject({
      name: "renamed",
      budgets: { orders: 7 },
      lastUsedAt: new Date(world.clock.now()),
    });
  });

  test("does not move a later use back", async () => {
    const { world, token } = await lateUse(async ({ tokens, clock }, tokenId) => {
      clock.pass({ hours: 1 });
      await tokens.update({ tokenId, actor: SYSTEM, name: "renamed" });
    });
    const before = await world.tokens.get({ tokenId: token.id, actor: SYSTEM });
    expect(before.lastUsedAt).toEqual(new Date(world.clock.now() - 3_600_000));
  });

  test("whatever the order of calls and revocations", async () => {
    const repository = jitteredRepository(await open());
    const world = createWorld({ repository });
    const call = { api: "orders", method: "GET" };
    const rounds = Array.from({ length: 20 }, async () => {
      const [issued, node] = [await world.issue(), world.node()];
      const calls = Array.from({ length: 3 }, () => node.verify(issued.secret, call));
      await Promise.all([
        ...calls,
        world.tokens.revoke({ tokenId: issued.token.id, actor: SYSTEM }),
      ]);
      expect(await node.verify(issued.secret, call)).toMatchObject({ code: "unknown_token" });
      await node.close();
      expect(await repository.findById(issued.token.id)).toBeUndefined();
    });
    await Promise.all(rounds);
  });
});
