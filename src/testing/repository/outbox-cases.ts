import type {
  ClaimedNotice,
  NoticeOutcome,
  Repository,
  StoredEvent,
} from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { ACCOUNT, commitOk, HOUR_MS, idsOf, NOW, sampleEvent, sampleId } from "./samples.ts";

const LEASE_MS = 60_000;

/** Commits `count` events that are to be delivered, one a commit. */
async function commitNotices(
  repository: Repository,
  count: number,
): Promise<readonly StoredEvent[]> {
  const events = Array.from({ length: count }, (_, index) =>
    sampleEvent({ deliver: true, at: NOW + index }),
  );
  for (const event of events) await commitOk(repository, { events: [event] });
  return events;
}

/** Claims at `now` and tells what was claimed as id and attempt. */
async function claimed(
  repository: Repository,
  now: number,
  limit = 100,
): Promise<readonly string[]> {
  return placesOf(await repository.claimNotices(limit, LEASE_MS, now));
}

function placesOf(notices: readonly ClaimedNotice[]): readonly string[] {
  return notices.map(({ event, attempt }) => `${event.id} #${attempt}`);
}

/** Commits and claims one notice, and hands its id back. */
async function claimOne(repository: Repository): Promise<string> {
  const [event] = await commitNotices(repository, 1);
  const id = event?.id ?? "";
  assertDeepEqual(await claimed(repository, NOW), [`${id} #1`]);
  return id;
}

const claimCases: Cases<Repository> = {
  "only events that are to be delivered are claimed, each with all it holds": async ({
    subject,
    peer,
  }) => {
    const notice = sampleEvent({
      deliver: true,
      data: { list: ["ü", null] },
      kind: "personal",
      tokenId: sampleId(),
    });
    await commitOk(subject, { events: [sampleEvent(), notice, sampleEvent()] });
    const [first, ...others] = await peer.claimNotices(10, LEASE_MS, NOW);
    assertDeepEqual(
      { event: first?.event, attempt: first?.attempt },
      { event: notice, attempt: 1 },
    );
    assertDeepEqual(others, []);
  },

  "notices are claimed oldest first, up to the limit": async ({ subject }) => {
    const places = idsOf(await commitNotices(subject, 7)).map((id) => `${id} #1`);
    assertDeepEqual(await claimed(subject, NOW + 10, 3), places.slice(0, 3));
    assertDeepEqual(await claimed(subject, NOW + 10, 3), places.slice(3, 6));
    assertDeepEqual(await claimed(subject, NOW + 10, 3), places.slice(6));
    assertDeepEqual(await claimed(subject, NOW + 10, 3), []);
  },

  "a notice is due from its commit on, also for a worker whose clock is behind": async ({
    subject,
  }) => {
    const [event] = await commitNotices(subject, 1);
    assertDeepEqual(await claimed(subject, NOW - HOUR_MS), [`${event?.id} #1`]);
  },

  "a lease keeps a notice from others until it ends; then it is due again": async ({
    subject,
    peer,
  }) => {
    const id = await claimOne(subject);
    assertDeepEqual(await claimed(peer, NOW), []);
    assertDeepEqual(await claimed(peer, NOW + LEASE_MS - 1), []);
    assertDeepEqual(await claimed(peer, NOW + LEASE_MS), [`${id} #2`]);
    assertDeepEqual(await claimed(subject, NOW + LEASE_MS), []);
    assertDeepEqual(await claimed(subject, NOW + 2 * LEASE_MS), [`${id} #3`]);
  },

  "claimed and delivered notices stay in the trail": async ({ subject }) => {
    const id = await claimOne(subject);
    await subject.settleNotice(id, { status: "delivered", attempt: 1 });
    const [event] = await subject.events({ account: ACCOUNT, limit: 1 });
    assertEqual(event?.id, id);
    assertEqual(event?.deliver, true);
  },
};

const FAR = NOW + 1000 * HOUR_MS;

function settles(status: "delivered" | "parked"): Cases<Repository>[string] {
  return async ({ subject, peer }) => {
    const id = await claimOne(subject);
    assertEqual(await peer.settleNotice(id, { status, attempt: 1 }), true);
    assertDeepEqual(await claimed(peer, FAR), []);
  };
}

/** Every way to settle the given claim: each must be void and change nothing. */
async function assertVoid(repository: Repository, id: string, attempt: number): Promise<void> {
  const outcomes: readonly NoticeOutcome[] = [
    { status: "delivered", attempt },
    { status: "retry", attempt, at: NOW },
    { status: "parked", attempt },
  ];
  for (const outcome of outcomes) assertEqual(await repository.settleNotice(id, outcome), false);
}

const settleCases: Cases<Repository> = {
  "a delivered notice is never due again": settles("delivered"),
  "a parked notice is never due again": settles("parked"),

  "a notice to retry is due at its time, with one more attempt": async ({ subject, peer }) => {
    const id = await claimOne(subject);
    const at = NOW + 5 * LEASE_MS;
    assertEqual(await subject.settleNotice(id, { status: "retry", attempt: 1, at }), true);
    assertDeepEqual(await claimed(peer, NOW + LEASE_MS), []);
    assertDeepEqual(await claimed(peer, at - 1), []);
    assertDeepEqual(await claimed(peer, at), [`${id} #2`]);
  },

  "a notice may be retried before its lease would have ended": async ({ subject }) => {
    const id = await claimOne(subject);
    await subject.settleNotice(id, { status: "retry", attempt: 1, at: NOW + 1 });
    assertDeepEqual(await claimed(subject, NOW + 1), [`${id} #2`]);
  },

  "a claim whose lease ran out still settles while no other worker has it": async ({ subject }) => {
    const id = await claimOne(subject);
    assertDeepEqual(await claimed(subject, NOW + LEASE_MS, 0), []);
    assertEqual(await subject.settleNotice(id, { status: "delivered", attempt: 1 }), true);
    assertDeepEqual(await claimed(subject, FAR), []);
  },

  "a claim is void once another worker has the notice": async ({ subject, peer }) => {
    const id = await claimOne(subject);
    const second = NOW + LEASE_MS;
    assertDeepEqual(await claimed(peer, second), [`${id} #2`]);
    await assertVoid(subject, id, 1);
    assertDeepEqual(await claimed(subject, second + LEASE_MS - 1), []);
    assertEqual(await peer.settleNotice(id, { status: "delivered", attempt: 2 }), true);
    assertDeepEqual(await claimed(subject, FAR), []);
  },

  "a settled claim is void": async ({ subject }) => {
    const id = await claimOne(subject);
    const at = NOW + HOUR_MS;
    assertEqual(await subject.settleNotice(id, { status: "retry", attempt: 1, at }), true);
    await assertVoid(subject, id, 1);
    assertDeepEqual(await claimed(subject, at - 1), []);
    assertDeepEqual(await claimed(subject, at), [`${id} #2`]);
    assertEqual(await subject.settleNotice(id, { status: "parked", attempt: 2 }), true);
    await assertVoid(subject, id, 2);
    assertDeepEqual(await claimed(subject, FAR), []);
  },

  "what was never claimed has nothing to settle": async ({ subject }) => {
    const [notice] = await commitNotices(subject, 1);
    const silent = sampleEvent();
    await commitOk(subject, { events: [silent] });
    for (const id of [sampleId(), silent.id, notice?.id ?? ""]) {
      for (const attempt of [0, 1]) await assertVoid(subject, id, attempt);
    }
    assertDeepEqual(await claimed(subject, NOW), [`${notice?.id} #1`]);
  },

  "settling one notice leaves the others": async ({ subject }) => {
    const [first, second] = idsOf(await commitNotices(subject, 2));
    await claimed(subject, NOW + 1);
    await subject.settleNotice(first ?? "", { status: "delivered", attempt: 1 });
    assertDeepEqual(await claimed(subject, FAR), [`${second} #2`]);
  },
};

export const outboxCases: Cases<Repository> = { ...claimCases, ...settleCases };
