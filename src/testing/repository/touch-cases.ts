import type { Repository, StoredToken, Use } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  commitOk,
  DAY_MS,
  HOUR_MS,
  idsOf,
  insertToken,
  NOW,
  OWNER,
  ownedIds,
  sampleHash,
  sampleId,
  sampleTokens,
  storedToken,
} from "./samples.ts";

const EXPIRY = NOW + DAY_MS;

type Times = Pick<StoredToken, "lastUsedAt" | "expiresAt">;

/** Notes uses of a fresh token with these times and tells what differs afterwards: nothing but the times may. */
async function assertTouched(
  repository: Repository,
  start: Partial<StoredToken>,
  uses: readonly Omit<Use, "id">[],
  expected: Times,
): Promise<void> {
  const token = await insertToken(repository, start);
  for (const use of uses) await repository.touch([{ id: token.id, ...use }]);
  assertDeepEqual(await repository.findById(token.id), { ...token, ...expected });
}

export const touchCases: Cases<Repository> = {
  "a use moves lastUsedAt and expiresAt, takes off the mark of reminders, and no more, not even the version":
    async ({ subject, peer }) => {
      const token = await insertToken(subject, {
        expiresAt: EXPIRY,
        version: 4,
        slot: "primary",
        remindedFrom: 5,
      });
      await subject.touch([{ id: token.id, usedAt: NOW, expiresAt: EXPIRY + 1 }]);
      const expected = { ...token, lastUsedAt: NOW, expiresAt: EXPIRY + 1, remindedFrom: null };
      assertDeepEqual(await peer.findById(token.id), expected);
      assertDeepEqual((await peer.findByHash([token.hash ?? ""]))?.token, expected);
    },

  "a use that moves no expiry leaves the mark of reminders": async ({ subject }) => {
    const start = { expiresAt: EXPIRY, remindedFrom: 5 };
    const kept = { lastUsedAt: NOW, expiresAt: EXPIRY };
    for (const expiresAt of [null, EXPIRY, EXPIRY - 1])
      await assertTouched(subject, start, [{ usedAt: NOW, expiresAt }], kept);
    const late = { usedAt: NOW, expiresAt: EXPIRY + 1, decidedOn: EXPIRY + 1 };
    await assertTouched(subject, start, [late], kept);
  },

  "a use without an expiry leaves the expiry": async ({ subject }) => {
    const expected = { lastUsedAt: NOW, expiresAt: EXPIRY };
    await assertTouched(
      subject,
      { expiresAt: EXPIRY },
      [{ usedAt: NOW, expiresAt: null }],
      expected,
    );
  },

  "a use moves no expiry that is earlier than the one it was decided on": async ({ subject }) => {
    const shortened = { expiresAt: EXPIRY };
    const late = { usedAt: NOW, expiresAt: EXPIRY + DAY_MS };
    const kept = { lastUsedAt: NOW, expiresAt: EXPIRY };
    await assertTouched(subject, shortened, [{ ...late, decidedOn: EXPIRY + 1 }], kept);
    const moved = { lastUsedAt: NOW, expiresAt: EXPIRY + DAY_MS };
    await assertTouched(subject, shortened, [{ ...late, decidedOn: EXPIRY }], moved);
    await assertTouched(subject, shortened, [{ ...late, decidedOn: null }], moved);
  },

  "a use never gives an expiry to a token without one": async ({ subject }) => {
    const expected = { lastUsedAt: NOW, expiresAt: null };
    await assertTouched(
      subject,
      { expiresAt: null },
      [{ usedAt: NOW, expiresAt: EXPIRY }],
      expected,
    );
  },

  "CORE-22 lastUsedAt and expiresAt each only move forward": async ({ subject }) => {
    const start = { expiresAt: EXPIRY, lastUsedAt: NOW };
    const older = { usedAt: NOW - 1, expiresAt: EXPIRY - 1 };
    await assertTouched(subject, start, [older], start);
    await assertTouched(subject, start, [{ ...older, usedAt: NOW + 1 }], {
      ...start,
      lastUsedAt: NOW + 1,
    });
    await assertTouched(subject, start, [{ ...older, expiresAt: EXPIRY + 1 }], {
      ...start,
      expiresAt: EXPIRY + 1,
    });
  },

  "uses may arrive in any order, each alone or twice": async ({ subject }) => {
    const late = { usedAt: NOW + 2, expiresAt: EXPIRY + 2 };
    const early = { usedAt: NOW + 1, expiresAt: EXPIRY + 1 };
    const expected = { lastUsedAt: NOW + 2, expiresAt: EXPIRY + 2 };
    await assertTouched(subject, { expiresAt: EXPIRY }, [late, early], expected);
    await assertTouched(subject, { expiresAt: EXPIRY }, [early, late, late, early], expected);
  },

  "CORE-23 a use at or after the expiry is not noted": async ({ subject }) => {
    for (const usedAt of [EXPIRY, EXPIRY + 1, EXPIRY + DAY_MS]) {
      const expected = { lastUsedAt: null, expiresAt: EXPIRY };
      await assertTouched(
        subject,
        { expiresAt: EXPIRY },
        [{ usedAt, expiresAt: usedAt + DAY_MS }],
        expected,
      );
      await assertTouched(subject, { expiresAt: EXPIRY }, [{ usedAt, expiresAt: null }], expected);
    }
  },

  "a use in the last millisecond before the expiry is noted": async ({ subject }) => {
    const use = { usedAt: EXPIRY - 1, expiresAt: EXPIRY + HOUR_MS };
    const expected = { lastUsedAt: EXPIRY - 1, expiresAt: EXPIRY + HOUR_MS };
    await assertTouched(subject, { expiresAt: EXPIRY }, [use], expected);
  },

  "uses of unknown ids are ignored, and those beside them noted": async ({ subject }) => {
    const token = await insertToken(subject);
    const use = { usedAt: NOW, expiresAt: null };
    await subject.touch([
      { id: sampleId(), ...use },
      { id: token.id, ...use },
      { id: sampleId(), ...use },
    ]);
    assertEqual((await storedToken(subject, token.id)).lastUsedAt, NOW);
    assertDeepEqual(await ownedIds(subject), [token.id]);
    await subject.touch([]);
  },

  "T-10 a use never brings a removed token back": async ({ subject, peer }) => {
    const token = await insertToken(subject, { expiresAt: EXPIRY });
    await commitOk(subject, { remove: [{ id: token.id }] });
    await peer.touch([{ id: token.id, usedAt: NOW, expiresAt: EXPIRY + 1 }]);
    assertEqual(await peer.findById(token.id), undefined);
    assertEqual(await peer.findByHash([token.hash ?? ""]), undefined);
    assertDeepEqual(await ownedIds(peer), []);
    assertDeepEqual(await peer.expiredBefore(EXPIRY + 1, 9), []);
  },

  "a use never undoes an update": async ({ subject }) => {
    const token = await insertToken(subject, { expiresAt: EXPIRY, name: "old" });
    const set = { name: "new", expiresAt: EXPIRY - HOUR_MS, hash: sampleHash() };
    await commitOk(subject, { update: [{ id: token.id, set }] });
    await subject.touch([{ id: token.id, usedAt: NOW, expiresAt: null }]);
    assertDeepEqual(await subject.findById(token.id), {
      ...token,
      ...set,
      version: 2,
      lastUsedAt: NOW,
    });
  },

  "an update that does not set them keeps the noted times": async ({ subject }) => {
    const token = await insertToken(subject, { expiresAt: EXPIRY });
    await subject.touch([{ id: token.id, usedAt: NOW, expiresAt: EXPIRY + 1 }]);
    await commitOk(subject, { update: [{ id: token.id, version: 1, set: { name: "new" } }] });
    const expected = { ...token, name: "new", version: 2, lastUsedAt: NOW, expiresAt: EXPIRY + 1 };
    assertDeepEqual(await subject.findById(token.id), expected);
  },

  "a removal that needs the expiry that was read does not hit a token that has slid": async ({
    subject,
  }) => {
    const token = await insertToken(subject, { expiresAt: EXPIRY });
    const [expired] = await subject.expiredBefore(EXPIRY, 1);
    await subject.touch([{ id: token.id, usedAt: EXPIRY - 1, expiresAt: EXPIRY + 1 }]);
    const remove = [{ id: token.id, expiresAt: expired?.expiresAt ?? null }];
    const expected = { ok: false, conflict: "version", id: token.id };
    assertDeepEqual(await subject.commit({ remove, events: [] }), expected);
    assertEqual((await storedToken(subject, token.id)).expiresAt, EXPIRY + 1);
  },

  "a batch of 1,000 uses is noted, each for its own token": async ({ subject }) => {
    const tokens = sampleTokens(1000, { expiresAt: EXPIRY });
    await commitOk(subject, { insert: tokens });
    const uses = tokens.map(({ id }, index) => ({
      id,
      usedAt: NOW + index,
      expiresAt: EXPIRY + index,
    }));
    await subject.touch(uses);
    const stored = await subject.listByOwner({ owner: OWNER, limit: 1000 });
    assertDeepEqual(idsOf(stored), idsOf(tokens));
    const times = stored.map(({ id, lastUsedAt, expiresAt }) => ({
      id,
      usedAt: lastUsedAt,
      expiresAt,
    }));
    assertDeepEqual(times, uses);
  },

  "two uses of a token in one batch count as one after another": async ({ subject }) => {
    const uses = [
      { usedAt: NOW + 2, expiresAt: EXPIRY + 1 },
      { usedAt: NOW + 1, expiresAt: EXPIRY + 2 },
      { usedAt: NOW, expiresAt: null },
    ];
    for (const order of [uses, uses.toReversed()]) {
      const { id } = await insertToken(subject, { expiresAt: EXPIRY });
      await subject.touch(order.map((use) => ({ id, ...use })));
      const { lastUsedAt, expiresAt } = await storedToken(subject, id);
      assertDeepEqual({ lastUsedAt, expiresAt }, { lastUsedAt: NOW + 2, expiresAt: EXPIRY + 2 });
    }
  },
};
