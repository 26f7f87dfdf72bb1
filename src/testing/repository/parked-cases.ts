import { DEFAULT_CHANNEL } from "../../model.ts";
import type { ParkedPage, Repository, StoredParkedNotice } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  claimAt,
  claimed,
  claimOne,
  commitNotices,
  FAR,
  outcome,
  parkOne,
  settleOne,
} from "./notices.ts";
import { ACCOUNT, eventIds, idsOf, NOW, sampleId } from "./samples.ts";

const CHANNELS = ["mail", "hook"];

/** Parks six notices of three events on two channels; the second event is another account's. */
async function parkSix(repository: Repository): Promise<readonly string[]> {
  const change = { channels: CHANNELS };
  const events = [
    ...(await commitNotices(repository, 1, {}, change)),
    ...(await commitNotices(repository, 1, { account: "other" }, change)),
    ...(await commitNotices(repository, 1, {}, change)),
  ];
  const notices = await claimAt(repository, NOW, { channels: CHANNELS });
  const parked = notices.map(({ event, channel }) => outcome(event.id, "parked", { channel }));
  await repository.settleNotices(parked);
  return idsOf(events);
}

async function parkedPlaces(
  repository: Repository,
  page: Partial<ParkedPage> = {},
): Promise<readonly string[]> {
  return placesOf(await repository.parkedNotices({ limit: 100, ...page }));
}

function placesOf(notices: readonly StoredParkedNotice[]): readonly string[] {
  return notices.map(({ event, channel }) => `${event.id} ${channel}`);
}

const listCases: Cases<Repository> = {
  "a parked notice tells its event, its tries, the last failure and since when": async ({
    subject,
    peer,
  }) => {
    const id = await claimOne(subject);
    await settleOne(subject, id, "released");
    await claimed(subject, NOW);
    await settleOne(subject, id, "retry", { attempt: 2 });
    await claimed(subject, NOW);
    await settleOne(subject, id, "parked", { attempt: 3, at: NOW + 7 });
    const [stored] = await peer.events({ account: ACCOUNT, limit: 1 });
    assertTrue(stored !== undefined, "the event is in the trail");
    const { sequence, ...event } = stored;
    assertDeepEqual(await peer.parkedNotices({ limit: 9 }), [
      {
        event,
        sequence,
        channel: DEFAULT_CHANNEL,
        tries: 2,
        failure: "no answer to 3",
        parkedAt: NOW + 7,
      },
    ]);
  },

  "what is due, in hand or delivered is not among the parked ones": async ({ subject }) => {
    const ids = idsOf(await commitNotices(subject, 3));
    await claimed(subject, NOW, { limit: 2 });
    await settleOne(subject, ids[0] ?? "", "delivered");
    assertDeepEqual(await parkedPlaces(subject), []);
  },

  "parked notices come in order, page by page, of one account or of all": async ({
    subject,
    peer,
  }) => {
    const ids = await parkSix(subject);
    const all = ids.flatMap((id) => [`${id} hook`, `${id} mail`]);
    const own = all.filter((place) => !place.startsWith(ids[1] ?? "?"));
    for (const [account, places] of [
      [undefined, all],
      [ACCOUNT, own],
      ["nobody", []],
    ] as const) {
      const filter = account === undefined ? {} : { account };
      assertDeepEqual(await parkedPlaces(peer, filter), places);
      for (const limit of [1, 2, 3]) {
        assertDeepEqual(await allPages(peer, { ...filter, limit }), places);
      }
    }
  },
};

async function allPages(repository: Repository, page: ParkedPage): Promise<readonly string[]> {
  const places: string[] = [];
  for (let after: ParkedPage["after"]; ; ) {
    const notices = await repository.parkedNotices({ ...page, ...(after && { after }) });
    places.push(...placesOf(notices));
    assertTrue(places.length < 1000, "pages go on for ever");
    const last = notices.at(-1);
    if (notices.length < page.limit || last === undefined) return places;
    after = { sequence: last.sequence, channel: last.channel };
  }
}

const retryCases: Cases<Repository> = {
  "one that is taken out is due at once, with all its tries before it": async ({
    subject,
    peer,
  }) => {
    const { id } = await parkOne(subject);
    assertEqual(await peer.retryNotices({}), 1);
    assertEqual(await peer.retryNotices({}), 0);
    assertDeepEqual(await parkedPlaces(subject), []);
    const [notice] = await claimAt(subject, NOW - 1);
    assertDeepEqual([notice?.event.id, notice?.attempt, notice?.untried], [id, 2, 1]);
    await settleOne(subject, id, "released", { attempt: 2 });
    await claimed(subject, NOW);
    assertEqual(await settleOne(subject, id, "parked", { attempt: 3, at: FAR }), true);
    const [parked] = await subject.parkedNotices({ limit: 9 });
    assertDeepEqual([parked?.tries, parked?.failure, parked?.parkedAt], [1, "no answer to 3", FAR]);
    assertEqual(await subject.retryNotices({ id }), 1);
    const [again] = await claimAt(subject, NOW);
    assertDeepEqual([again?.attempt, again?.untried], [4, 3]);
  },

  "an old claim does not settle one that was taken out": async ({ subject }) => {
    const { id } = await parkOne(subject);
    await subject.retryNotices({ id });
    assertEqual(await settleOne(subject, id, "delivered"), false);
    assertDeepEqual(await claimed(subject, NOW), [`${id} #2`]);
  },

  "parked notices are chosen by account, event and channel": async ({ subject, peer }) => {
    const [first = "", others = "", third = ""] = await parkSix(subject);
    const left = (await parkedPlaces(subject)).slice();
    for (const [choice, taken] of [
      [{ id: sampleId() }, []],
      [{ id: others, account: ACCOUNT }, []],
      [{ channel: "other" }, []],
      [{ account: "nobody" }, []],
      [{ id: first, account: ACCOUNT, channel: "mail" }, [`${first} mail`]],
      [{ channel: "mail" }, [`${others} mail`, `${third} mail`]],
      [{ id: third }, [`${third} hook`]],
      [{ account: "other" }, [`${others} hook`]],
      [{}, [`${first} hook`]],
    ] as const) {
      assertEqual(await peer.retryNotices(choice), taken.length);
      for (const place of taken) left.splice(left.indexOf(place), 1);
      assertDeepEqual(await parkedPlaces(subject), left);
    }
    assertEqual((await claimAt(subject, NOW, { channels: CHANNELS })).length, 6);
    assertEqual((await eventIds(subject)).length, 2);
  },
};

export const parkedCases: Cases<Repository> = { ...listCases, ...retryCases };
