import type { BudgetStore } from "../../../src/ports/budget-store.ts";
import type { Change, EventPage, OwnerPage, Repository } from "../../../src/ports/repository.ts";
import { sampleEvent, sampleToken } from "../../../src/testing/repository/samples.ts";

/** How many rows each table has when plans are looked at. */
export const ROWS = 100_000;

/** When the rows of {@link ROWS} say that it is. */
const NOW = 1_800_000_000_000;

/** What the rows hold, each by its number from 0: the same in every database. */
const rowNames = {
  id: (row: number): string => `id-${row}`,
  owner: (row: number): string => `owner-${Math.floor(row / 10)}`,
  account: (row: number): string => `account-${Math.floor(row / 1000)}`,
  zoneAccount: (row: number): string => `account-${row}`,
  budget: (row: number): string => `budget-${row}`,
} as const;

/** How a database makes rows: where they come from, the number of each, and expressions over it. */
export interface RowSource {
  readonly from: string;
  readonly row: string;
  readonly hash: string;
  readonly text: (prefix: string, number: string) => string;
  readonly per: (count: number) => string;
  /** A document of zones that is long. */
  readonly long: string;
}

/** Statements that fill every table with {@link ROWS} rows. */
export function fillStatements({ from, row, hash, text, per, long }: RowSource): readonly string[] {
  const [owner, account] = [text("owner-", per(10)), text("account-", per(1000))];
  return [
    `insert into tokenry_tokens (id, hash, pepper, kind, owner, account, name, slot, hint, access, network, names_zones, budgets,
      created_at, created_by, updated_at, secret_created_at, expires_at, last_used_at, reminded_from, version)
    select ${text("id-", row)}, ${hash}, null, case when ${row} % 3 = 0 then 'service' else 'personal' end, ${owner}, ${account},
      'a name', case when ${row} % 10 = 0 then 'primary' end, 'hint', null, null, case when ${row} % 100 = 0 then 1 else 0 end, '{}',
      ${NOW}, 'SYSTEM', ${NOW}, ${NOW}, ${NOW} + (${row} - ${ROWS} / 2) * 1000, null, null, 1 from ${from}`,
    `insert into tokenry_zone_sets (account, revision, document, digest)
    select ${text("account-", row)}, 1, case when ${row} = 99 then ${long} else '[]' end,
      case when ${row} = 99 then '1:unknown' end from ${from}`,
    `insert into tokenry_events (id, type, at, account, owner, token_id, kind, actor, outcome, data, state, due_at, attempts, claimed)
    select ${text("event-", row)}, 'token.issued', ${NOW}, ${account}, ${owner}, ${text("id-", row)}, 'personal', 'SYSTEM', 'done', '{}',
      case when ${row} % 2 = 0 then 'delivered' when ${row} % 9 = 0 then 'pending' end,
      case when ${row} % 2 = 1 and ${row} % 9 = 0 then ${NOW} + (${row} - ${ROWS} / 2) end, 1, 0 from ${from}`,
    `insert into tokenry_budgets ("key", level, "at", empty_from)
    select ${text("budget-", row)}, 1, ${NOW}, ${NOW} + 60000 from ${from}`,
  ];
}

type Work = (repository: Repository) => PromiseLike<unknown>;

const { id, owner, account } = rowNames;
const [own, theirs] = [{ owner: owner(7), limit: 50 }, { account: account(3000) }];

const ownerPages: readonly OwnerPage[] = [
  own,
  { ...own, after: id(72) },
  { ...own, kind: "service" },
  { ...own, kind: "service", after: id(72) },
];

const eventFilters: readonly Omit<EventPage, "limit">[] = [
  theirs,
  { ...theirs, owner: owner(300) },
  { tokenId: id(77) },
  { tokenId: id(77), ...theirs },
  { tokenId: id(77), owner: owner(7) },
  { tokenId: id(77), ...theirs, owner: owner(7) },
];

const eventPages: readonly EventPage[] = eventFilters.flatMap((filter) => [
  { ...filter, limit: 50 },
  { ...filter, limit: 50, before: 90_000 },
]);

/** Every step that a commit may have; what fails is rolled back, and its statements have run. */
const changes: readonly Partial<Change>[] = [
  { remove: [{ id: id(5), version: 1, expiresAt: 9 }] },
  { remove: [11, 12, 13].map((row) => ({ id: id(row), version: 1 })) },
  { update: [{ id: id(5), version: 1, set: { name: "new", slot: "primary" } }] },
  { update: [{ id: id(6), version: 7, set: { slot: null } }] },
  { insert: [sampleToken({ owner: owner(5), slot: "primary" })], events: [sampleEvent()] },
  { zones: { account: "account-5", revision: 1 } },
  {
    zones: { account: "account-5", revision: 1, zones: [], unused: ["office", "cloud"], now: NOW },
  },
  { zones: { account: "nobody", revision: 0, zones: [] } },
];

/** Everything that a repository runs for each call, each batch of a job or each management operation, by name. */
export function repositoryWork(hashOf: (row: number) => string): Readonly<Record<string, Work>> {
  const hashes = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => hashOf(index * 97));
  const uses = Array.from({ length: 1000 }, (_, index) => ({
    id: id(index * 53),
    usedAt: NOW,
    expiresAt: NOW + 1,
  }));
  return {
    "findByHash, one": async (repository) => repository.findByHash(hashes(1)),
    "findByHash, three": async (repository) => repository.findByHash(hashes(3)),
    "findByHash, a crowd": (repository) =>
      Promise.all(hashes(128).map((hash) => repository.findByHash([hash]))),
    "findByHash, a long document": async (repository) => repository.findByHash([hashOf(99_999)]),
    findById: (repository) => repository.findById(id(5)),
    zones: (repository) => repository.zones(rowNames.zoneAccount(5)),
    touch: async (repository) => repository.touch(uses),
    listByOwner: (repository) =>
      Promise.all(ownerPages.map((page) => repository.listByOwner(page))),
    events: (repository) => Promise.all(eventPages.map((page) => repository.events(page))),
    expiredBefore: (repository) => repository.expiredBefore(NOW - 1_000_000, 100),
    expiringBetween: (repository) => repository.expiringBetween(NOW, NOW + 1_000_000, 100),
    "expiringBetween, a later page": (repository) =>
      repository.expiringBetween(NOW, NOW + 1_000_000, 100, { expiresAt: NOW + 9, id: id(9) }),
    claimNotices: (repository) => repository.claimNotices(50, 1000, NOW),
    settleNotice: (repository) =>
      repository.settleNotice("event-5", { status: "delivered", attempt: 1 }),
    commit: async (repository) => {
      for (const change of changes) await repository.commit({ events: [], ...change });
    },
  };
}

/** What a store of budgets runs for each batch. */
export async function takeBudgets(budgets: BudgetStore): Promise<void> {
  const take = (row: number) => {
    const bucket = { key: rowNames.budget(row), limit: 100, windowMs: 60_000 };
    return budgets.take([bucket, { ...bucket, key: rowNames.budget(row + 1) }], 1, NOW);
  };
  await take(5);
  await Promise.all(Array.from({ length: 200 }, (_, index) => take(index * 31)));
}
