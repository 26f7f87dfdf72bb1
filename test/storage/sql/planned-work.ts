import type { BudgetStore } from "../../../src/ports/budget-store.ts";
import type { IdempotencyStore } from "../../../src/ports/idempotency-store.ts";
import type {
  Change,
  EventPage,
  OwnerPage,
  ParkedChoice,
  ParkedPage,
  Repository,
} from "../../../src/ports/repository.ts";
import {
  claimAt,
  commitNotices,
  outcome,
  sampleNotice,
  settleOne,
} from "../../../src/testing/repository/notices.ts";
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
    select ${text("event-", row)}, 'token.issued', ${NOW} + ${row} - ${ROWS}, ${account}, ${owner}, ${text("id-", row)}, 'personal', 'SYSTEM', 'done', '{}',
      case when ${row} % 2 = 0 then 'delivered' else 'noticed' end, null, 1, 0 from ${from}`,
    `insert into tokenry_notices (sequence, channel, state, queue, lane, due_at, attempts, untried, claimed, failure)
    select sequence, 'notifier', case when sequence % 5 = 0 then 'parked' else 'pending' end,
      case when sequence % 5 <> 0 then 'notifier' end, case when sequence % 5 <> 0 then ${text("id-", "sequence")} end,
      ${NOW} + (sequence - ${ROWS} / 2) * 1000, sequence % 3, sequence % 2, 0, null from tokenry_events`,
    `insert into tokenry_request_marks ("key", fingerprint, "until", result)
    select ${text("request-", row)}, 'fingerprint', ${NOW} + (${row} - ${ROWS} / 2) * 1000, case when ${row} % 2 = 0 then 'result' end from ${from}`,
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
  { ...theirs, since: 1, types: ["token.issued"] },
  { ...theirs, until: NOW + 1, types: ["token.issued"] },
  { tokenId: id(77), since: NOW, until: NOW + 1, types: ["token.issued", "token.revoked"] },
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
  { events: [sampleNotice(), sampleNotice(), sampleEvent()], channels: ["notifier", "hook"] },
];

const parkedPages: readonly ParkedPage[] = [{}, theirs].flatMap((filter) => [
  { ...filter, limit: 50 },
  { ...filter, limit: 50, after: { sequence: 9000, channel: "notifier" } },
]);

const parkedChoices: readonly ParkedChoice[] = [
  theirs,
  { ...theirs, channel: "notifier" },
  { id: "event-4" },
  { id: "event-9", ...theirs },
];

/** More notices of one token than a claim looks at singly; the oldest waits. */
async function claimBehindHeads(repository: Repository): Promise<void> {
  const claim = { channels: ["behind"], limit: 5 };
  const [first] = await commitNotices(repository, 1, { tokenId: "behind" }, claim);
  const events = Array.from({ length: 2500 }, () => sampleNotice({ tokenId: "behind" }));
  await repository.commit({ events, channels: claim.channels });
  await claimAt(repository, NOW, claim);
  await settleOne(repository, first?.id ?? "", "retry", { channel: "behind", at: NOW + 1 });
  await claimAt(repository, NOW, claim);
  await claimAt(repository, NOW + 1, claim);
  await claimAt(repository, NOW + 1, claim);
}

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
    claimNotices: (repository) => claimAt(repository, NOW, { limit: 50 }),
    "claimNotices, behind heads that wait": claimBehindHeads,
    settleNotices: async (repository) => {
      const claims = await claimAt(repository, NOW - 10_000_000, { limit: 90 });
      const statuses = ["delivered", "retry", "released", "parked"] as const;
      await repository.settleNotices(
        claims.map(({ event, attempt }, index) =>
          outcome(event.id, statuses[index % 4] ?? "retry", { attempt, at: NOW }),
        ),
      );
    },
    parkedNotices: async (repository) => {
      for (const page of parkedPages) await repository.parkedNotices(page);
    },
    retryNotices: async (repository) => {
      for (const choice of parkedChoices) await repository.retryNotices(choice);
    },
    pruneEvents: (repository) => repository.pruneEvents(NOW - 50_000, 5),
    commit: async (repository) => {
      for (const change of changes) await repository.commit({ events: [], ...change });
    },
  };
}

/** What a store of requests runs: for one that is new, is known, is over, is finished and is forgotten. */
export async function markRequests(store: IdempotencyStore): Promise<void> {
  const [key, other] = ["a".repeat(64), "b".repeat(64)] as const;
  const begin = (now: number) =>
    store.beginRequest(key, { fingerprint: "f", until: now + 1000 }, now);
  for (const now of [NOW, NOW, NOW + 1000]) await begin(now);
  await store.finishRequest(key, "token-1");
  await store.beginRequest(other, { fingerprint: "f", until: NOW + 1 }, NOW);
  await store.forgetRequest(other);
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
