import type { NoticeOutcome, Repository } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  assertVoid,
  claimAt,
  claimed,
  claimOne,
  commitNotices,
  FAR,
  LEASE_MS,
  outcome,
  sampleNotice,
  settleOne,
} from "./notices.ts";
import { ACCOUNT, commitOk, HOUR_MS, idsOf, NOW, sampleEvent, sampleId } from "./samples.ts";

const claimCases: Cases<Repository> = {
  "only events that are to be delivered are claimed, each with all it holds": async ({
    subject,
    peer,
  }) => {
    const event = sampleNotice({ data: { list: ["ü", null] }, kind: "personal" });
    await commitOk(subject, { events: [sampleEvent(), event, sampleEvent()] });
    assertDeepEqual(await claimAt(peer, NOW), [
      { event, channel: "notifier", attempt: 1, untried: 0 },
    ]);
  },

  "notices are claimed oldest first, up to the limit": async ({ subject }) => {
    const places = idsOf(await commitNotices(subject, 7)).map((id) => `${id} #1`);
    for (const range of [[0, 3], [3, 6], [6], [9]] as const) {
      assertDeepEqual(await claimed(subject, NOW + 10, { limit: 3 }), places.slice(...range));
    }
  },

  "a claim of none, or of no channel, claims nothing": async ({ subject }) => {
    const [event] = await commitNotices(subject, 1);
    assertDeepEqual(await claimed(subject, NOW, { limit: 0 }), []);
    assertDeepEqual(await claimed(subject, NOW, { channels: [] }), []);
    assertDeepEqual(await claimed(subject, NOW), [`${event?.id} #1`]);
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
    await settleOne(subject, id, "delivered");
    const [event] = await subject.events({ account: ACCOUNT, limit: 1 });
    assertEqual(event?.id, id);
    assertEqual(event?.deliver, true);
  },
};

const channelCases: Cases<Repository> = {
  "an event is one notice a channel, claimed by who asks for that channel": async ({
    subject,
    peer,
  }) => {
    const channels = ["mail", "Mail", "mail "];
    const events = [sampleNotice(), sampleNotice()];
    await commitOk(subject, { events: [...events, sampleEvent()], channels });
    assertDeepEqual(await claimed(peer, NOW), []);
    for (const channel of channels) {
      const notices = await claimAt(peer, NOW, { channels: [channel] });
      assertDeepEqual(
        notices,
        events.map((event) => ({ event, channel, attempt: 1, untried: 0 })),
      );
    }
  },

  "a claim of several channels brings those of all, oldest first, up to the limit": async ({
    subject,
  }) => {
    const channels = ["mail", "hook"];
    const events = await commitNotices(subject, 3, {}, { channels });
    const claim = { channels: ["hook", "mail", "hook", "other"], limit: 4 };
    const places: string[] = [];
    for (const _ of [1, 2]) {
      const notices = await claimAt(subject, NOW, claim);
      places.push(...notices.map(({ event, channel }) => `${event.id} ${channel}`).sort());
    }
    const expected = idsOf(events).flatMap((id) => [`${id} hook`, `${id} mail`]);
    assertDeepEqual(places, expected);
  },

  "an event with no channel to go to is in no outbox, and told as to be delivered": async ({
    subject,
  }) => {
    const event = sampleNotice();
    await commitOk(subject, { events: [event], channels: [] });
    assertDeepEqual(await claimed(subject, FAR), []);
    const [stored] = await subject.events({ account: ACCOUNT, limit: 1 });
    assertDeepEqual(stored, { ...event, sequence: stored?.sequence });
  },

  "each channel has an outcome of its own": async ({ subject, peer }) => {
    const [event] = await commitNotices(subject, 1, {}, { channels: ["mail", "hook"] });
    const id = event?.id ?? "";
    assertEqual((await claimAt(subject, NOW, { channels: ["mail", "hook"] })).length, 2);
    assertEqual(await settleOne(peer, id, "delivered", { channel: "mail" }), true);
    assertEqual(await settleOne(peer, id, "delivered", { channel: "mail" }), false);
    assertEqual(await settleOne(peer, id, "delivered"), false);
    assertDeepEqual(await claimed(subject, FAR, { channels: ["mail"] }), []);
    assertDeepEqual(await claimed(subject, FAR, { channels: ["hook"] }), [`${id} #2`]);
  },
};

function settles(status: "delivered" | "parked"): Cases<Repository>[string] {
  return async ({ subject, peer }) => {
    const id = await claimOne(subject);
    assertEqual(await settleOne(peer, id, status), true);
    assertDeepEqual(await claimed(peer, FAR), []);
  };
}

function isDueAgain(status: "retry" | "released", untried: number): Cases<Repository>[string] {
  return async ({ subject, peer }) => {
    const id = await claimOne(subject);
    const at = NOW + 5 * LEASE_MS;
    assertEqual(await settleOne(subject, id, status, { at }), true);
    assertDeepEqual(await claimed(peer, NOW + LEASE_MS), []);
    assertDeepEqual(await claimed(peer, at - 1), []);
    const [notice] = await claimAt(peer, at);
    assertDeepEqual(
      { id: notice?.event.id, attempt: notice?.attempt, untried: notice?.untried },
      { id, attempt: 2, untried },
    );
  };
}

const settleCases: Cases<Repository> = {
  "a delivered notice is never due again": settles("delivered"),
  "a parked notice is due no more": settles("parked"),
  "a notice to retry is due at its time, with one more attempt": isDueAgain("retry", 0),
  "a notice given back is due at its time, and its claim counts as untried": isDueAgain(
    "released",
    1,
  ),

  "claims that were given back add up, and tries do not count among them": async ({ subject }) => {
    const id = await claimOne(subject);
    for (const [index, status] of (["released", "retry", "released"] as const).entries()) {
      await settleOne(subject, id, status, { attempt: index + 1 });
      await claimed(subject, NOW);
    }
    await settleOne(subject, id, "retry", { attempt: 4 });
    const [notice] = await claimAt(subject, NOW);
    assertDeepEqual([notice?.attempt, notice?.untried], [5, 2]);
  },

  "a notice may be due again before its lease would have ended": async ({ subject }) => {
    const id = await claimOne(subject);
    await settleOne(subject, id, "retry", { at: NOW + 1 });
    assertDeepEqual(await claimed(subject, NOW + 1), [`${id} #2`]);
    await settleOne(subject, id, "released", { attempt: 2, at: NOW + 2 });
    assertDeepEqual(await claimed(subject, NOW + 2), [`${id} #3`]);
  },

  "a claim whose lease ran out still settles while no other worker has it": async ({ subject }) => {
    const id = await claimOne(subject);
    assertDeepEqual(await claimed(subject, NOW + LEASE_MS, { limit: 0 }), []);
    assertEqual(await settleOne(subject, id, "delivered"), true);
    assertDeepEqual(await claimed(subject, FAR), []);
  },

  "a claim whose lease ran out is void once another worker has the notice": async ({
    subject,
    peer,
  }) => {
    const id = await claimOne(subject);
    const second = NOW + LEASE_MS;
    assertDeepEqual(await claimed(peer, second), [`${id} #2`]);
    await assertVoid(subject, id, 1);
    assertDeepEqual(await claimed(subject, second + LEASE_MS - 1), []);
    assertEqual(await settleOne(peer, id, "delivered", { attempt: 2 }), true);
    assertDeepEqual(await claimed(subject, FAR), []);
  },

  "a settled claim is void": async ({ subject }) => {
    const id = await claimOne(subject);
    const at = NOW + HOUR_MS;
    for (const [index, status] of (["retry", "released", "parked"] as const).entries()) {
      const attempt = index + 1;
      const until = NOW + attempt * HOUR_MS;
      assertEqual(await settleOne(subject, id, status, { attempt, at: until }), true);
      await assertVoid(subject, id, attempt);
      if (status === "parked") break;
      assertDeepEqual(await claimed(subject, until - 1), []);
      assertDeepEqual(await claimed(subject, until), [`${id} #${attempt + 1}`]);
    }
    assertDeepEqual(await claimed(subject, at + FAR), []);
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

  "claims are settled together, each by itself, and told in order": async ({ subject, peer }) => {
    const [first = "", second = "", third = "", fourth = "", fifth = ""] = idsOf(
      await commitNotices(subject, 5),
    );
    await claimed(subject, NOW);
    const outcomes: readonly (readonly [NoticeOutcome, boolean])[] = [
      [outcome(third, "parked"), true],
      [outcome(first, "delivered", { attempt: 2 }), false],
      [outcome(first, "delivered"), true],
      [outcome(first, "retry"), false],
      [outcome(sampleId(), "delivered"), false],
      [outcome(fourth, "released", { at: NOW + 2 }), true],
      [outcome(second, "retry", { at: NOW + 1 }), true],
      [outcome(second, "delivered", { channel: "other" }), false],
    ];
    assertDeepEqual(
      await peer.settleNotices(outcomes.map(([each]) => each)),
      outcomes.map(([, isSettled]) => isSettled),
    );
    assertDeepEqual(await peer.settleNotices([]), []);
    assertDeepEqual(await claimed(subject, NOW + 1), [`${second} #2`]);
    assertDeepEqual(await claimed(subject, NOW + 2), [`${fourth} #2`]);
    const others = [second, fourth, fifth];
    assertDeepEqual(
      (await claimAt(subject, FAR)).map(({ event }) => event.id),
      others,
    );
  },
};

export const outboxCases: Cases<Repository> = { ...claimCases, ...channelCases, ...settleCases };
