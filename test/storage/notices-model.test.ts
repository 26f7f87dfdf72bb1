import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  NoticeClaim,
  NoticeOutcome,
  ParkedChoice,
  Repository,
} from "../../src/ports/repository.ts";
import { memoryRepository } from "../../src/storage/memory/repository.ts";
import { outcome, sampleNotice } from "../../src/testing/repository/notices.ts";
import { ACCOUNT, commitOk } from "../../src/testing/repository/samples.ts";
import { openRepository } from "../fixtures/sqlite-file.ts";

const LEASE_MS = 4;

/** Few of everything, so that notices meet. */
const channels = fc.subarray(["mail", "hook"], { minLength: 1 });
const step = fc.oneof(
  fc.record({
    type: fc.constant("commit" as const),
    token: fc.constantFrom("a", "b"),
    channels,
  }),
  fc.record({
    type: fc.constant("claim" as const),
    channels,
    limit: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({
    type: fc.constant("settle" as const),
    /** Of the claims so far, from the latest. */
    claims: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
    status: fc.constantFrom("delivered", "retry", "released", "parked"),
    inMs: fc.nat(6),
  }),
  fc.record({
    type: fc.constant("retry" as const),
    channel: fc.constantFrom(undefined, "mail"),
    account: fc.constantFrom(undefined, ACCOUNT, "other"),
  }),
  fc.record({ type: fc.constant("prune" as const), age: fc.nat(20), limit: fc.nat(3) }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.nat(5) }),
);

interface Event {
  readonly id: string;
  readonly at: number;
}

interface Notice extends Event {
  readonly place: number;
  readonly channel: string;
  readonly token: string;
  dueAt: number;
  attempts: number;
  untried: number;
  claimed: boolean;
  parked: boolean;
  failure: string | null;
}

/** The rules over plain lists. */
class Model {
  events: Event[] = [];
  notices: Notice[] = [];
  #place = 0;

  commit(event: Event, token: string, names: readonly string[]): void {
    this.events.push(event);
    this.#place += 1;
    for (const channel of names) {
      const counts = { attempts: 0, untried: 0, claimed: false, parked: false, failure: null };
      this.notices.push({ ...event, ...counts, place: this.#place, channel, token, dueAt: 0 });
    }
  }

  claim({ channels: names, limit, now, leaseMs }: NoticeClaim): readonly string[] {
    const due = this.notices
      .filter((notice) => names.includes(notice.channel) && this.#isFree(notice, now))
      .sort((a, b) => a.dueAt - b.dueAt || compare(a, b))
      .slice(0, limit);
    for (const notice of due) {
      Object.assign(notice, { dueAt: now + leaseMs, claimed: true });
      notice.attempts += 1;
    }
    return due
      .sort(compare)
      .map(({ id, channel, attempts, untried }) => `${id} ${channel} ${attempts} ${untried}`);
  }

  #isFree(notice: Notice, now: number): boolean {
    if (notice.parked || notice.dueAt > now) return false;
    return this.notices.every(
      (other) =>
        other === notice ||
        other.parked ||
        other.token !== notice.token ||
        other.channel !== notice.channel ||
        (other.place > notice.place && !(other.claimed && other.dueAt > now)),
    );
  }

  settle(settled: NoticeOutcome): boolean {
    const notice = this.notices.find(
      ({ id, channel, attempts, claimed }) =>
        id === settled.id && channel === settled.channel && attempts === settled.attempt && claimed,
    );
    if (notice === undefined) return false;
    notice.claimed = false;
    if (settled.status === "delivered") {
      this.notices = this.notices.filter((other) => other !== notice);
      return true;
    }
    notice.dueAt = settled.at;
    notice.parked = settled.status === "parked";
    if (settled.status === "released") notice.untried += 1;
    else notice.failure = settled.failure;
    return true;
  }

  retry({ channel, account }: ParkedChoice): number {
    const chosen = this.notices.filter(
      (notice) =>
        notice.parked &&
        notice.channel === (channel ?? notice.channel) &&
        (account ?? ACCOUNT) === ACCOUNT,
    );
    for (const notice of chosen)
      Object.assign(notice, { parked: false, dueAt: 0, untried: notice.attempts });
    return chosen.length;
  }

  prune(before: number, limit: number): number {
    const old = this.events
      .filter(({ id, at }) => at < before && !this.notices.some((notice) => notice.id === id))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
    this.events = this.events.filter((event) => !old.includes(event));
    return old.length;
  }
}

function compare(a: Notice, b: Notice): number {
  return a.place - b.place || (a.channel < b.channel ? -1 : 1);
}

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A repository and the model of what it must do. */
class Run {
  readonly #model = new Model();
  readonly #claims: string[] = [];
  readonly #repository: Repository;
  #now = 1000;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  async take(next: Step): Promise<void> {
    const [repository, model, now] = [this.#repository, this.#model, this.#now];
    switch (next.type) {
      case "commit": {
        const event = sampleNotice({ tokenId: next.token, at: now - (now % 3) });
        await commitOk(repository, { events: [event], channels: next.channels });
        model.commit(event, next.token, next.channels);
        break;
      }
      case "claim": {
        const claim = { ...next, leaseMs: LEASE_MS, now };
        const notices = await repository.claimNotices(claim);
        const places = notices.map(
          ({ event, channel, attempt, untried }) => `${event.id} ${channel} ${attempt} ${untried}`,
        );
        expect(places).toEqual(model.claim(claim));
        this.#claims.unshift(...places);
        break;
      }
      case "settle": {
        const outcomes = next.claims.flatMap((index) => {
          const [id, channel = "", attempt] = this.#claims[index]?.split(" ") ?? [];
          const fields = { channel, attempt: Number(attempt), at: now + next.inMs };
          return id === undefined ? [] : [outcome(id, next.status, fields)];
        });
        const settled = await repository.settleNotices(outcomes);
        expect(settled).toEqual(outcomes.map((each) => model.settle(each)));
        break;
      }
      case "retry": {
        const { channel, account } = next;
        const choice = { ...(channel && { channel }), ...(account && { account }) };
        expect(await repository.retryNotices(choice)).toBe(model.retry(choice));
        break;
      }
      case "prune": {
        const before = now - next.age;
        const pruned = await repository.pruneEvents(before, next.limit);
        expect(pruned).toBe(model.prune(before, next.limit));
        break;
      }
      case "wait":
        this.#now += next.ms;
    }
  }

  async expectReads(): Promise<void> {
    const parked = await this.#repository.parkedNotices({ limit: 99 });
    const told = parked.map(({ event, channel, tries, failure, parkedAt }) => [
      event.id,
      channel,
      tries,
      failure,
      parkedAt,
    ]);
    const expected = this.#model.notices.filter((notice) => notice.parked).sort(compare);
    expect(told).toEqual(
      expected.map(({ id, channel, attempts, untried, failure, dueAt }) => [
        id,
        channel,
        attempts - untried,
        failure,
        dueAt,
      ]),
    );
    const events = await this.#repository.events({ account: ACCOUNT, limit: 99 });
    expect(events.map(({ id }) => id)).toEqual(this.#model.events.map(({ id }) => id).reverse());
  }
}

const STORES: Readonly<
  Record<string, () => Promise<AsyncDisposable & { readonly repository: Repository }>>
> = {
  memory: async () => ({ repository: memoryRepository(), [Symbol.asyncDispose]: async () => {} }),
  SQLite: () => openRepository(),
};

test.each(Object.entries(STORES))(
  "%s agrees with plain lists, whatever becomes of notices",
  async (_, open) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60, size: "max" }),
        async (steps) => {
          await using store = await open();
          const run = new Run(store.repository);
          for (const next of steps) {
            await run.take(next);
            await run.expectReads();
          }
        },
      ),
      { numRuns: 100 },
    );
  },
);
