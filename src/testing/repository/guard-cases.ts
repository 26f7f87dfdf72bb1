import type { Change, Committed, Repository } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { claimAt, FAR } from "./notices.ts";
import { ACCOUNT, HOUR_MS, NOW, sampleId, sampleToken } from "./samples.ts";
import { everything, type Stage, setStage } from "./stage.ts";

type Conflict = Extract<Committed, { readonly ok: false }>["conflict"];

/** Spoils the healthy change by one step: the change fails with this conflict, and nothing at all has happened. */
function failing(
  conflict: Conflict,
  idOf: (stage: Stage) => string,
  spoil: (stage: Stage) => Partial<Change>,
): Cases<Repository>[string] {
  return async ({ subject, peer }) => {
    const stage = await setStage(subject);
    const { healthy, inserted, removed } = stage;
    const before = await everything(subject);
    const committed = await subject.commit({ ...healthy, ...spoil(stage) });
    assertDeepEqual(committed, { ok: false, conflict, id: idOf(stage) });
    assertDeepEqual(await everything(peer), before);
    assertDeepEqual(await claimAt(peer, FAR), []);
    assertEqual(await peer.findById(inserted.id), undefined);
    assertDeepEqual((await peer.findByHash([removed.hash ?? ""]))?.token, removed);
    assertDeepEqual(await peer.commit(healthy), { ok: true });
  };
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

export const guardCases: Cases<Repository> = {
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
