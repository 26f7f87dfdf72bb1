import type { Change, Repository, StoredToken } from "../../ports/repository.ts";
import {
  ACCOUNT,
  commitOk,
  eventIds,
  HOUR_MS,
  insertToken,
  NOW,
  OWNER,
  sampleEvent,
  sampleToken,
} from "./samples.ts";

/** A store with something for every kind of step to work on, and a change that has every kind of step and succeeds. */
export interface Stage {
  readonly primary: StoredToken;
  readonly expiring: StoredToken;
  readonly removed: StoredToken;
  readonly updated: StoredToken;
  readonly inserted: StoredToken;
  readonly healthy: Change;
}

export async function setStage(repository: Repository): Promise<Stage> {
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
export async function everything(repository: Repository): Promise<unknown> {
  return [
    await repository.listByOwner({ owner: OWNER, limit: 1000 }),
    await repository.zones(ACCOUNT),
    await eventIds(repository),
  ];
}
