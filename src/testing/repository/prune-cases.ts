import type { Repository } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { claimed, commitNotices, parkOne, settleOne } from "./notices.ts";
import {
  ACCOUNT,
  commitOk,
  eventIds,
  idsOf,
  insertToken,
  NOW,
  OWNER,
  sampleEvent,
} from "./samples.ts";

export const pruneCases: Cases<Repository> = {
  "events from before a time are deleted, the oldest first, up to the limit": async ({
    subject,
    peer,
  }) => {
    const times = [50, 10, 40, 20, 30, 60];
    const events = times.map((time, index) =>
      sampleEvent({ at: NOW + time, account: index % 2 === 0 ? ACCOUNT : "other" }),
    );
    await commitOk(subject, { events });
    const left = async () => [
      ...(await eventIds(peer)),
      ...(await eventIds(peer, { account: "other" })),
    ];
    const from = (time: number) =>
      events
        .filter(({ at }) => at >= NOW + time)
        .map(({ id }) => id)
        .sort();
    assertEqual(await subject.pruneEvents(NOW + 10, 9), 0);
    assertEqual(await subject.pruneEvents(NOW + 50, 0), 0);
    assertEqual(await subject.pruneEvents(NOW + 50, 3), 3);
    assertDeepEqual((await left()).sort(), from(40));
    assertEqual(await subject.pruneEvents(NOW + 50, 3), 1);
    assertDeepEqual((await left()).sort(), from(50));
    assertEqual(await subject.pruneEvents(NOW + 50, 3), 0);
    assertEqual(await subject.pruneEvents(NOW + 1000, 9), 2);
    assertDeepEqual(await left(), []);
  },

  "an event stays until its last notice is delivered": async ({ subject, peer }) => {
    const channels = ["mail", "hook"];
    const [event] = await commitNotices(subject, 1, { at: NOW - 9 }, { channels });
    const id = event?.id ?? "";
    const assertStays = async () => {
      assertEqual(await peer.pruneEvents(NOW, 9), 0);
      assertDeepEqual(await eventIds(subject), [id]);
    };
    await assertStays();
    await claimed(subject, NOW, { channels });
    await assertStays();
    await settleOne(subject, id, "delivered", { channel: "mail" });
    await assertStays();
    await settleOne(subject, id, "parked", { channel: "hook" });
    await assertStays();
    await subject.retryNotices({ id });
    await assertStays();
    await claimed(subject, NOW, { channels });
    await settleOne(subject, id, "delivered", { channel: "hook", attempt: 2 });
    assertEqual(await peer.pruneEvents(NOW, 9), 1);
    assertDeepEqual(await eventIds(subject), []);
  },

  "events that stay do not keep others, and count for nothing": async ({ subject }) => {
    const parked = await parkOne(subject, { at: NOW - 9 });
    const [due] = await commitNotices(subject, 1, { at: NOW - 8 });
    const silent = [7, 6, 5].map((age) => sampleEvent({ at: NOW - age }));
    await commitOk(subject, { events: silent });
    assertEqual(await subject.pruneEvents(NOW, 2), 2);
    const left = [silent[2]?.id, due?.id, parked.id];
    assertDeepEqual(await eventIds(subject), left);
    assertEqual((await subject.parkedNotices({ limit: 9 })).length, 1);
    assertDeepEqual(await claimed(subject, NOW), [`${due?.id} #1`]);
  },

  "events after a pruning are newer than all before it, and pages go on": async ({
    subject,
    peer,
  }) => {
    const old = Array.from({ length: 6 }, (_, index) => sampleEvent({ at: NOW + index }));
    await commitOk(subject, { events: old });
    const [newest] = await peer.events({ account: ACCOUNT, limit: 1 });
    assertEqual(await subject.pruneEvents(NOW + 6, 9), 6);
    const fresh = [sampleEvent(), sampleEvent({ at: NOW + 9 }), sampleEvent()];
    await commitOk(peer, { events: fresh });
    const page = await subject.events({ account: ACCOUNT, limit: 9 });
    assertDeepEqual(idsOf(page), idsOf(fresh).toReversed());
    const before = newest?.sequence ?? Number.POSITIVE_INFINITY;
    assertTrue(
      page.every(({ sequence }) => sequence > before),
      "sequence numbers rise",
    );
    assertDeepEqual(await eventIds(subject, { before: page[0]?.sequence ?? 0 }), [
      fresh[1]?.id,
      fresh[0]?.id,
    ]);
    assertEqual(await subject.pruneEvents(NOW + 9, 9), 2);
    assertDeepEqual(await eventIds(peer, { before: page[0]?.sequence ?? 0 }), [fresh[1]?.id]);
  },

  "tokens stay, whatever becomes of their events": async ({ subject }) => {
    const token = await insertToken(subject);
    await commitOk(subject, { events: [sampleEvent({ tokenId: token.id })] });
    assertEqual(await subject.pruneEvents(NOW + 1, 9), 1);
    assertDeepEqual(await subject.listByOwner({ owner: OWNER, limit: 9 }), [token]);
  },
};
