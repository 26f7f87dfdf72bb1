import { describe, expect, test } from "vitest";
import { memoryBus, memoryRepository, type Repository } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";

/** A repository whose commits are done while `isLost`, and whose answers to them do not come. */
function losingAnswers(repository: Repository) {
  const state = { isLost: false };
  const losing: Repository = {
    ...repository,
    async commit(change) {
      const committed = await repository.commit(change);
      if (state.isLost) throw new Error("the answer was lost");
      return committed;
    },
  };
  return { losing, state };
}

/** Two nodes over one store, each with a cache that only the bus empties. */
function twoNodes() {
  const repository = memoryRepository();
  const { losing, state } = losingAnswers(repository);
  const shared = { bus: memoryBus(), cache: { ttl: { days: 1 } } };
  const here = createWorld({ repository: losing, ...shared });
  const there = createWorld({ repository, ...shared });
  return { here, there, state };
}

describe("a change whose commit was not answered", () => {
  test("CORE-36 is announced all the same: other nodes refuse what it has revoked", async () => {
    const { here, there, state } = twoNodes();
    const { secret, token } = await here.tokens.issue({
      kind: "service",
      owner: ADA,
      actor: ADA,
      name: "a",
    });
    const call = { api: "orders", method: "GET" } as const;
    expect(await there.tokens.verify(secret, call)).toMatchObject({ ok: true });
    state.isLost = true;
    const revoked = here.tokens.revoke({ tokenId: token.id, actor: ADA });
    await expect(revoked).rejects.toMatchObject({ code: "unavailable" });
    expect(await there.tokens.verify(secret, call)).toMatchObject({ code: "unknown_token" });
  });

  test.each(["revoke", "revokeAll"] as const)(
    "is announced again by %s when it is repeated",
    async (repeated) => {
      const repository = memoryRepository();
      const bus = memoryBus();
      const here = createWorld({ repository, bus, cache: { ttl: { days: 1 } } });
      const there = createWorld({ repository, bus, cache: { ttl: { days: 1 } } });
      const { secret, token } = await here.tokens.issue({
        kind: "service",
        owner: ADA,
        actor: ADA,
        name: "a",
      });
      const call = { api: "orders", method: "GET" } as const;
      expect(await there.tokens.verify(secret, call)).toMatchObject({ ok: true });
      // What an earlier try did, late, after it was given up and its announcement was sent.
      await repository.commit({ remove: [{ id: token.id }], events: [] });
      expect(await there.tokens.verify(secret, call)).toMatchObject({ ok: true });
      if (repeated === "revoke") await here.tokens.revoke({ tokenId: token.id, actor: ADA });
      else await here.tokens.revokeAll({ owner: ADA, actor: ADA });
      expect(await there.tokens.verify(secret, call)).toMatchObject({ code: "unknown_token" });
    },
  );
});

describe("a store that is slow to note uses", () => {
  test("sweeps no token that was used in time, nor tells management that it has expired", async () => {
    const repository = memoryRepository();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow: Repository = {
      ...repository,
      async touch(uses) {
        await gate;
        await repository.touch(uses);
      },
    };
    const world = createWorld({ repository: slow });
    const { tokens, clock } = world;
    const { secret, token } = await tokens.issue({
      kind: "service",
      owner: ADA,
      actor: ADA,
      name: "a",
    });
    const call = { api: "orders", method: "GET" } as const;
    clock.set((token.expiresAt as Date).getTime() - 500);
    expect(await tokens.verify(secret, call)).toMatchObject({ ok: true });
    clock.set((token.expiresAt as Date).getTime() + 500);
    expect(await tokens.get({ tokenId: token.id, actor: ADA })).toMatchObject({ id: token.id });
    const swept = tokens.jobs.sweep();
    open();
    expect(await swept).toEqual({ removed: 0 });
    expect(await tokens.verify(secret, call)).toMatchObject({ ok: true });
  });
});
