import { type Kysely, sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Repository, StoredToken } from "../../../src/ports/repository.ts";
import { migrate, sqlRepository } from "../../../src/storage/sql/index.ts";
import { storedToken, tokenRow } from "../../../src/storage/sql/token-row.ts";
import { claimAt, settleOne } from "../../../src/testing/repository/notices.ts";
import {
  ACCOUNT,
  commitOk,
  insertToken,
  NOW,
  OWNER,
  sampleEvent,
  sampleToken,
} from "../../../src/testing/repository/samples.ts";
import { openRepository, openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";

/** Every read that meets the token. */
const tokenReads: Readonly<
  Record<string, (repository: Repository, token: StoredToken) => PromiseLike<unknown>>
> = {
  findByHash: async (repository, { hash }) => repository.findByHash([hash ?? ""]),
  findById: (repository, { id }) => repository.findById(id),
  listByOwner: (repository) => repository.listByOwner({ owner: OWNER, limit: 9 }),
};

async function spoil(db: Kysely<object>, table: string, column: string, value: unknown) {
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${value}`.execute(db);
}

describe("a row that cannot be read makes the read throw, never half a token", () => {
  test.each<[string, unknown]>([
    ["network", "{"],
    ["network", "[]"],
    ["network", "null"],
    ["network", '{"include":"10.0.0.0/8"}'],
    ["network", '{"include":[1]}'],
    ["network", '{"includes":["10.0.0.0/8"]}'],
    ["access", '"full"'],
    ["access", '{"orders":"write"}'],
    ["access", '{"orders":[1]}'],
    ["budgets", ""],
    ["budgets", '{"orders":"50"}'],
    ["budgets", '{"orders":0.5}'],
    ["budgets", "[]"],
    ["expires_at", "soon"],
    ["expires_at", 1.5],
    ["expires_at", Number.POSITIVE_INFINITY],
    ["expires_at", ""],
    ["last_used_at", "never"],
    ["created_at", new Uint8Array(8)],
    ["version", "one"],
    ["name", new Uint8Array(4)],
    ["pepper", new Uint8Array(4)],
  ])("%s: %o", async (column, value) => {
    await using store = await openRepository();
    const token = await insertToken(store.repository, { expiresAt: NOW });
    await spoil(store.db, "tokenry_tokens", column, value);
    for (const read of Object.values(tokenReads)) {
      await expect(read(store.repository, token)).rejects.toThrow(`The column ${column}`);
    }
  });

  test("the hash", async () => {
    await using store = await openRepository();
    const { id } = await insertToken(store.repository);
    await spoil(store.db, "tokenry_tokens", "hash", new Uint8Array(31));
    await expect(store.repository.findById(id)).rejects.toThrow("The column hash");
  });

  test.each([
    ["document", "["],
    ["document", "{}"],
    ["document", '[{"name":"office","ranges":"10.0.0.0/8","blocked":false}]'],
    ["document", '[{"name":"office","ranges":[],"blocked":0}]'],
    ["document", '[{"ranges":[],"blocked":true}]'],
    ["revision", "first"],
  ])("zones, %s: %s", async (column, value) => {
    await using store = await openRepository();
    const token = await insertToken(store.repository);
    await commitOk(store.repository, { zones: { account: ACCOUNT, revision: 0, zones: [] } });
    await spoil(store.db, "tokenry_zone_sets", column, value);
    const message = `The column ${column}`;
    await expect(store.repository.zones(ACCOUNT)).rejects.toThrow(message);
    await expect(store.repository.findByHash([token.hash ?? ""])).rejects.toThrow(message);
  });

  test.each([
    ["data", "{"],
    ["data", "[]"],
    ["outcome", "perhaps"],
    ["at", "today"],
  ])("an event, %s: %s", async (column, value) => {
    await using store = await openRepository();
    await commitOk(store.repository, { events: [sampleEvent()] });
    await spoil(store.db, "tokenry_events", column, value);
    const message = `The column ${column}`;
    await expect(store.repository.events({ account: ACCOUNT, limit: 9 })).rejects.toThrow(message);
  });
});

describe("what could not be read back is not written", () => {
  const wrong = [Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53];

  test.each(wrong)("a token's times: %d", async (time) => {
    await using store = await openRepository();
    const { repository } = store;
    const { id } = await insertToken(repository);
    for (const field of ["expiresAt", "createdAt", "lastUsedAt", "version"] as const) {
      const insert = [sampleToken({ [field]: time })];
      await expect(repository.commit({ insert, events: [] })).rejects.toThrow(RangeError);
    }
    const update = [{ id, set: { expiresAt: time } }];
    await expect(repository.commit({ update, events: [] })).rejects.toThrow("expiresAt");
    expect(await repository.listByOwner({ owner: OWNER, limit: 9 })).toHaveLength(1);
  });

  test.each(wrong)("a use's times: %d", async (time) => {
    await using store = await openRepository();
    const { repository } = store;
    const { id } = await insertToken(repository, { expiresAt: NOW });
    for (const use of [
      { usedAt: time, expiresAt: null },
      { usedAt: NOW, expiresAt: time },
    ]) {
      await expect(repository.touch([{ id, ...use }])).rejects.toThrow(RangeError);
    }
  });

  test.each(wrong)("the end of a lease, the time of a retry: %d", async (time) => {
    await using store = await openRepository();
    const { repository } = store;
    const event = sampleEvent({ deliver: true });
    await commitOk(repository, { events: [event] });
    await expect(claimAt(repository, 0, { leaseMs: time })).rejects.toThrow(RangeError);
    await expect(claimAt(repository, time)).rejects.toThrow(RangeError);
    expect(await claimAt(repository, NOW)).toHaveLength(1);
    for (const status of ["retry", "released", "parked"] as const)
      await expect(settleOne(repository, event.id, status, { at: time })).rejects.toThrow(
        RangeError,
      );
    await expect(repository.pruneEvents(time, 9)).rejects.toThrow(RangeError);
    expect(await settleOne(repository, event.id, "delivered")).toBe(true);
  });

  test("a hash that is none, and an event's time", async () => {
    await using store = await openRepository();
    const insert = [sampleToken({ hash: "abc" })];
    await expect(store.repository.commit({ insert, events: [] })).rejects.toThrow("hash must be");
    const events = [sampleEvent({ at: Number.NaN })];
    await expect(store.repository.commit({ events })).rejects.toThrow(RangeError);
  });
});

describe("rows as other drivers give them", () => {
  const token = sampleToken({ expiresAt: NOW, network: { include: ["zone:office"] } });
  const row = tokenRow(token);

  test("whole numbers may be bigints or text", () => {
    const asBigint = { ...row, created_at: BigInt(token.createdAt), version: 1n };
    const asText = { ...row, expires_at: String(NOW), updated_at: String(token.updatedAt) };
    expect(storedToken(asBigint)).toEqual(token);
    expect(storedToken(asText)).toEqual(token);
  });

  test("one that a number cannot hold is refused", () => {
    for (const expires_at of [2n ** 53n, "9007199254740993", "1e3", "0x10", " 1", true]) {
      expect(() => storedToken({ ...row, expires_at })).toThrow("The column expires_at");
    }
  });

  test("bytes may be a Buffer", () => {
    expect(storedToken({ ...row, hash: Buffer.from(token.hash ?? "", "hex") })).toEqual(token);
  });

  test("a column that is missing is refused, not taken for null", () => {
    const { expires_at, ...others } = row;
    expect(expires_at).toBe(NOW);
    expect(() => storedToken(others)).toThrow("The column expires_at");
  });
});

test("a file that is opened again holds what it held", async () => {
  using file = sqliteFile();
  const token = sampleToken({ slot: "primary", expiresAt: NOW, access: { orders: ["GET"] } });
  const zones = [{ name: "office", ranges: ["10.0.0.0/8"], blocked: false }];
  const event = sampleEvent({ deliver: true, data: { name: "ü" } });
  {
    await using db = openSqlite(file.path);
    await migrate(db);
    await commitOk(sqlRepository({ db }), {
      insert: [token],
      zones: { account: ACCOUNT, revision: 0, zones },
      events: [event],
    });
  }
  await using db = openSqlite(file.path);
  await migrate(db);
  const repository = sqlRepository({ db });
  const found = { token, zones: { revision: 1, zones } };
  expect(await repository.findByHash([token.hash ?? ""])).toEqual(found);
  expect(await claimAt(repository, NOW)).toEqual([
    { event, channel: "notifier", attempt: 1, untried: 0 },
  ]);
});
