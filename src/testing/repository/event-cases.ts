import type { EventPage, Repository } from "../../ports/repository.ts";
import { assertDeepEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  ACCOUNT,
  commitOk,
  eventIds,
  idsOf,
  NOW,
  OWNER,
  sampleEvent,
  sampleId,
} from "./samples.ts";

const [firstToken, secondToken] = [sampleId(), sampleId()] as const;

/** Twelve events of three owners of two accounts, several a commit, oldest first. */
function sampleTrail() {
  return Array.from({ length: 12 }, (_, index) =>
    sampleEvent({
      account: index % 4 === 3 ? "other" : ACCOUNT,
      owner: index % 3 === 0 ? "bob" : OWNER,
      tokenId: [null, firstToken, secondToken][index % 3 === 0 ? 0 : (index % 2) + 1] ?? null,
      data: { index },
    }),
  );
}

async function commitTrail(repository: Repository) {
  const trail = sampleTrail();
  for (let index = 0; index < trail.length; index += 3) {
    await commitOk(repository, { events: trail.slice(index, index + 3) });
  }
  return trail;
}

export const eventCases: Cases<Repository> = {
  "events come newest first, and within a commit the last of its list first": async ({
    subject,
    peer,
  }) => {
    const trail = await commitTrail(subject);
    const expected = idsOf(trail.filter(({ account }) => account === ACCOUNT)).toReversed();
    assertDeepEqual(await eventIds(peer), expected);
    assertDeepEqual(await eventIds(peer, { limit: 4 }), expected.slice(0, 4));
    const sequences = (await peer.events({ account: ACCOUNT, limit: 100 })).map(
      ({ sequence }) => sequence,
    );
    assertDeepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => b - a),
    );
  },

  "events of the latest time are not the newest: the order is that of the commits": async ({
    subject,
  }) => {
    const events = [30, 10, 20].map((at) => sampleEvent({ at }));
    for (const event of events) await commitOk(subject, { events: [event] });
    assertDeepEqual(await eventIds(subject), idsOf(events).toReversed());
  },

  "events are filtered by owner, by token and by both": async ({ subject }) => {
    const trail = (await commitTrail(subject)).toReversed();
    const own = trail.filter(({ account }) => account === ACCOUNT);
    const ofOwner = own.filter(({ owner }) => owner === OWNER);
    const ofToken = own.filter(({ tokenId }) => tokenId === firstToken);
    assertTrue(ofOwner.length > ofToken.length && ofToken.length > 1, "the filters differ");
    assertDeepEqual(await eventIds(subject, { owner: OWNER }), idsOf(ofOwner));
    assertDeepEqual(await eventIds(subject, { tokenId: firstToken }), idsOf(ofToken));
    assertDeepEqual(await eventIds(subject, { owner: OWNER, tokenId: firstToken }), idsOf(ofToken));
    assertDeepEqual(await eventIds(subject, { owner: "bob", tokenId: firstToken }), []);
  },

  "an event of no owner is in its account's list and in no owner's": async ({ subject, peer }) => {
    const event = sampleEvent({ owner: null, type: "zone.changed", deliver: true });
    await commitOk(subject, { events: [event, sampleEvent({ owner: "null" })] });
    const [, stored] = await peer.events({ account: ACCOUNT, limit: 2 });
    assertDeepEqual(stored, { ...event, sequence: stored?.sequence });
    for (const owner of [OWNER, ""]) assertDeepEqual(await eventIds(peer, { owner }), []);
    assertTrue(!(await eventIds(peer, { owner: "null" })).includes(event.id), "null is no name");
  },

  "an account never sees another's events": async ({ subject }) => {
    const trail = (await commitTrail(subject)).toReversed();
    const others = trail.filter(({ account }) => account === "other");
    assertDeepEqual(await eventIds(subject, { account: "other" }), idsOf(others));
    for (const account of ["nobody", "Other", "other "])
      assertDeepEqual(await eventIds(subject, { account }), []);
  },

  "events of a token are found without its account": async ({ subject, peer }) => {
    const trail = (await commitTrail(subject)).toReversed();
    const ofToken = trail.filter(({ tokenId }) => tokenId === secondToken);
    assertTrue(new Set(ofToken.map(({ account }) => account)).size > 1, "both accounts have some");
    const events = await peer.events({ tokenId: secondToken ?? "", limit: 100 });
    assertDeepEqual(idsOf(events), idsOf(ofToken));
    const filter = { tokenId: secondToken ?? "", owner: OWNER };
    const before = events[1]?.sequence ?? 0;
    assertDeepEqual(idsOf(await peer.events({ ...filter, before, limit: 1 })), [ofToken[2]?.id]);
    assertDeepEqual(await peer.events({ tokenId: sampleId(), limit: 100 }), []);
  },

  "events are filtered by type and by time, from since on, up to until": async ({ subject }) => {
    const types = ["token.issued", "token.leaked", "token.revoked"] as const;
    const times = [40, 10, 30, 20, 0, 10];
    const events = times.map((time, index) =>
      sampleEvent({
        at: NOW + time,
        type: types[index % 3] ?? "token.issued",
        tokenId: firstToken,
      }),
    );
    await commitOk(subject, { events });
    const other = sampleEvent({ account: "other", type: "token.leaked", tokenId: firstToken });
    await commitOk(subject, { events: [other] });
    const filters: readonly Partial<EventPage>[] = [
      { types: ["token.leaked"] },
      { types: ["token.leaked", "token.issued"] },
      { types: ["zone.changed"] },
      { since: NOW + 10 },
      { until: NOW + 10 },
      { since: NOW + 10, until: NOW + 30 },
      { since: NOW + 10, until: NOW + 10 },
      { types: ["token.issued", "token.revoked"], since: NOW + 20, until: NOW + 31 },
    ];
    for (const filter of filters) {
      const { types: some = types, since = NOW, until = NOW + 99 } = filter;
      const expected = events.filter(
        ({ type, at }) => some.some((each) => each === type) && at >= since && at < until,
      );
      const ids = idsOf(expected).toReversed();
      assertDeepEqual(await eventIds(subject, filter), ids);
      assertDeepEqual(await eventIds(subject, { ...filter, owner: OWNER }), ids);
      assertDeepEqual(await eventIds(subject, { ...filter, tokenId: firstToken }), ids);
      assertDeepEqual(await eventIds(subject, { ...filter, limit: 1 }), ids.slice(0, 1));
    }
  },

  "events are read page by page, with every filter": async ({ subject }) => {
    await commitTrail(subject);
    const filters: readonly Partial<EventPage>[] = [
      {},
      { owner: OWNER },
      { tokenId: secondToken },
      { types: ["token.updated"], since: NOW, until: NOW + 1 },
    ];
    for (const filter of filters) {
      const paged: string[] = [];
      for (let before = Number.MAX_SAFE_INTEGER; ; ) {
        const page = await subject.events({ account: ACCOUNT, ...filter, before, limit: 2 });
        paged.push(...idsOf(page));
        assertTrue(paged.length < 1000, "pages go on for ever");
        const last = page.at(-1);
        if (last === undefined) break;
        before = last.sequence;
      }
      assertDeepEqual(paged, await eventIds(subject, filter));
    }
  },

  "pages stay the same while events are added": async ({ subject }) => {
    await commitTrail(subject);
    const ids = await eventIds(subject);
    const [newest] = await subject.events({ account: ACCOUNT, limit: 1 });
    await commitTrail(subject);
    assertDeepEqual(await eventIds(subject, { before: newest?.sequence ?? 0 }), ids.slice(1));
  },
};
