import { type Kysely, sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Repository } from "../../../src/ports/repository.ts";
import { migrate, schema } from "../../../src/storage/sql/index.ts";
import {
  claimAt,
  claimed,
  commitNotices,
  FAR,
  outcome,
  parkOne,
  sampleNotice,
} from "../../../src/testing/repository/notices.ts";
import {
  commitOk,
  eventIds,
  idsOf,
  NOW,
  sampleEvent,
  sampleId,
} from "../../../src/testing/repository/samples.ts";
import { openRepository, openSqlite } from "../../fixtures/sqlite-file.ts";
import { adoptCases } from "./adopt-cases.ts";

/** A repository whose statements are counted, by their first words. */
async function watched() {
  const statements: string[] = [];
  const store = await openRepository({}, { log: ({ query }) => void statements.push(query.sql) });
  return {
    ...store,
    async costOf(work: (repository: Repository) => Promise<unknown>): Promise<string> {
      statements.length = 0;
      await work(store.repository);
      return statements.map((statement) => statement.split(" ", 1)[0]).join(" ");
    },
  };
}

/** How many notices a claim would have to look at. */
async function countDue(db: Kysely<object>, now: number): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from tokenry_notices where queue = 'notifier' and due_at <= ${now}`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

describe("statements", () => {
  test("a commit has one more for its notices, however many channels, and none without", async () => {
    await using store = await watched();
    const commit = (events: number, channels?: readonly string[]) =>
      store.costOf((repository) =>
        commitOk(repository, {
          events: [sampleEvent(), ...Array.from({ length: events }, () => sampleNotice())],
          ...(channels && { channels }),
        }),
      );
    expect(await commit(0)).toBe("begin insert commit");
    expect(await commit(1)).toBe("begin insert insert commit");
    expect(await commit(50, ["mail", "hook", "mail"])).toBe("begin insert insert commit");
    expect(await commit(3, [])).toBe("begin insert commit");
    expect(await claimAt(store.repository, NOW, { channels: ["mail", "hook"] })).toHaveLength(100);
  });

  test("a claim where nothing is due is two reads; one that brings something, three more", async () => {
    await using store = await watched();
    const claim = () => store.costOf((repository) => claimAt(repository, NOW));
    expect(await claim()).toBe("select select");
    await commitNotices(store.repository, 9);
    expect(await claim()).toBe("select select begin with select commit");
  });

  test("claims are settled by few statements, however many, and by none where there are none", async () => {
    await using store = await watched();
    const ids = idsOf(await commitNotices(store.repository, 80));
    await claimAt(store.repository, NOW);
    const statuses = ["delivered", "retry", "released", "parked"] as const;
    const outcomes = ids.map((id, index) =>
      outcome(id, statuses[index % 4] ?? "retry", { at: NOW + index }),
    );
    const settle = (some: typeof outcomes) =>
      store.costOf((repository) => repository.settleNotices(some));
    expect(await settle([])).toBe("");
    expect(await settle([outcome(sampleId(), "delivered")])).toBe("select");
    // The first update takes the lock for writing, and writes nothing.
    expect(await settle(outcomes)).toBe("select begin update select delete update update commit");
    const due = await store.repository.claimNotices({
      channels: ["notifier"],
      limit: 100,
      leaseMs: 1,
      now: NOW + 41,
    });
    const expected = ids.filter((_, index) => [1, 2].includes(index % 4) && index <= 41);
    expect(due.map(({ event }) => event.id)).toEqual(expected);
  });
});

describe("what is behind heads that wait", () => {
  test("is looked at a few times and not again until the head is due", async () => {
    await using store = await openRepository();
    const { db, repository } = store;
    const tokens = Array.from({ length: 150 }, () => sampleId());
    const events = tokens.flatMap((tokenId) => [1, 2, 3].map(() => sampleNotice({ tokenId })));
    await commitOk(repository, { events });
    const heads = await claimAt(repository, NOW, { limit: 1000 });
    expect(heads).toHaveLength(150);
    await repository.settleNotices(
      heads.map(({ event }) => outcome(event.id, "retry", { at: NOW + 1000 })),
    );
    expect(await countDue(db, NOW)).toBe(300);
    for (const _ of [1, 2, 3]) expect(await claimed(repository, NOW, { limit: 10 })).toEqual([]);
    expect(await countDue(db, NOW)).toBe(0);
    expect(await claimed(repository, NOW + 999, { limit: 1000 })).toEqual([]);
    expect(await claimAt(repository, NOW + 1000, { limit: 1000 })).toHaveLength(150);
  });

  test("is due as ever once the head is delivered", async () => {
    await using store = await openRepository();
    const { repository } = store;
    const tokenId = sampleId();
    const events = Array.from({ length: 300 }, () => sampleNotice({ tokenId }));
    await commitOk(repository, { events });
    const [head = "", next] = idsOf(events);
    await claimed(repository, NOW);
    await repository.settleNotices([outcome(head, "retry", { at: NOW + 50 })]);
    expect(await claimed(repository, NOW)).toEqual([]);
    expect(await claimed(repository, NOW + 50)).toEqual([`${head} #2`]);
    await repository.settleNotices([outcome(head, "delivered", { attempt: 2 })]);
    expect(await claimed(repository, NOW + 50)).toEqual([`${next} #1`]);
  });

  test("keeps nobody, however much it is", async () => {
    await using store = await openRepository();
    const { repository } = store;
    const lanes = [sampleId(), sampleId()];
    const events = Array.from({ length: 8000 }, (_, index) =>
      sampleNotice({ tokenId: lanes[index % 2] ?? null }),
    );
    await commitOk(repository, { events });
    const heads = await claimAt(repository, NOW);
    expect(heads).toHaveLength(2);
    // One waits, one is in hand.
    await repository.settleNotices([outcome(heads[0]?.event.id ?? "", "retry", { at: FAR })]);
    const others = [sampleNotice(), sampleNotice()];
    await commitOk(repository, { events: others });
    expect(await claimed(repository, NOW, { limit: 1 })).toEqual([`${others[0]?.id} #1`]);
    expect(await claimed(repository, NOW)).toEqual([`${others[1]?.id} #1`]);
  });
});

test("one that was parked is not handed out beside a later one in hand, behind however much it stands", async () => {
  await using store = await openRepository();
  const { repository } = store;
  const [many, few] = [sampleId(), sampleId()];
  const events = Array.from({ length: 1300 }, () => sampleNotice({ tokenId: many }));
  await commitOk(repository, { events });
  const [first = "", second = ""] = idsOf(await commitNotices(repository, 2, { tokenId: few }));
  await claimed(repository, NOW);
  await repository.settleNotices([outcome(first, "parked")]);
  expect(await claimed(repository, NOW)).toEqual([`${second} #1`]);
  expect(await repository.retryNotices({})).toBe(1);
  await repository.settleNotices([outcome(events[0]?.id ?? "", "retry", { at: FAR })]);
  expect(await claimed(repository, NOW, { limit: 1 })).toEqual([]);
  await repository.settleNotices([outcome(second, "delivered")]);
  expect(await claimed(repository, NOW, { limit: 1 })).toEqual([`${first} #2`]);
});

describe("an event that cannot be read", () => {
  const FAILURE = "the event cannot be read";

  async function stateOf(db: Kysely<object>, id: string) {
    const { rows } = await sql<{ state: string; failure: string | null; due_at: number }>`
      select notice.state, notice.failure, notice.due_at from tokenry_notices as notice
      join tokenry_events as event on event.sequence = notice.sequence where event.id = ${id}
    `.execute(db);
    return rows[0];
  }

  test.each([
    ["data", "{"],
    ["outcome", "perhaps"],
    ["at", "today"],
  ])("has its notice parked, and the others are handed out: %s", async (column, value) => {
    await using store = await openRepository();
    const { db, repository } = store;
    const [broken = "", ...others] = idsOf(await commitNotices(repository, 3));
    await sql`update tokenry_events set ${sql.ref(column)} = ${value} where id = ${broken}`.execute(
      db,
    );
    expect(await claimed(repository, NOW)).toEqual(others.map((id) => `${id} #1`));
    expect(await stateOf(db, broken)).toEqual({ state: "parked", failure: FAILURE, due_at: NOW });
    expect(await claimed(repository, FAR - 1)).toEqual(others.map((id) => `${id} #2`));
  });

  test("and one that is gone, hold up nothing, even where a claim meets nothing else", async () => {
    await using store = await openRepository();
    const { db, repository } = store;
    const tokenId = sampleId();
    const ids = idsOf(await commitNotices(repository, 4, { tokenId }));
    await sql`delete from tokenry_events where id in (${ids[0]}, ${ids[1]})`.execute(db);
    await sql`update tokenry_events set data = '' where id = ${ids[2]}`.execute(db);
    expect(await claimed(repository, NOW, { limit: 1 })).toEqual([`${ids[3]} #1`]);
  });

  test("is left out of the parked ones, and others come in its place", async () => {
    await using store = await openRepository();
    const { db, repository } = store;
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) ids.push((await parkOne(repository)).id);
    await sql`update tokenry_events set data = '' where id in (${ids[0]}, ${ids[2]})`.execute(db);
    const places = async (limit: number) => {
      const notices = await repository.parkedNotices({ limit });
      return notices.map(({ event }) => event.id);
    };
    expect(await places(3)).toEqual([ids[1], ids[3], ids[4]]);
    expect(await places(9)).toEqual([ids[1], ids[3], ids[4], ids[5]]);
    expect(await repository.retryNotices({})).toBe(6);
  });
});

test("parked notices by the thousand are taken out, and events by the thousand pruned", async () => {
  await using store = await openRepository();
  const { db, repository } = store;
  const events = Array.from({ length: 2500 }, () => sampleNotice({ at: NOW - 1 }));
  await commitOk(repository, { events });
  expect(await repository.pruneEvents(NOW, 9999)).toBe(0);
  await sql`update tokenry_notices set state = 'parked', queue = null, lane = null`.execute(db);
  expect(await repository.retryNotices({ channel: "notifier" })).toBe(2500);
  await sql`delete from tokenry_notices where sequence % 10 <> 0`.execute(db);
  expect(await repository.pruneEvents(NOW, 1100)).toBe(1100);
  expect(await repository.pruneEvents(NOW, 9999)).toBe(1150);
  expect(await eventIds(repository)).toHaveLength(250);
});

test("the text of schema() has the key of the notices on a line of its own", () => {
  const key = 'constraint "acme_notices_key" primary key ("sequence", "channel")';
  expect(schema("postgres", { prefix: "acme_" })).toContain(`  "failure" text,\n  ${key}\n);`);
});

describe("the outbox of older versions, on SQLite", () => {
  adoptCases(async () => {
    const db = openSqlite();
    await migrate(db);
    return { db, [Symbol.asyncDispose]: () => db.destroy() };
  });
});
