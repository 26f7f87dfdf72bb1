import type { Change, Committed, Repository } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { atOnce } from "./at-once.ts";
import { noticeRaces } from "./notice-races.ts";
import {
  ACCOUNT,
  commitOk,
  DAY_MS,
  HOUR_MS,
  idsOf,
  insertToken,
  jitter,
  NOW,
  OWNER,
  sampleEvent,
  sampleHash,
  sampleToken,
  sampleTokens,
  storedToken,
} from "./samples.ts";

const WRITERS = 50;
const EXPIRY = NOW + DAY_MS;

/** Asserts that one commit succeeded and each other failed with this conflict. */
function assertOneWinner(results: readonly Committed[], conflict: string): void {
  const lost = results.filter((committed) => !committed.ok);
  assertEqual(results.length - lost.length, 1);
  for (const committed of lost)
    assertEqual(committed.ok ? undefined : committed.conflict, conflict);
}

const commitRaces: Cases<Repository> = {
  "T-11 of fifty inserts into one slot one succeeds and the others are told the slot": async (
    context,
  ) => {
    const { subject } = context;
    const results = await atOnce(WRITERS, context, (repository) =>
      repository.commit({ insert: [sampleToken({ slot: "primary" })], events: [sampleEvent()] }),
    );
    assertOneWinner(results, "slot");
    assertEqual((await subject.listByOwner({ owner: OWNER, limit: 100 })).length, 1);
    assertEqual((await subject.events({ account: ACCOUNT, limit: 100 })).length, 1);
  },

  "of fifty tokens that replace an expired one, one does": async (context) => {
    const { subject } = context;
    const { id } = await insertToken(subject, { slot: "primary", expiresAt: NOW });
    const results = await atOnce(WRITERS, context, (repository) =>
      repository.commit({
        remove: [{ id, expiresAt: NOW }],
        insert: [sampleToken({ slot: "primary" })],
        events: [],
      }),
    );
    assertOneWinner(results, "missing");
    assertEqual((await subject.listByOwner({ owner: OWNER, limit: 100 })).length, 1);
  },

  "of fifty updates of one version one succeeds": async (context) => {
    const { subject } = context;
    const { id } = await insertToken(subject);
    const results = await atOnce(WRITERS, context, (repository, index) =>
      repository.commit({
        update: [{ id, version: 1, set: { name: `${index}` } }],
        events: [sampleEvent()],
      }),
    );
    assertOneWinner(results, "version");
    const winner = results.findIndex(({ ok }) => ok);
    const { name, version } = await storedToken(subject, id);
    assertDeepEqual({ name, version }, { name: `${winner}`, version: 2 });
    assertEqual((await subject.events({ account: ACCOUNT, limit: 100 })).length, 1);
  },

  "no update is lost when fifty writers each retry from a fresh read": async (context) => {
    const { subject } = context;
    const { id } = await insertToken(subject, { name: "0" });
    await atOnce(WRITERS, context, async (repository) => {
      for (let attempt = 0; attempt < 100 * WRITERS; attempt += 1) {
        const { name, version } = await storedToken(repository, id);
        const set = { name: `${Number(name) + 1}` };
        const { ok } = await repository.commit({ update: [{ id, version, set }], events: [] });
        if (ok) return;
      }
      throw new Error("an update that is retried from a fresh read never succeeds");
    });
    const { name, version } = await storedToken(subject, id);
    assertDeepEqual({ name, version }, { name: `${WRITERS}`, version: WRITERS + 1 });
  },

  "of fifty zone changes at one revision one succeeds": async (context) => {
    const results = await atOnce(WRITERS, context, (repository, index) =>
      repository.commit({
        zones: {
          account: ACCOUNT,
          revision: 0,
          zones: [{ name: `${index}`, ranges: [], blocked: false }],
        },
        events: [],
      }),
    );
    assertOneWinner(results, "zones");
    const winner = results.findIndex(({ ok }) => ok);
    const { revision, zones } = await context.subject.zones(ACCOUNT);
    assertDeepEqual(
      { revision, names: zones.map(({ name }) => name) },
      { revision: 1, names: [`${winner}`] },
    );
  },

  "two changes that remove each other's tokens crosswise: one of them happens, whole": async (
    context,
  ) => {
    const results = await atOnce(20, context, async (_, index) => {
      const owner = `owner ${index}`;
      const pair = [
        await insertToken(context.subject, { owner }),
        await insertToken(context.peer, { owner }),
      ];
      const inserts = pair.map(() => sampleToken({ owner }));
      const changes: readonly Change[] = inserts.map((token, side) => ({
        remove: idsOf(side === 0 ? pair : pair.toReversed()).map((id) => ({ id })),
        insert: [token],
        events: [],
      }));
      const committed = await atOnce(2, context, (repository, side) =>
        repository.commit(changes[side] ?? { events: [] }),
      );
      assertOneWinner(committed, "missing");
      const left = await context.subject.listByOwner({ owner, limit: 9 });
      assertDeepEqual(idsOf(left), [inserts[committed.findIndex(({ ok }) => ok)]?.id]);
      return committed;
    });
    assertEqual(results.length, 20);
  },

  "a zone is never removed while a token that refers to it is inserted": async (context) => {
    await atOnce(30, context, async (repository, index) => {
      const account = `account ${index}`;
      const zones = { account, revision: 1 };
      const office = { name: "office", ranges: [], blocked: false };
      await commitOk(repository, { zones: { account, revision: 0, zones: [office] } });
      const token = sampleToken({ account, owner: account, network: { include: ["zone:office"] } });
      const changes: readonly Change[] = [
        { insert: [token], zones, events: [] },
        { zones: { ...zones, zones: [], unused: ["office"], now: NOW }, events: [] },
      ];
      const committed = await atOnce(2, context, (side, which) =>
        side.commit(changes[which] ?? { events: [] }),
      );
      assertEqual(committed.filter(({ ok }) => ok).length, 1);
      const { revision } = await repository.zones(account);
      assertEqual((await repository.findById(token.id)) !== undefined, revision === 1);
    });
  },
};

const touchRaces: Cases<Repository> = {
  "T-10 a token is never alive after its removal, whatever uses are noted meanwhile": async (
    context,
  ) => {
    const { subject } = context;
    const tokens = sampleTokens(200, { expiresAt: EXPIRY });
    await commitOk(subject, { insert: tokens });
    await atOnce(3 * tokens.length, context, async (repository, index) => {
      const { id, hash } = tokens[index % tokens.length] ?? sampleToken();
      if (index >= tokens.length) {
        await repository.touch([{ id, usedAt: NOW + index, expiresAt: EXPIRY + index }]);
        return;
      }
      await commitOk(repository, { remove: [{ id }] });
      assertEqual(await repository.findByHash([hash ?? ""]), undefined);
      await jitter();
      assertEqual(await repository.findById(id), undefined);
    });
    assertDeepEqual(await subject.listByOwner({ owner: OWNER, limit: 1000 }), []);
  },

  "uses never undo a regeneration, nor it them": async (context) => {
    const { subject } = context;
    const tokens = sampleTokens(50, { expiresAt: EXPIRY });
    await commitOk(subject, { insert: tokens });
    const fresh = tokens.map(() => ({
      hash: sampleHash(),
      expiresAt: EXPIRY - HOUR_MS,
      secretCreatedAt: NOW + 1,
    }));
    await atOnce(3 * tokens.length, context, async (repository, index) => {
      const { id } = tokens[index % tokens.length] ?? sampleToken();
      const set = fresh[index];
      if (set !== undefined) await commitOk(repository, { update: [{ id, version: 1, set }] });
      else await repository.touch([{ id, usedAt: NOW + index, expiresAt: null }]);
    });
    const expected = tokens.map((token, index) => ({
      ...token,
      ...fresh[index],
      lastUsedAt: NOW + index + 2 * tokens.length,
      version: 2,
    }));
    assertDeepEqual(await subject.listByOwner({ owner: OWNER, limit: 100 }), expected);
  },

  "fifty slides of one token end at the latest": async (context) => {
    const { id } = await insertToken(context.subject, { expiresAt: EXPIRY });
    await atOnce(WRITERS, context, async (repository, index) => {
      await repository.touch([{ id, usedAt: NOW + index, expiresAt: EXPIRY + index }]);
    });
    const { lastUsedAt, expiresAt, version } = await storedToken(context.peer, id);
    const latest = WRITERS - 1;
    assertDeepEqual(
      { lastUsedAt, expiresAt, version },
      { lastUsedAt: NOW + latest, expiresAt: EXPIRY + latest, version: 1 },
    );
  },

  "a sweep and a slide: the token is removed, or it has slid": async (context) => {
    const tokens = sampleTokens(100, { expiresAt: NOW });
    await commitOk(context.subject, { insert: tokens });
    await atOnce(2 * tokens.length, context, async (repository, index) => {
      const { id } = tokens[index % tokens.length] ?? sampleToken();
      if (index < tokens.length)
        await repository.touch([{ id, usedAt: NOW - 1, expiresAt: EXPIRY }]);
      else await repository.commit({ remove: [{ id, expiresAt: NOW }], events: [] });
    });
    const left = await context.subject.listByOwner({ owner: OWNER, limit: 1000 });
    assertTrue(
      left.every(({ expiresAt }) => expiresAt === EXPIRY),
      "a token that is left has slid",
    );
  },
};

export const concurrencyCases: Cases<Repository> = {
  ...commitRaces,
  ...touchRaces,
  ...noticeRaces,
};
