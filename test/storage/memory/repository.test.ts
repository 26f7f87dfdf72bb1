import { describe, expect, test } from "vitest";
import type { FoundToken, Repository, StoredToken } from "../../../src/ports/repository.ts";
import { memoryRepository } from "../../../src/storage/memory/repository.ts";
import { claimAt } from "../../../src/testing/repository/notices.ts";
import {
  ACCOUNT,
  commitOk,
  DAY_MS,
  insertToken,
  NOW,
  sampleEvent,
  sampleToken,
  storedToken,
} from "../../../src/testing/repository/samples.ts";

/** What a look-up answers at once. */
function found(repository: Repository, { hash }: StoredToken): FoundToken {
  const answer = repository.findByHash([hash ?? ""]);
  if (answer === undefined || "then" in answer) throw new Error("expected an answer at once");
  return answer;
}

describe("the memory repository", () => {
  test("answers findByHash and touch at once", async () => {
    const repository = memoryRepository();
    const token = await insertToken(repository);
    expect(found(repository, token).token).toEqual(token);
    expect(repository.findByHash(["unknown"])).toBeUndefined();
    expect(repository.touch([{ id: token.id, usedAt: NOW, expiresAt: null }])).toBeUndefined();
    expect(found(repository, token).token.lastUsedAt).toBe(NOW);
  });

  test("hands out one object, with its memo, as long as nothing changes", async () => {
    const repository = memoryRepository();
    const token = await insertToken(repository);
    const first = found(repository, token);
    const memo = { isOutdated: false };
    first.memo = memo;
    await insertToken(repository);
    expect(found(repository, token)).toBe(first);
    expect(first.memo).toBe(memo);
  });

  test("marks the memo as outdated when a use is noted, and only then", async () => {
    const repository = memoryRepository();
    const token = await insertToken(repository, { expiresAt: NOW + DAY_MS });
    const memo = { isOutdated: false };
    found(repository, token).memo = memo;
    await repository.touch([{ id: token.id, usedAt: NOW + DAY_MS, expiresAt: null }]);
    expect(memo.isOutdated).toBe(false);
    await repository.touch([{ id: token.id, usedAt: NOW, expiresAt: null }]);
    expect(found(repository, token).memo).toBe(memo);
    expect(memo.isOutdated).toBe(true);
  });

  test("keeps the memo, and shows the new zones, when zones change", async () => {
    const repository = memoryRepository();
    const token = await insertToken(repository);
    const before = found(repository, token);
    before.memo = { isOutdated: false };
    await commitOk(repository, { zones: { account: ACCOUNT, revision: 0, zones: [] } });
    expect(found(repository, token)).toMatchObject({ zones: { revision: 1 }, memo: before.memo });
    expect(before.zones.revision).toBe(0);
    expect(found(repository, token)).toBe(found(repository, token));
  });

  test("hands out another object after a management change", async () => {
    const repository = memoryRepository();
    const token = await insertToken(repository);
    const before = found(repository, token);
    before.memo = { isOutdated: false };
    await commitOk(repository, { update: [{ id: token.id, set: { name: "new" } }] });
    expect(found(repository, token)).not.toBe(before);
    expect(found(repository, token).memo).toBeUndefined();
    expect(before.token.name).toBe(token.name);
  });

  test("takes a change back when a step throws", async () => {
    const repository = memoryRepository();
    const token = await insertToken(repository, { slot: "primary" });
    const broken = {
      ...sampleToken(),
      get access(): never {
        throw new Error("the caller's own mistake");
      },
    };
    const change = {
      remove: [{ id: token.id }],
      insert: [sampleToken({ slot: "primary" }), broken],
      events: [sampleEvent({ deliver: true })],
    };
    await expect(repository.commit(change)).rejects.toThrow("the caller's own mistake");
    expect(await repository.listByOwner({ owner: token.owner, limit: 9 })).toEqual([token]);
    expect(found(repository, token).token).toEqual(token);
    expect(await repository.events({ account: ACCOUNT, limit: 9 })).toEqual([]);
    expect(await claimAt(repository, NOW)).toEqual([]);
  });

  test("keeps what it stores from being changed by a reader", async () => {
    const repository = memoryRepository();
    const network = { include: ["10.0.0.0/8"] };
    const { id } = await insertToken(repository, { access: { orders: ["GET"] }, network });
    const zones = [{ name: "office", ranges: ["10.0.0.0/8"], blocked: false }];
    const events = [sampleEvent({ data: { list: [{ a: 1 }] } })];
    await commitOk(repository, { zones: { account: ACCOUNT, revision: 0, zones }, events });
    const token = await storedToken(repository, id);
    const [event] = await repository.events({ account: ACCOUNT, limit: 1 });
    const parts = [
      token.access,
      token.access?.orders,
      token.network,
      token.network?.include,
      token.budgets,
      await repository.zones(ACCOUNT),
      (await repository.zones(ACCOUNT)).zones[0]?.ranges,
      event?.data,
      event?.data.list,
    ];
    for (const part of parts) expect(Object.isFrozen(part)).toBe(true);
  });

  test("counts every token as living for a zone step without a time", async () => {
    const repository = memoryRepository();
    await insertToken(repository, { expiresAt: 1, network: { include: ["zone:office"] } });
    const zones = { account: ACCOUNT, revision: 0, unused: ["office"] };
    const inUse = { ok: false, conflict: "zone_in_use", id: ACCOUNT };
    expect(await repository.commit({ zones, events: [] })).toEqual(inUse);
    expect(await repository.commit({ zones: { ...zones, now: 1 }, events: [] })).toEqual({
      ok: true,
    });
  });
});
