import { CompiledQuery, type Kysely, type LogEvent } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IdempotencyStore } from "../../../src/ports/idempotency-store.ts";
import type { EventPage, OwnerPage, Repository } from "../../../src/ports/repository.ts";
import { type SqlCapabilities, sqlBudgets } from "../../../src/storage/sql/index.ts";
import { claimAt, commitNotices, outcome } from "../../../src/testing/repository/notices.ts";
import {
  ACCOUNT,
  commitOk,
  insertToken,
  NOW,
  OWNER,
  sampleEvent,
  sampleHash,
} from "../../../src/testing/repository/samples.ts";
import { openRepository } from "../../fixtures/sqlite-file.ts";
import { fillStatements, markRequests, ROWS, repositoryWork, takeBudgets } from "./planned-work.ts";

const oldDatabase: Partial<SqlCapabilities> = { lists: "none" };

/** What SQLite says it will do for each statement that a piece of work runs. */
async function plansOf(
  work: (repository: Repository & IdempotencyStore) => PromiseLike<unknown>,
  capabilities: Partial<SqlCapabilities> = {},
): Promise<readonly string[]> {
  const queries: CompiledQuery[] = [];
  const log = ({ query }: LogEvent) => {
    queries.push(query);
  };
  await using store = await openRepository(capabilities, { log });
  await insertToken(store.repository, { id: "known", expiresAt: NOW });
  const before = queries.length;
  await work(store.repository);
  const plans = queries
    .splice(0)
    .slice(before)
    .map((query) => planOf(store.db, query));
  return (await Promise.all(plans)).flat();
}

async function planOf(db: Kysely<object>, { sql, parameters }: CompiledQuery) {
  // An update where nothing can be true takes the lock for writing and reads no row.
  if (/^(?:begin|commit|rollback|insert .* values)|where false$/.test(sql)) return [];
  const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
  const { rows } = await db.executeQuery<{ detail: string }>(explain);
  return rows.map(({ detail }) => placeOf(detail)).filter((place) => place !== "");
}

/** The index of a search, or what is worse than a search. What a statement has chosen before, and a list of values in it, is not a table. */
function placeOf(detail: string): string {
  if (/^SCAN (?:json_each|due|pending|parked|(?:\d+ )?CONSTANT ROW)/.test(detail)) return "";
  return /(?<=INDEX )\w+|INTEGER PRIMARY KEY|SCAN \w+|USE TEMP B-TREE.*/.exec(detail)?.[0] ?? "";
}

const tokenKey = "sqlite_autoindex_tokenry_tokens_1";
const noticesKey = "sqlite_autoindex_tokenry_notices_1";
const marksKey = "sqlite_autoindex_tokenry_request_marks_1";
const zonesKey = "sqlite_autoindex_tokenry_zone_sets_1";

function touchMany(repository: Repository) {
  const uses = Array.from({ length: 150 }, (_, index) => ({
    id: `${index}`,
    usedAt: NOW,
    expiresAt: NOW,
  }));
  return Promise.resolve(repository.touch(uses));
}

function sqliteHash(row: number): string {
  return row.toString(16).padStart(64, "0");
}

const SQLITE_ROWS = fillStatements({
  from: `(with recursive numbers (row) as (
    select 0 union all select row + 1 from numbers where row < ${ROWS - 1}
  ) select row from numbers)`,
  row: "row",
  hash: "unhex(printf('%064x', row))",
  text: (prefix, number) => `'${prefix}' || ${number}`,
  per: (count) => `(row / ${count})`,
  long: `'[{"name":"office","ranges":["' || replace(hex(zeroblob(200)), '00', '10.0.0.0/8","') || '::1"],"blocked":false}]'`,
});

describe("no statement scans a table or sorts one", () => {
  test("findByHash", async () => {
    for (const hashes of [[sampleHash()], [sampleHash(), sampleHash(), sampleHash()]]) {
      const plan = await plansOf(async (repository) => repository.findByHash(hashes));
      expect(plan).toEqual(["tokenry_tokens_hash", zonesKey]);
    }
  });

  test("findById and zones", async () => {
    expect(await plansOf((repository) => repository.findById("known"))).toEqual([tokenKey]);
    expect(await plansOf((repository) => repository.zones(ACCOUNT))).toEqual([zonesKey]);
  });

  test("touch, together and one by one", async () => {
    expect(new Set(await plansOf(touchMany))).toEqual(new Set([tokenKey]));
    expect(new Set(await plansOf(touchMany, oldDatabase))).toEqual(new Set([tokenKey]));
  });

  test.each<Partial<OwnerPage>>([
    {},
    { after: "a" },
    { kind: "personal" },
    { kind: "b", after: "a" },
  ])("listByOwner %o", async (page) => {
    const plan = await plansOf((repository) =>
      repository.listByOwner({ owner: OWNER, limit: 5, ...page }),
    );
    expect(plan).toEqual(["tokenry_tokens_owner"]);
  });

  test("expiredBefore and expiringBetween", async () => {
    const plan = await plansOf(async (repository) => {
      await repository.expiredBefore(NOW, 5);
      await repository.expiringBetween(NOW, NOW + 1, 5);
      await repository.expiringBetween(NOW, NOW + 9, 5, { expiresAt: NOW + 1, id: "a" });
    });
    expect(plan).toEqual(Array(3).fill("tokenry_tokens_expiry"));
  });

  test.each<[string, Omit<EventPage, "limit">]>([
    ["account", { account: ACCOUNT }],
    ["owner", { account: ACCOUNT, owner: OWNER }],
    ["token", { tokenId: "a" }],
    ["token", { tokenId: "a", account: ACCOUNT }],
    ["token", { tokenId: "a", owner: OWNER }],
    ["token", { tokenId: "a", account: ACCOUNT, owner: OWNER }],
    ["account", { account: ACCOUNT, since: 1, until: 9, types: ["token.issued"] }],
    ["owner", { account: ACCOUNT, owner: OWNER, since: 1 }],
    ["token", { tokenId: "a", until: 9, types: ["token.issued", "token.revoked"] }],
  ])("events, by %s: %o", async (index, filter) => {
    for (const before of [{}, { before: 5 }]) {
      const plan = await plansOf((repository) =>
        repository.events({ ...filter, ...before, limit: 5 }),
      );
      expect(plan).toEqual([`tokenry_events_${index}`]);
    }
  });

  test("claimNotices looks at what is due and at nothing else, and takes it by its key", async () => {
    const plan = await plansOf(async (repository) => {
      await commitNotices(repository, 1);
      await claimAt(repository, NOW);
    });
    expect(new Set(plan)).toEqual(
      new Set([
        // What an older version has left.
        "tokenry_events_outbox",
        "tokenry_notices_queue",
        "tokenry_notices_lane",
        noticesKey,
        // The events, by their own keys, and by their ids as they are committed.
        "INTEGER PRIMARY KEY",
        "tokenry_events_id",
      ]),
    );
  });

  test("settleNotices", async () => {
    const plan = await plansOf(async (repository) => {
      const [event] = await commitNotices(repository, 1);
      await repository.settleNotices([outcome(event?.id ?? "", "delivered")]);
    });
    expect(new Set(plan)).toEqual(new Set(["tokenry_events_id", noticesKey]));
  });

  test("parkedNotices and retryNotices", async () => {
    for (const filter of [{}, { account: ACCOUNT }, { channel: "a" }]) {
      const plan = await plansOf(async (repository) => {
        await repository.parkedNotices({ ...filter, limit: 5 });
        await repository.retryNotices(filter);
      });
      expect(new Set(plan)).toEqual(new Set(["tokenry_notices_parked", "INTEGER PRIMARY KEY"]));
    }
    const plan = await plansOf((repository) => repository.retryNotices({ id: "a" }));
    expect(plan.toSorted()).toEqual([
      "INTEGER PRIMARY KEY",
      "tokenry_events_id",
      "tokenry_notices_parked",
    ]);
  });

  test("pruneEvents", async () => {
    const plan = await plansOf(async (repository) => {
      await commitOk(repository, { events: [sampleEvent()] });
      await repository.pruneEvents(NOW + 1, 5);
    });
    expect(new Set(plan)).toEqual(
      new Set(["tokenry_events_at", noticesKey, "INTEGER PRIMARY KEY"]),
    );
  });

  test("marks of requests", async () => {
    const plan = await plansOf(markRequests);
    expect(new Set(plan)).toEqual(new Set([marksKey, "tokenry_request_marks_until"]));
  });

  test("every step of a commit", async () => {
    const plan = await plansOf(async (repository) => {
      const zones = { account: ACCOUNT, revision: 0, zones: [], unused: ["a", "b"], now: NOW };
      await commitOk(repository, {
        update: [{ id: "known", version: 1, expiresAt: NOW, set: { slot: "backup" } }],
        zones,
      });
      await repository.commit({ update: [{ id: "unknown", set: {} }], events: [] });
      await commitOk(repository, { remove: [{ id: "known", version: 2, expiresAt: NOW }] });
    });
    expect(new Set(plan)).toEqual(
      new Set([tokenKey, zonesKey, "tokenry_tokens_slot", "tokenry_tokens_zones"]),
    );
  });
});

describe(`${ROWS} rows in each table, and SQLite knows it: no statement reads a whole one`, () => {
  const queries: CompiledQuery[] = [];
  let store: Awaited<ReturnType<typeof openRepository>>;

  beforeAll(async () => {
    store = await openRepository({}, { log: ({ query }) => void queries.push(query) });
    for (const statement of [...SQLITE_ROWS, "analyze"])
      await store.db.executeQuery(CompiledQuery.raw(statement));
  });
  afterAll(() => store[Symbol.asyncDispose]());

  async function flawsOf(work: () => PromiseLike<unknown>): Promise<readonly string[]> {
    queries.length = 0;
    await work();
    const plans = await Promise.all(queries.splice(0).map((query) => planOf(store.db, query)));
    expect(plans.flat()).not.toEqual([]);
    return plans.flat().filter((place) => /^SCAN|^USE TEMP/.test(place));
  }

  for (const [name, work] of Object.entries(repositoryWork(sqliteHash))) {
    test(name, async () => {
      expect(await flawsOf(() => work(store.repository))).toEqual([]);
    });
  }

  test("marks of requests", async () => {
    expect(await flawsOf(() => markRequests(store.repository))).toEqual([]);
  });

  test("budgets", async () => {
    expect(await flawsOf(() => takeBudgets(sqlBudgets({ db: store.db })))).toEqual([]);
  });
});
