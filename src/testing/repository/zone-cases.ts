import type { Network, Zone } from "../../model.ts";
import type { Committed, Repository, StoredToken } from "../../ports/repository.ts";
import { assertDeepEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import { ACCOUNT, commitOk, insertToken, NOW, sampleToken } from "./samples.ts";

function zone(name: string): Zone {
  return { name, ranges: ["10.0.0.0/8", "192.0.2.1-192.0.2.9"], blocked: name === "blocked" };
}

const inUse: Committed = { ok: false, conflict: "zone_in_use", id: ACCOUNT };
const lost: Committed = { ok: false, conflict: "zones", id: ACCOUNT };

function removeZones(repository: Repository, ...unused: string[]): Promise<Committed> {
  const step = { account: ACCOUNT, revision: 1, zones: [], unused, now: NOW };
  return repository.commit({ zones: step, events: [] });
}

/** Inserts a token with these fields over an account with zones, and tells what removing zone `off` then gives. */
async function removalBeside(
  repository: Repository,
  fields: Partial<StoredToken>,
): Promise<Committed> {
  await insertToken(repository, fields);
  await commitOk(repository, { zones: { account: ACCOUNT, revision: 0, zones: [zone("off")] } });
  return removeZones(repository, "off");
}

export const zoneCases: Cases<Repository> = {
  "an account that never had zones is at revision 0": async ({ subject }) => {
    assertDeepEqual(await subject.zones("nobody"), { revision: 0, zones: [] });
  },

  "zones are stored whole, in their order, under the next revision": async ({ subject, peer }) => {
    const first = [zone("office"), zone("blocked"), zone("Büro %_")];
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 0, zones: first } });
    assertDeepEqual(await peer.zones(ACCOUNT), { revision: 1, zones: first });
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 1, zones: [zone("home")] } });
    assertDeepEqual(await peer.zones(ACCOUNT), { revision: 2, zones: [zone("home")] });
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 2, zones: [] } });
    assertDeepEqual(await peer.zones(ACCOUNT), { revision: 3, zones: [] });
  },

  "zones of one account are not another's": async ({ subject }) => {
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 0, zones: [zone("office")] } });
    for (const account of ["ACME", "acme ", "other"]) {
      assertDeepEqual(await subject.zones(account), { revision: 0, zones: [] });
      await commitOk(subject, { zones: { account, revision: 0, zones: [] } });
    }
    assertDeepEqual(await subject.zones(ACCOUNT), { revision: 1, zones: [zone("office")] });
  },

  "a step without zones guards the revision and leaves it": async ({ subject }) => {
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 0 } });
    assertDeepEqual(await subject.zones(ACCOUNT), { revision: 0, zones: [] });
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 0, zones: [zone("office")] } });
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 1 } });
    assertDeepEqual(await subject.zones(ACCOUNT), { revision: 1, zones: [zone("office")] });
    const stale = { account: ACCOUNT, revision: 0 };
    assertDeepEqual(await subject.commit({ zones: stale, events: [] }), lost);
    assertDeepEqual(await subject.commit({ zones: { ...stale, zones: [] }, events: [] }), lost);
  },

  "a zone is in use when a living token includes or excludes it": async ({ subject }) => {
    const networks: readonly Network[] = [
      { include: ["zone:off"] },
      { exclude: ["10.0.0.0/8", "zone:off"] },
      { include: ["10.0.0.0/8", "zone:on", "zone:off"], exclude: ["zone:else"] },
    ];
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 0, zones: [zone("off")] } });
    for (const network of networks) {
      const token = await insertToken(subject, { network });
      assertDeepEqual(await removeZones(subject, "off"), inUse);
      assertDeepEqual(await removeZones(subject, "unknown", "off"), inUse);
      await commitOk(subject, { remove: [{ id: token.id }] });
    }
    assertDeepEqual(await removeZones(subject, "off"), { ok: true });
  },

  "a zone is not in use by names that are like its own": async ({ subject }) => {
    const names = [
      "office",
      "of",
      "Off",
      "OFF",
      "off ",
      " off",
      "zone:off",
      "xoff",
      "o%",
      "o_f",
      'off"',
      "off\\",
    ];
    const network = {
      include: names.map((name) => `zone:${name}`),
      exclude: ["off", "10.0.0.0/8"],
    };
    assertDeepEqual(await removalBeside(subject, { network }), { ok: true });
  },

  "a zone's name is no pattern": async ({ subject }) => {
    const include = ["zone:office", "zone:a_b", 'zone:a"b', "zone:a\\b"];
    await insertToken(subject, { network: { include } });
    await commitOk(subject, { zones: { account: ACCOUNT, revision: 0, zones: [] } });
    for (const name of [
      "%",
      "off%",
      "offic_",
      "_ffice",
      "a%b",
      "a.b",
      "*",
      "",
      "a\\_b",
      "a\\\\b",
    ]) {
      const step = { account: ACCOUNT, revision: 1, unused: [name], now: NOW };
      assertDeepEqual(await subject.commit({ zones: step, events: [] }), { ok: true });
    }
    for (const name of ["office", "a_b", 'a"b', "a\\b"])
      assertDeepEqual(await removeZones(subject, name), inUse);
  },

  "a zone is not in use by what else a token says": async ({ subject }) => {
    const fields = { name: "zone:off", owner: "zone:off", access: { "zone:off": "full" } as const };
    assertDeepEqual(await removalBeside(subject, { ...fields, budgets: { "zone:off": 5 } }), {
      ok: true,
    });
  },

  "a zone is not in use by tokens of another account": async ({ subject }) => {
    const fields = { account: "other", network: { include: ["zone:off"] } };
    assertDeepEqual(await removalBeside(subject, fields), { ok: true });
  },

  "a zone is not in use by a token that has expired": async ({ subject }) => {
    const fields = { expiresAt: NOW, network: { include: ["zone:off"] } };
    assertDeepEqual(await removalBeside(subject, fields), { ok: true });
  },

  "a zone is in use by a token in the last millisecond before its expiry": async ({ subject }) => {
    const fields = { expiresAt: NOW + 1, network: { include: ["zone:off"] } };
    assertDeepEqual(await removalBeside(subject, fields), inUse);
  },

  "a zone is in use by a token that waits for its confirmation": async ({ subject }) => {
    const fields = { hash: null, slot: "pending", network: { include: ["zone:off"] } };
    assertDeepEqual(await removalBeside(subject, fields), inUse);
  },

  "a zone's use is looked at after the steps on tokens": async ({ subject }) => {
    const network = { include: ["zone:off"] };
    const token = await insertToken(subject, { network });
    const zones = { account: ACCOUNT, revision: 0, unused: ["off"], now: NOW };
    const update = [{ id: token.id, set: { network: null } }];
    const insert = [sampleToken({ network })];
    assertDeepEqual(await subject.commit({ update, insert, zones, events: [] }), inUse);
    assertDeepEqual(await subject.commit({ update, zones, events: [] }), { ok: true });
    await commitOk(subject, { insert });
    const remove = insert.map(({ id }) => ({ id }));
    assertDeepEqual(await subject.commit({ zones, events: [] }), inUse);
    assertDeepEqual(await subject.commit({ remove, zones, events: [] }), { ok: true });
  },
};
