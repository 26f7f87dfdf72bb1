import type { EventData, Level } from "../../model.ts";
import type { Repository, StoredToken, TokenChanges } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual, assertTrue } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  commitOk,
  DAY_MS,
  insertToken,
  NOW,
  OWNER,
  sampleEvent,
  sampleToken,
  storedToken,
} from "./samples.ts";

/** The last millisecond that a Date can hold: beyond 2^31 seconds and milliseconds. */
const LATEST = 8_640_000_000_000_000;
const ODD_TEXT = `Ünï "quoted" 'single' \\ back % _ 漢字 🗝️ '; -- <b>`;

/** Every field differs from its default, so that two fields of one type that change places are noticed. */
function fullToken(): StoredToken {
  return sampleToken({
    pepper: "pepper-2",
    kind: "integration",
    name: ODD_TEXT,
    slot: "primary",
    hint: "int_…Ab9z",
    access: {
      orders: "full",
      invoices: "read",
      users: "none",
      files: ["GET", "HEAD", "PURGE"],
      none: [],
    },
    network: { include: ["10.0.0.0/8", "zone:Büro", "::1"], exclude: ["10.9.0.1-10.9.0.9"] },
    budgets: { orders: 1, invoices: 100 },
    createdAt: NOW - 3,
    createdBy: "SYSTEM",
    updatedAt: NOW - 2,
    secretCreatedAt: NOW - 1,
    expiresAt: LATEST,
    lastUsedAt: NOW + 5,
    remindedFrom: 7 * DAY_MS,
    version: 3,
  });
}

/** What JSON makes of `{"__proto__": …}`: an own key, which assignment would not make. */
function ownKeys(json: string): never {
  return JSON.parse(json) as never;
}

async function assertReadBack(repository: Repository, token: StoredToken): Promise<void> {
  assertDeepEqual(await repository.findById(token.id), token);
  assertDeepEqual(await repository.listByOwner({ owner: token.owner, limit: 9 }), [token]);
  if (token.hash !== null)
    assertDeepEqual((await repository.findByHash([token.hash]))?.token, token);
}

export const valueCases: Cases<Repository> = {
  "an inserted token comes back field by field": async ({ subject, peer }) => {
    const token = fullToken();
    await commitOk(subject, { insert: [token] });
    await assertReadBack(peer, token);
    assertDeepEqual(await peer.expiredBefore(LATEST, 9), [token]);
    assertDeepEqual(await peer.expiringBetween(NOW, LATEST, 9), [token]);
  },

  "nulls and empty values stay what they are": async ({ subject }) => {
    const shapes: readonly Partial<StoredToken>[] = [
      { hash: null, pepper: null, access: null, network: null, expiresAt: null, owner: "nulls" },
      { access: {}, network: {}, budgets: {}, owner: "empty" },
      { network: { include: [] }, owner: "nowhere" },
      { network: { exclude: ["10.0.0.1"] }, owner: "exclude-only" },
    ];
    for (const fields of shapes) await assertReadBack(subject, await insertToken(subject, fields));
  },

  "an update sets every field that may change, and nothing else": async ({ subject, peer }) => {
    const token = await insertToken(subject);
    const { id, kind, owner, account, createdAt, createdBy, version, ...set } = fullToken();
    await commitOk(subject, { update: [{ id: token.id, set }] });
    await assertReadBack(peer, { ...token, ...set, version: 2 });
  },

  "an update sets null where null is given": async ({ subject }) => {
    const token = await insertToken(subject, fullToken());
    const set: TokenChanges = { hash: null, pepper: null, slot: null, access: null, network: null };
    const times: TokenChanges = { expiresAt: null, lastUsedAt: null, remindedFrom: null };
    await commitOk(subject, { update: [{ id: token.id, set: { ...set, ...times, budgets: {} } }] });
    await assertReadBack(subject, { ...token, ...set, ...times, budgets: {}, version: 4 });
  },

  "names of APIs that are names of JavaScript's own are kept as keys": async ({ subject }) => {
    const json = `{"__proto__":["GET"],"constructor":"full","toString":"none"}`;
    const shares = `{"__proto__":50,"constructor":5,"hasOwnProperty":7}`;
    const token = await insertToken(subject, { access: ownKeys(json), budgets: ownKeys(shares) });
    const { access, budgets } = await storedToken(subject, token.id);
    assertDeepEqual(Object.keys(access ?? {}).sort(), ["__proto__", "constructor", "toString"]);
    assertDeepEqual(Object.keys(budgets).sort(), ["__proto__", "constructor", "hasOwnProperty"]);
    assertDeepEqual(Object.getOwnPropertyDescriptor(access, "__proto__")?.value, ["GET"]);
    assertEqual(Object.getOwnPropertyDescriptor(budgets, "__proto__")?.value, 50);
    assertTrue(
      !("GET" in {}) && typeof {}.constructor === "function",
      "Object.prototype is as it was",
    );
  },

  "an event's data come back as they were": async ({ subject }) => {
    const data: EventData = {
      text: ODD_TEXT,
      empty: "",
      number: 1.5,
      large: Number.MAX_SAFE_INTEGER,
      yes: true,
      nothing: null,
      list: [1, [2, null], { three: 3 }],
      nested: { name: { from: "a", to: null } },
    };
    const event = sampleEvent({
      data,
      type: "token.issued",
      actor: "SYSTEM",
      kind: "k",
      at: LATEST,
      outcome: "refused",
    });
    await commitOk(subject, { events: [event] });
    const [stored] = await subject.events({ account: event.account, limit: 1 });
    assertTrue(typeof stored?.sequence === "number", "an event has a sequence number");
    assertDeepEqual(stored, { ...event, sequence: stored?.sequence });
  },

  "what was passed in may change afterwards": async ({ subject }) => {
    const access: Record<string, Level> = { orders: "full", files: ["GET"] };
    const network = { include: ["10.0.0.0/8"] };
    const budgets: Record<string, number> = { orders: 5 };
    const ranges = ["10.0.0.0/8"];
    const data = { list: [1] };
    const token = sampleToken({ access, network, budgets });
    const kept = structuredClone(token);
    const zones = {
      account: token.account,
      revision: 0,
      zones: [{ name: "office", ranges, blocked: false }],
    };
    await commitOk(subject, { insert: [token], zones, events: [sampleEvent({ data })] });
    (access.files as string[]).push("DELETE");
    access.users = "full";
    network.include.push("0.0.0.0/0");
    budgets.orders = 100;
    ranges.push("0.0.0.0/0");
    data.list.push(2);
    assertDeepEqual(await subject.findById(token.id), kept);
    assertDeepEqual((await subject.zones(token.account)).zones[0]?.ranges, ["10.0.0.0/8"]);
    assertDeepEqual((await subject.events({ account: token.account, limit: 1 }))[0]?.data, {
      list: [1],
    });
  },

  "what an update was given may change afterwards": async ({ subject }) => {
    const token = await insertToken(subject);
    const include = ["10.0.0.0/8"];
    await commitOk(subject, { update: [{ id: token.id, set: { network: { include } } }] });
    include.push("0.0.0.0/0");
    assertDeepEqual((await storedToken(subject, token.id)).network, { include: ["10.0.0.0/8"] });
  },

  "a record that was read does not change by a later management change": async ({ subject }) => {
    const token = await insertToken(subject, { network: { include: ["10.0.0.0/8"] } });
    const hashes = [token.hash ?? ""];
    const found = await subject.findByHash(hashes);
    const byId = await storedToken(subject, token.id);
    const [listed] = await subject.listByOwner({ owner: OWNER, limit: 1 });
    const set: TokenChanges = { name: "new", network: null, expiresAt: NOW };
    await commitOk(subject, { update: [{ id: token.id, set }] });
    await subject.findByHash(hashes);
    await commitOk(subject, { remove: [{ id: token.id }] });
    for (const record of [found?.token, byId, listed]) assertDeepEqual(record, token);
  },

  "zones that were read do not change by a later management change": async ({ subject }) => {
    const { account, hash } = await insertToken(subject);
    const zones = [{ name: "office", ranges: [], blocked: true }];
    await commitOk(subject, { zones: { account, revision: 0, zones } });
    const found = await subject.findByHash([hash ?? ""]);
    const read = await subject.zones(account);
    await commitOk(subject, { zones: { account, revision: 1, zones: [] } });
    await subject.findByHash([hash ?? ""]);
    for (const set of [found?.zones, read]) assertDeepEqual(set, { revision: 1, zones });
  },

  "a record that was read by id or in a list does not change by a later use either": async ({
    subject,
  }) => {
    const token = await insertToken(subject, { expiresAt: NOW + DAY_MS });
    const read = [
      await storedToken(subject, token.id),
      ...(await subject.listByOwner({ owner: OWNER, limit: 1 })),
      ...(await subject.expiredBefore(NOW + DAY_MS, 1)),
      ...(await subject.expiringBetween(NOW, NOW + DAY_MS, 1)),
    ];
    await subject.touch([{ id: token.id, usedAt: NOW, expiresAt: NOW + 2 * DAY_MS }]);
    assertDeepEqual(read, [token, token, token, token]);
  },
};
