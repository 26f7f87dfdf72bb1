import type { Repository, StoredToken } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { commitOk, insertToken, OWNER, sampleToken } from "./samples.ts";

type Pair = {
  readonly primary: StoredToken;
  readonly backup: StoredToken;
  readonly pending: StoredToken;
};

async function insertPair(repository: Repository): Promise<Pair> {
  return {
    primary: await insertToken(repository, { slot: "primary" }),
    backup: await insertToken(repository, { slot: "backup" }),
    pending: await insertToken(repository, { slot: "pending", hash: null }),
  };
}

async function slotsOf(repository: Repository): Promise<Readonly<Record<string, string | null>>> {
  const tokens = await repository.listByOwner({ owner: OWNER, limit: 100 });
  return Object.fromEntries(tokens.map(({ id, slot }) => [id, slot]));
}

async function assertTaken(repository: Repository, fields: Partial<StoredToken>): Promise<void> {
  const token = sampleToken(fields);
  const expected = { ok: false, conflict: "slot", id: token.id };
  assertDeepEqual(await repository.commit({ insert: [token], events: [] }), expected);
}

export const slotCases: Cases<Repository> = {
  "CORE-30 one token a slot, for each owner and kind": async ({ subject, peer }) => {
    await insertToken(subject, { slot: "primary" });
    await assertTaken(peer, { slot: "primary" });
    await assertTaken(peer, { slot: "primary", account: "another account" });
    await insertToken(subject, { slot: "backup" });
    await insertToken(subject, { slot: "primary", kind: "service" });
    await insertToken(subject, { slot: "primary", owner: "bob" });
  },

  "no slot is no limit": async ({ subject }) => {
    for (let count = 0; count < 5; count += 1) await insertToken(subject, { slot: null });
    await insertToken(subject, { slot: "primary" });
    assertEqual((await subject.listByOwner({ owner: OWNER, limit: 100 })).length, 6);
  },

  "owners, kinds and slots are told apart exactly: by case, by accent, by spaces": async ({
    subject,
  }) => {
    for (const owner of ["zoé", "zoe", "Zoe", "zoe ", " zoe", "zoe\u0301", "zo%"]) {
      await insertToken(subject, { slot: "primary", owner });
      await assertTaken(subject, { slot: "primary", owner });
    }
    for (const slot of ["Primary", "primary "]) await insertToken(subject, { slot, owner: "zoe" });
    await insertToken(subject, { slot: "primary", owner: "zoe", kind: "Personal" });
    assertEqual((await subject.listByOwner({ owner: "zoe", limit: 100 })).length, 4);
  },

  "a slot is free again once its token is removed or moved": async ({ subject }) => {
    const first = await insertToken(subject, { slot: "primary" });
    await commitOk(subject, { remove: [{ id: first.id }] });
    const second = await insertToken(subject, { slot: "primary" });
    await commitOk(subject, { update: [{ id: second.id, set: { slot: null } }] });
    await insertToken(subject, { slot: "primary" });
    await assertTaken(subject, { slot: "primary" });
  },

  "a token may be updated in its own slot": async ({ subject }) => {
    const { id } = await insertToken(subject, { slot: "primary" });
    await commitOk(subject, { update: [{ id, set: { slot: "primary", name: "new" } }] });
    assertDeepEqual(await slotsOf(subject), { [id]: "primary" });
  },

  "issuing over a token removes it in the same commit": async ({ subject }) => {
    const old = await insertToken(subject, { slot: "primary" });
    const fresh = sampleToken({ slot: "primary" });
    await commitOk(subject, { remove: [{ id: old.id, expiresAt: null }], insert: [fresh] });
    assertDeepEqual(await slotsOf(subject), { [fresh.id]: "primary" });
  },

  "CORE-32 a rotation moves primary to backup, inserts a primary and removes the backup at once":
    async ({ subject }) => {
      const { primary, backup, pending } = await insertPair(subject);
      const fresh = sampleToken({ slot: "primary" });
      await commitOk(subject, {
        remove: [{ id: backup.id }],
        update: [{ id: primary.id, version: 1, set: { slot: "backup" } }],
        insert: [fresh],
      });
      const expected = { [primary.id]: "backup", [fresh.id]: "primary", [pending.id]: "pending" };
      assertDeepEqual(await slotsOf(subject), expected);
    },

  "CORE-32 a confirmation moves primary to backup and pending to primary, and removes the backup":
    async ({ subject }) => {
      const { primary, backup, pending } = await insertPair(subject);
      await commitOk(subject, {
        remove: [{ id: backup.id }],
        update: [
          { id: primary.id, set: { slot: "backup" } },
          { id: pending.id, set: { slot: "primary", hash: sampleToken().hash } },
        ],
      });
      assertDeepEqual(await slotsOf(subject), { [primary.id]: "backup", [pending.id]: "primary" });
    },

  "a slot must be free when its step comes: updates are done as listed": async ({ subject }) => {
    const { primary, backup, pending } = await insertPair(subject);
    const committed = await subject.commit({
      remove: [{ id: backup.id }],
      update: [
        { id: pending.id, set: { slot: "primary" } },
        { id: primary.id, set: { slot: "backup" } },
      ],
      events: [],
    });
    assertDeepEqual(committed, { ok: false, conflict: "slot", id: pending.id });
    const expected = { [primary.id]: "primary", [backup.id]: "backup", [pending.id]: "pending" };
    assertDeepEqual(await slotsOf(subject), expected);
  },
};
