import type { OwnerPage, Repository, StoredToken, ZoneSet } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  commitOk,
  idsOf,
  insertToken,
  NOW,
  OWNER,
  ownedIds,
  sampleHash,
  sampleId,
  sampleToken,
  sampleTokens,
} from "./samples.ts";

/** More than any case stores: pages that never end would end no test. */
function assertEnds({ length }: readonly unknown[]): void {
  assertTrue(length < 1000, "pages go on for ever");
}

/** Reads an owner's tokens page by page. */
async function pagedIds(repository: Repository, page: OwnerPage): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after = page.after; ; after = ids.at(-1)) {
    const read = await repository.listByOwner(after === undefined ? page : { ...page, after });
    ids.push(...idsOf(read));
    assertEnds(ids);
    if (read.length < page.limit) return ids;
  }
}

/** Reads the tokens that expire in a range page by page. */
async function pagedExpiring(
  repository: Repository,
  from: number,
  to: number,
  limit: number,
): Promise<readonly string[]> {
  const tokens: StoredToken[] = [];
  for (;;) {
    const last = tokens.at(-1);
    const after =
      last === undefined ? undefined : { id: last.id, expiresAt: last.expiresAt ?? Number.NaN };
    const page = await repository.expiringBetween(from, to, limit, after);
    tokens.push(...page);
    assertEnds(tokens);
    if (page.length < limit) return idsOf(tokens);
  }
}

/** One token for each expiry, in the order given. */
async function insertExpiring(
  repository: Repository,
  expiries: readonly (number | null)[],
): Promise<readonly string[]> {
  const tokens = expiries.map((expiresAt, index) =>
    sampleToken({ expiresAt, owner: `owner ${index}` }),
  );
  await commitOk(repository, { insert: tokens });
  return idsOf(tokens);
}

/** Finds a token by its hash with these zones. */
async function assertFound(
  repository: Repository,
  token: StoredToken,
  zones: ZoneSet,
): Promise<void> {
  const found = await repository.findByHash([token.hash ?? ""]);
  assertDeepEqual(found?.token, token);
  assertDeepEqual(found?.zones, zones);
}

const findCases: Cases<Repository> = {
  "findByHash finds the token of one of several hashes": async ({ subject, peer }) => {
    const [first, second] = [await insertToken(subject), await insertToken(subject)];
    const hashes = [sampleHash(), second.hash ?? "", sampleHash()];
    assertEqual((await peer.findByHash(hashes))?.token.id, second.id);
    assertEqual((await peer.findByHash([first.hash ?? ""]))?.token.id, first.id);
  },

  "findByHash finds nothing for an unknown hash, part of a hash or no hash": async ({
    subject,
  }) => {
    const { hash } = await insertToken(subject);
    for (const hashes of [
      [],
      [sampleHash()],
      [hash?.slice(0, 63) ?? ""],
      [hash?.toUpperCase() ?? ""],
      ["%"],
    ]) {
      assertEqual(await subject.findByHash(hashes), undefined);
    }
  },

  "findByHash never finds a token without a hash": async ({ subject }) => {
    await insertToken(subject, { hash: null });
    await insertToken(subject, { hash: null });
    for (const hash of ["null", "", "undefined"])
      assertEqual(await subject.findByHash([hash]), undefined);
  },

  "findByHash brings the zones of the token's account, and of no other, as they are now": async ({
    subject,
    peer,
  }) => {
    const token = await insertToken(subject);
    const { account } = token;
    const office = { name: "office", ranges: ["10.0.0.0/8", "::1"], blocked: false };
    await commitOk(subject, {
      zones: { account: "other", revision: 0, zones: [{ ...office, blocked: true }] },
    });
    await assertFound(peer, token, { revision: 0, zones: [] });
    await commitOk(subject, { zones: { account, revision: 0, zones: [office] } });
    await assertFound(peer, token, { revision: 1, zones: [office] });
    const zones = [office, { name: "tor", ranges: [], blocked: true }];
    await commitOk(subject, { zones: { account, revision: 1, zones } });
    await assertFound(peer, token, { revision: 2, zones });
  },

  "findById finds nothing for an unknown id": async ({ subject }) => {
    await insertToken(subject);
    assertEqual(await subject.findById(sampleId()), undefined);
  },
};

const listCases: Cases<Repository> = {
  "listByOwner pages through an owner's tokens in id order, without strangers": async ({
    subject,
    peer,
  }) => {
    const tokens = sampleTokens(25);
    const strangers = sampleTokens(5, { owner: "bob" });
    await commitOk(subject, { insert: [...tokens, ...strangers].reverse() });
    for (const limit of [1, 7, 25, 26]) {
      assertDeepEqual(await pagedIds(peer, { owner: OWNER, limit }), idsOf(tokens));
    }
    assertDeepEqual(await peer.listByOwner({ owner: "nobody", limit: 5 }), []);
    assertDeepEqual(await ownedIds(peer, "bob"), idsOf(strangers));
  },

  "listByOwner filters by kind on every page": async ({ subject }) => {
    const kinds = ["personal", "service", "service", "personal", "service"];
    const tokens = kinds.map((kind) => sampleToken({ kind }));
    await commitOk(subject, { insert: tokens });
    const services = idsOf(tokens.filter(({ kind }) => kind === "service"));
    assertDeepEqual(await pagedIds(subject, { owner: OWNER, kind: "service", limit: 2 }), services);
    assertDeepEqual(await subject.listByOwner({ owner: OWNER, kind: "none", limit: 2 }), []);
  },

  "listByOwner goes on after a token that is gone": async ({ subject }) => {
    const tokens = sampleTokens(4);
    const ids = idsOf(tokens);
    await commitOk(subject, { insert: tokens });
    await commitOk(subject, { remove: [{ id: ids[1] ?? "" }] });
    assertDeepEqual(
      await pagedIds(subject, { owner: OWNER, after: ids[1] ?? "", limit: 5 }),
      ids.slice(2),
    );
    assertDeepEqual(await pagedIds(subject, { owner: OWNER, limit: 2 }), [ids[0], ids[2], ids[3]]);
  },

  "listByOwner lists expired and pending tokens too: a store has no clock": async ({ subject }) => {
    const expired = await insertToken(subject, { expiresAt: 1 });
    const pending = await insertToken(subject, { hash: null, slot: "pending" });
    assertDeepEqual(await ownedIds(subject), [expired.id, pending.id]);
  },
};

const expiryCases: Cases<Repository> = {
  "CORE-21 expiredBefore gives what expires at or before now, never what does not expire": async ({
    subject,
  }) => {
    const ids = await insertExpiring(subject, [NOW - 1, null, NOW, NOW + 1, null, 0]);
    const expired = idsOf(await subject.expiredBefore(NOW, 100));
    assertDeepEqual([...expired].sort(), [ids[0], ids[2], ids[5]]);
    assertDeepEqual(await subject.expiredBefore(-1, 100), []);
  },

  "expiredBefore gives fewer than the limit only when there are no more": async ({
    subject,
    peer,
  }) => {
    const expiries = Array.from(
      { length: 40 },
      (_, index) => NOW + (index % 2 === 0 ? -index : index),
    );
    const ids = await insertExpiring(subject, expiries);
    const left = new Set(ids.filter((_, index) => index % 2 === 0));
    for (const size of [7, 7, 6, 0]) {
      const tokens = await peer.expiredBefore(NOW, 7);
      assertEqual(tokens.length, size);
      for (const { id } of tokens) assertTrue(left.delete(id), "each expired token is given");
      await commitOk(peer, { remove: tokens.map(({ id, expiresAt }) => ({ id, expiresAt })) });
    }
    assertEqual((await subject.expiredBefore(NOW + 100, 100)).length, 20);
  },

  "expiredBefore follows an expiry that is changed": async ({ subject }) => {
    const [moved, slid, cleared] = await insertExpiring(subject, [NOW + 5, NOW, NOW]);
    const update = [
      { id: moved ?? "", set: { expiresAt: NOW } },
      { id: cleared ?? "", set: { expiresAt: null } },
    ];
    await commitOk(subject, { update });
    await subject.touch([{ id: slid ?? "", usedAt: NOW - 1, expiresAt: NOW + 1 }]);
    assertDeepEqual(idsOf(await subject.expiredBefore(NOW, 100)), [moved]);
  },

  "expiringBetween leaves out its start and takes in its end": async ({ subject }) => {
    const expiries = [NOW - 1, NOW, NOW + 1, null, NOW + 9, NOW + 10, NOW + 11];
    const ids = await insertExpiring(subject, expiries);
    assertDeepEqual(idsOf(await subject.expiringBetween(NOW, NOW + 10, 100)), [
      ids[2],
      ids[4],
      ids[5],
    ]);
    assertDeepEqual(await subject.expiringBetween(NOW + 10, NOW + 10, 100), []);
    assertDeepEqual(await subject.expiringBetween(NOW + 11, NOW, 100), []);
  },

  "expiringBetween pages in order of expiry, and of id where the expiry is the same": async ({
    subject,
  }) => {
    const dayMs = 86_400_000;
    const expiries = [3, 1, 2, 2, 2, 1, 40, 2, 3, 9].map((days) => NOW + days * dayMs);
    const ids = await insertExpiring(subject, [...expiries].reverse());
    const expiryOf = new Map(ids.map((id, index) => [id, expiries.at(-1 - index) ?? 0]));
    const sorted = [...ids].sort(
      (a, b) => (expiryOf.get(a) ?? 0) - (expiryOf.get(b) ?? 0) || (a < b ? -1 : 1),
    );
    for (const limit of [1, 2, 3, 10, 11]) {
      assertDeepEqual(await pagedExpiring(subject, NOW, NOW + 40 * dayMs, limit), sorted);
    }
  },

  "expiringBetween goes on after a place where no token is any more": async ({ subject }) => {
    const ids = await insertExpiring(subject, [NOW + 1, NOW + 2, NOW + 2, NOW + 3]);
    await commitOk(subject, { remove: [{ id: ids[1] ?? "" }] });
    const after = { expiresAt: NOW + 2, id: ids[1] ?? "" };
    assertDeepEqual(idsOf(await subject.expiringBetween(NOW, NOW + 9, 9, after)), ids.slice(2));
  },

  "expiringBetween follows an expiry that is changed": async ({ subject }) => {
    const [slid, moved, removed] = await insertExpiring(subject, [NOW + 1, NOW + 2, NOW + 3]);
    await subject.touch([{ id: slid ?? "", usedAt: NOW, expiresAt: NOW + 9 }]);
    await commitOk(subject, {
      remove: [{ id: removed ?? "" }],
      update: [{ id: moved ?? "", set: { expiresAt: NOW + 8 } }],
    });
    assertDeepEqual(idsOf(await subject.expiringBetween(NOW, NOW + 9, 9)), [moved, slid]);
  },
};

export const readCases: Cases<Repository> = { ...findCases, ...listCases, ...expiryCases };
