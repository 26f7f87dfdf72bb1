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

/** Two nodes over one store, each with a cache that only the bus empties, and a token that both know. */
async function twoNodes() {
  const repository = memoryRepository();
  const { losing, state } = losingAnswers(repository);
  const shared = { bus: memoryBus(), cache: { ttl: { days: 1 } } };
  const here = createWorld({ repository: losing, ...shared });
  const there = createWorld({ repository, ...shared });
  const { secret, token } = await here.issue({ actor: ADA });
  expect(await there.codeOf(secret)).toBe("ok");
  return { here, there, repository, state, secret, target: { tokenId: token.id, actor: ADA } };
}

describe("a change whose commit was not answered", () => {
  test("CORE-36 is announced all the same: other nodes refuse what it has revoked", async () => {
    const { here, there, state, secret, target } = await twoNodes();
    state.isLost = true;
    await expect(here.tokens.revoke(target)).rejects.toMatchObject({ code: "unavailable" });
    expect(await there.codeOf(secret)).toBe("unknown_token");
  });

  test.each(["revoke", "revokeAll"] as const)(
    "is announced again by %s when it is repeated",
    async (repeated) => {
      const { here, there, repository, secret, target } = await twoNodes();
      // What an earlier try did, late, after it was given up and its announcement was sent.
      await repository.commit({ remove: [{ id: target.tokenId }], events: [] });
      expect(await there.codeOf(secret)).toBe("ok");
      if (repeated === "revoke") await here.tokens.revoke(target);
      else await here.tokens.revokeAll({ owner: ADA, actor: ADA });
      expect(await there.codeOf(secret)).toBe("unknown_token");
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
    const { tokens, clock, issue, codeOf } = createWorld({ repository: slow });
    const { secret, token } = await issue({ actor: ADA });
    const endsAt = token.expiresAt?.getTime() ?? 0;
    clock.set(endsAt - 500);
    expect(await codeOf(secret)).toBe("ok");
    clock.set(endsAt + 500);
    expect(await tokens.get({ tokenId: token.id, actor: ADA })).toMatchObject({ id: token.id });
    const swept = tokens.jobs.sweep();
    open();
    expect(await swept).toEqual({ removed: 0 });
    expect(await codeOf(secret)).toBe("ok");
  });
});
