import type { Change, Committed, Repository, StoredToken } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  ACCOUNT,
  commitOk,
  DAY_MS,
  eventIds,
  HOUR_MS,
  idsOf,
  insertToken,
  NOW,
  OWNER,
  ownedIds,
  sampleEvent,
  sampleId,
  sampleToken,
  storedToken,
} from "./samples.ts";

/** A store with something for every kind of step to work on, and a change that has every kind of step and succeeds. */
interface Stage {
  readonly primary: StoredToken;
  readonly expiring: StoredToken;
  readonly removed: StoredToken;
  readonly updated: StoredToken;
  readonly inserted: StoredToken;
  readonly healthy: Change;
}

async function setStage(repository: Repository): Promise<Stage> {
  const primary = await insertToken(repository, {
    slot: "primary",
    network: { include: ["zone:office"] },
  });
  const expiring = await insertToken(repository, { expiresAt: NOW + HOUR_MS });
  const removed = await insertToken(repository);
  const updated = await insertToken(repository);
  const inserted = sampleToken();
  const office = { name: "office", ranges: ["10.0.0.0/8"], blocked: false };
  await commitOk(repository, { zones: { account: ACCOUNT, revision: 0, zones: [office] } });
  const healthy: Change = {
    remove: [{ id: removed.id, version: 1 }],
    update: [{ id: updated.id, version: 1, set: { name: "new" } }],
    insert: [inserted],
    zones: { account: ACCOUNT, revision: 1, zones: [office, { ...office, name: "home" }] },
    events: [sampleEvent({ deliver: true }), sampleEvent()],
  };
  return { primary, expiring, removed, updated, inserted, healthy };
}

/** All that can be read, except claims, which a read changes. */
async function everything(repository: Repository): Promise<unknown> {
  return [
    await repository.listByOwner({ owner: OWNER, limit: 1000 }),
    await repository.zones(ACCOUNT),
    await eventIds(repository),
  ];
}

/** Adds to the healthy change a step that fails: the change fails as `expected` says and nothing at all has happened. */
async function assertNothingHappens(
  repository: Repository,
  fail: (stage: Stage) => { readonly change: Change; readonly expected: Committed },
): Promise<void> {
  const stage = await setStage(repository);
  const before = await everything(repository);
  const { change, expected } = fail(stage);
  assertDeepEqual(await repository.commit(change), expected);
  assertDeepEqual(await everything(repository), before);
  assertDeepEqual(await repository.claimNotices(10, HOUR_MS, NOW + DAY_MS), []);
  assertEqual(await repository.findById(stage.inserted.id), undefined);
  assertDeepEqual((await repository.findByHash([stage.removed.hash ?? ""]))?.token, stage.removed);
  assertDeepEqual(await repository.commit(stage.healthy), { ok: true });
}

/** Cases of one form: the healthy change with one more step that fails. */
function failing(
  conflict: (Committed & { readonly ok: false })["conflict"],
  id: (stage: Stage) => string,
  spoil: (stage: Stage) => Partial<Change>,
): Cases<Repository>[string] {
  return ({ subject }) =>
    assertNothingHappens(subject, (stage) => ({
      change: { ...stage.healthy, ...spoil(stage) },
      expected: { ok: false, conflict, id: id(stage) },
    }));
}

const unknownId = sampleId();

function alsoRemove(guard: (stage: Stage) => NonNullable<Change["remove"]>[number]) {
  return (stage: Stage): Partial<Change> => ({
    remove: [...(stage.healthy.remove ?? []), guard(stage)],
  });
}

function alsoUpdate(step: (stage: Stage) => NonNullable<Change["update"]>[number]) {
  return (stage: Stage): Partial<Change> => ({
    update: [...(stage.healthy.update ?? []), step(stage)],
  });
}

const named = { set: { name: "x" } };

const failures: Cases<Repository> = {
  "remove of an unknown id: missing": failing(
    "missing",
    () => unknownId,
    alsoRemove(() => ({ id: unknownId })),
  ),
  "remove at another version: version": failing(
    "version",
    ({ primary }) => primary.id,
    alsoRemove(({ primary }) => ({ id: primary.id, version: 2 })),
  ),
  "remove at another expiry: version": failing(
    "version",
    ({ expiring }) => expiring.id,
    alsoRemove(({ expiring }) => ({ id: expiring.id, version: 1, expiresAt: NOW + HOUR_MS - 1 })),
  ),
  "remove that needs no expiry of a token with one: version": failing(
    "version",
    ({ expiring }) => expiring.id,
    alsoRemove(({ expiring }) => ({ id: expiring.id, expiresAt: null })),
  ),
  "remove that needs an expiry of a token without: version": failing(
    "version",
    ({ primary }) => primary.id,
    alsoRemove(({ primary }) => ({ id: primary.id, expiresAt: NOW })),
  ),
  "remove of a token that the change has removed: missing": failing(
    "missing",
    ({ removed }) => removed.id,
    alsoRemove(({ removed }) => ({ id: removed.id })),
  ),
  "update of an unknown id: missing": failing(
    "missing",
    () => unknownId,
    alsoUpdate(() => ({ id: unknownId, ...named })),
  ),
  "update of a token that the change has removed: missing": failing(
    "missing",
    ({ removed }) => removed.id,
    alsoUpdate(({ removed }) => ({ id: removed.id, version: 1, ...named })),
  ),
  "update at another version: version": failing(
    "version",
    ({ primary }) => primary.id,
    alsoUpdate(({ primary }) => ({ id: primary.id, version: 2, ...named })),
  ),
  "update at another expiry: version": failing(
    "version",
    ({ expiring }) => expiring.id,
    alsoUpdate(({ expiring }) => ({ id: expiring.id, expiresAt: null, ...named })),
  ),
  "update into a slot that is taken: slot": failing(
    "slot",
    ({ expiring }) => expiring.id,
    alsoUpdate(({ expiring }) => ({ id: expiring.id, set: { slot: "primary" } })),
  ),
  "insert into a slot that is taken: slot": failing(
    "slot",
    () => unknownId,
    ({ inserted }) => ({ insert: [inserted, sampleToken({ id: unknownId, slot: "primary" })] }),
  ),
  "insert of two tokens into one slot: slot": failing(
    "slot",
    () => unknownId,
    ({ inserted }) => ({
      insert: [
        inserted,
        sampleToken({ slot: "backup" }),
        sampleToken({ id: unknownId, slot: "backup" }),
      ],
    }),
  ),
  "zones at an older revision: zones": failing(
    "zones",
    () => ACCOUNT,
    ({ healthy }) => ({
      zones: { account: ACCOUNT, revision: 0, zones: healthy.zones?.zones ?? [] },
    }),
  ),
  "zones at a revision to come: zones": failing(
    "zones",
    () => ACCOUNT,
    () => ({
      zones: { account: ACCOUNT, revision: 2 },
    }),
  ),
  "zones that are in use: zone_in_use": failing(
    "zone_in_use",
    () => ACCOUNT,
    () => ({
      zones: { account: ACCOUNT, revision: 1, zones: [], unused: ["office"], now: NOW },
    }),
  ),
};

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
    assertEqual((await peer.claimNotices(10, HOUR_MS, NOW)).length, 1);
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

  ...failures,
};
