import type { Change, Repository } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { claimAt } from "./notices.ts";
import {
  ACCOUNT,
  commitOk,
  eventIds,
  HOUR_MS,
  idsOf,
  insertToken,
  NOW,
  ownedIds,
  sampleEvent,
  sampleToken,
  storedToken,
} from "./samples.ts";
import { everything, setStage } from "./stage.ts";

/** A taken id or hash is no race but a mistake: it may be told by a conflict or by throwing. */
async function assertRefused(repository: Repository, change: Change): Promise<void> {
  const before = await everything(repository);
  const done = await repository.commit(change).then(
    ({ ok }) => ok,
    () => false,
  );
  assertTrue(!done, "a change that must not happen happened");
  assertDeepEqual(await everything(repository), before);
}

export const commitCases: Cases<Repository> = {
  "a change with every kind of step happens, all of it": async ({ subject, peer }) => {
    const { primary, expiring, removed, updated, inserted, healthy } = await setStage(subject);
    assertDeepEqual(await subject.commit(healthy), { ok: true });
    assertDeepEqual(await ownedIds(peer), idsOf([primary, expiring, updated, inserted]));
    assertDeepEqual(await peer.findById(updated.id), { ...updated, name: "new", version: 2 });
    assertEqual(await peer.findById(removed.id), undefined);
    assertEqual(await peer.findByHash([removed.hash ?? ""]), undefined);
    assertDeepEqual(await peer.zones(ACCOUNT), { revision: 2, zones: healthy.zones?.zones });
    assertDeepEqual(await eventIds(peer), [...idsOf(healthy.events)].reverse());
    assertEqual((await claimAt(peer, NOW)).length, 1);
  },

  "guards that hold let the step happen": async ({ subject }) => {
    const token = await insertToken(subject, { expiresAt: NOW + HOUR_MS });
    const guard = { id: token.id, version: 1, expiresAt: NOW + HOUR_MS };
    await commitOk(subject, { update: [{ ...guard, set: { expiresAt: null } }] });
    await commitOk(subject, { remove: [{ id: token.id, version: 2, expiresAt: null }] });
    assertEqual(await subject.findById(token.id), undefined);
  },

  "every update adds 1 to the version, an empty one too": async ({ subject }) => {
    const { id } = await insertToken(subject);
    await commitOk(subject, { update: [{ id, set: { name: "second" } }] });
    await commitOk(subject, { update: [{ id, version: 2, set: {} }] });
    assertEqual((await storedToken(subject, id)).version, 3);
  },

  "a step sees what the steps before it did": async ({ subject }) => {
    const token = await insertToken(subject);
    const first = { id: token.id, version: 1, set: { name: "first", hint: "kept" } };
    await commitOk(subject, {
      update: [first, { id: token.id, version: 2, set: { name: "second" } }],
    });
    assertDeepEqual(await subject.findById(token.id), {
      ...token,
      name: "second",
      hint: "kept",
      version: 3,
    });
    const again = { ...token, name: "again" };
    await commitOk(subject, { remove: [{ id: token.id, version: 3 }], insert: [again] });
    assertDeepEqual(await subject.findById(token.id), again);
    assertDeepEqual((await subject.findByHash([token.hash ?? ""]))?.token, again);
  },

  "an updated hash opens the token, the old one no longer": async ({ subject, peer }) => {
    const token = await insertToken(subject);
    const { hash } = sampleToken();
    await commitOk(subject, { update: [{ id: token.id, set: { hash } }] });
    assertEqual(await peer.findByHash([token.hash ?? ""]), undefined);
    assertEqual((await peer.findByHash([hash ?? ""]))?.token.id, token.id);
    await commitOk(subject, { update: [{ id: token.id, set: { hash: null } }] });
    assertEqual(await peer.findByHash([hash ?? ""]), undefined);
    await commitOk(subject, { update: [{ id: token.id, set: { hash: token.hash } }] });
    assertEqual((await peer.findByHash([token.hash ?? ""]))?.token.version, 4);
  },

  "a change of nothing but events happens, as does an empty one": async ({ subject }) => {
    const event = sampleEvent();
    assertDeepEqual(await subject.commit({ events: [event] }), { ok: true });
    assertDeepEqual(await subject.commit({ events: [] }), { ok: true });
    assertDeepEqual(await eventIds(subject), [event.id]);
  },

  "a taken id is refused": async ({ subject }) => {
    const taken = await insertToken(subject);
    await assertRefused(subject, {
      insert: [sampleToken(), sampleToken({ id: taken.id })],
      events: [sampleEvent()],
    });
  },

  "a taken hash is refused, in an insert and in an update": async ({ subject }) => {
    const taken = await insertToken(subject);
    const other = await insertToken(subject);
    const { hash } = taken;
    await assertRefused(subject, {
      insert: [sampleToken(), sampleToken({ hash })],
      events: [sampleEvent()],
    });
    await assertRefused(subject, {
      update: [{ id: other.id, set: { hash } }],
      events: [sampleEvent()],
    });
  },
};
