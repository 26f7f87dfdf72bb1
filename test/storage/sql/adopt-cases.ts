import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import { migrate, sqlRepository } from "../../../src/storage/sql/index.ts";
import {
  claimAt,
  claimed,
  FAR,
  outcome,
  sampleNotice,
  settleOne,
} from "../../../src/testing/repository/notices.ts";
import {
  commitOk,
  eventIds,
  NOW,
  sampleEvent,
  sampleId,
} from "../../../src/testing/repository/samples.ts";
import { oldNode } from "../../fixtures/version-0.3.0.ts";
import type { EmptyDatabase } from "./migrate-cases.ts";

/** What becomes of the outbox of older versions, on every database. */
export function adoptCases(open: () => Promise<EmptyDatabase>): void {
  async function opened() {
    const database = await open();
    await migrate(database.db);
    return {
      db: database.db as Kysely<object>,
      old: oldNode(database.db),
      repository: sqlRepository({ db: database.db }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  }

  test("what an older version has left is claimed when it is due, with the tries that it had", async () => {
    await using node = await opened();
    const { old, repository } = node;
    const [fresh, tried, waits] = [sampleNotice(), sampleNotice(), sampleNotice()];
    await old.commit(fresh);
    await old.commit(tried, { attempts: 3, due_at: NOW });
    await old.commit(waits, { attempts: 4, due_at: NOW + 5 });
    await old.commit(sampleEvent());
    await old.commit(sampleNotice(), { state: "delivered", due_at: null, attempts: 1 });
    expect(await claimAt(repository, NOW)).toEqual([
      { event: fresh, channel: "notifier", attempt: 1, untried: 0 },
      { event: tried, channel: "notifier", attempt: 4, untried: 0 },
    ]);
    expect(await claimed(repository, NOW + 4)).toEqual([]);
    expect(await claimed(repository, NOW + 5)).toEqual([`${waits.id} #5`]);
    expect(await settleOne(repository, tried.id, "delivered", { attempt: 4 })).toBe(true);
    for (const { id } of [fresh, tried, waits]) expect(await old.stateOf(id)).toBe("noticed");
    expect(await old.claim(FAR, FAR)).toBeUndefined();
  });

  test("what an older version has parked is parked, and taken out as any other", async () => {
    await using node = await opened();
    const { old, repository } = node;
    const event = sampleNotice();
    await old.commit(event, { state: "parked", due_at: null, attempts: 20 });
    expect(await claimed(repository, FAR)).toEqual([]);
    const [parked] = await repository.parkedNotices({ limit: 9 });
    expect(parked).toMatchObject({ event, tries: 20, failure: null, parkedAt: event.at });
    expect(await repository.retryNotices({ id: event.id })).toBe(1);
    expect(await claimAt(repository, NOW)).toMatchObject([{ attempt: 21, untried: 20 }]);
  });

  test("what an old node that runs beside has in hand stays its own until its lease runs out", async () => {
    await using node = await opened();
    const { old, repository } = node;
    const events = [sampleNotice(), sampleNotice(), sampleNotice()];
    for (const event of events) await old.commit(event);
    const [first, second, third] = [
      await old.claim(NOW + 60, NOW),
      await old.claim(NOW + 70, NOW),
      await old.claim(NOW + 80, NOW),
    ];
    expect(await claimed(repository, NOW + 59)).toEqual([]);
    expect(await old.settle(first?.[0] ?? "", 1, "delivered")).toBe(true);
    expect(await old.settle(second?.[0] ?? "", 1, "pending", NOW + 100)).toBe(true);
    expect(await claimed(repository, NOW + 79)).toEqual([]);
    expect(await claimed(repository, NOW + 80)).toEqual([`${third?.[0]} #2`]);
    expect(await old.settle(third?.[0] ?? "", 1, "delivered")).toBe(false);
    expect(await old.settle(third?.[0] ?? "", 2, "delivered")).toBe(false);
    expect(await claimed(repository, NOW + 100)).toEqual([`${second?.[0]} #2`]);
    expect(await settleOne(repository, third?.[0] ?? "", "delivered", { attempt: 2 })).toBe(true);
    expect(await settleOne(repository, second?.[0] ?? "", "delivered", { attempt: 2 })).toBe(true);
    expect(await claimed(repository, FAR)).toEqual([]);
  });

  test("an old node beside goes on committing, and never sees what new nodes commit", async () => {
    await using node = await opened();
    const { old, repository } = node;
    const tokenId = sampleId();
    const [first, second, third] = [1, 2, 3].map(() => sampleNotice({ tokenId }));
    if (first === undefined || second === undefined || third === undefined) return;
    await old.commit(first);
    await commitOk(repository, { events: [second] });
    await old.commit(third);
    expect(await eventIds(repository)).toEqual([third.id, second.id, first.id]);
    for (const { id } of [first, second, third]) {
      expect(await claimed(repository, NOW)).toEqual([`${id} #1`]);
      expect(await old.claim(FAR, NOW)).toBeUndefined();
      expect(await settleOne(repository, id, "delivered")).toBe(true);
    }
  });

  test("many are taken over at once, whoever claims, each once", async () => {
    await using node = await opened();
    const { db, old } = node;
    for (let index = 0; index < 1100; index += 1)
      await old.commit(sampleNotice(), index % 2 === 0 ? {} : { state: "parked", due_at: null });
    const workers = Array.from({ length: 4 }, () => sqlRepository({ db, timeoutMs: 60_000 }));
    const claims = await Promise.all(
      workers.map((worker) => claimAt(worker, NOW, { limit: 1000 })),
    );
    const [worker = sqlRepository({ db })] = workers;
    const rest = await claimAt(worker, NOW, { limit: 1000 });
    const ids = [...claims.flat(), ...rest].map(({ event }) => event.id);
    expect(ids).toHaveLength(550);
    expect(new Set(ids).size).toBe(550);
    expect(await worker.parkedNotices({ limit: 1000 })).toHaveLength(550);
  });

  test("a claim of other channels alone leaves it to those who ask for the usual one", async () => {
    await using node = await opened();
    const { old, repository } = node;
    const event = sampleNotice();
    await old.commit(event);
    expect(await claimed(repository, NOW, { channels: ["mail"] })).toEqual([]);
    expect(await old.stateOf(event.id)).toBe("pending");
    expect(await repository.pruneEvents(FAR, 9)).toBe(0);
    expect(await claimed(repository, NOW, { channels: ["mail", "notifier"] })).toHaveLength(1);
    await repository.settleNotices([outcome(event.id, "delivered")]);
    expect(await repository.pruneEvents(FAR, 9)).toBe(1);
  });
}
