import { type LogEvent, sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Zone } from "../../../src/model.ts";
import type { Repository } from "../../../src/ports/repository.ts";
import { sqlRepository } from "../../../src/storage/sql/index.ts";
import {
  ACCOUNT,
  commitOk,
  insertToken,
  NOW,
  sampleHash,
  sampleToken,
} from "../../../src/testing/repository/samples.ts";
import { openRepository } from "../../fixtures/sqlite-file.ts";

/** A repository that tells which statements ran. */
async function openWatched() {
  const statements: string[] = [];
  const log = ({ query }: LogEvent) => {
    statements.push(query.sql);
  };
  const store = await openRepository({}, { log });
  return { ...store, statements };
}

describe("findByHash", () => {
  test("is one statement, for several hashes too", async () => {
    await using store = await openWatched();
    const { hash } = await insertToken(store.repository);
    await commitOk(store.repository, { zones: { account: ACCOUNT, revision: 0, zones: [] } });
    for (const hashes of [[hash ?? ""], [sampleHash(), sampleHash(), hash ?? ""]]) {
      store.statements.length = 0;
      expect((await store.repository.findByHash(hashes))?.token.hash).toBe(hash);
      expect(store.statements).toHaveLength(1);
    }
  });

  test("asks the database nothing for what is no hash", async () => {
    await using store = await openWatched();
    store.statements.length = 0;
    expect(await store.repository.findByHash([])).toBeUndefined();
    expect(await store.repository.findByHash(["no hash"])).toBeUndefined();
    expect(store.statements).toEqual([]);
  });

  test("answers a crowd by few statements, each caller its own token", async () => {
    await using store = await openWatched();
    const { repository, statements } = store;
    const tokens = Array.from({ length: 700 }, (_, index) =>
      sampleToken({ hash: index.toString(16).padStart(64, "0") }),
    );
    await commitOk(repository, { insert: tokens });
    statements.length = 0;
    const hashes = tokens.map(({ hash }) => [hash ?? "", sampleHash()]);
    const found = await Promise.all(hashes.map((pair) => repository.findByHash(pair)));
    expect(found.map((each) => each?.token.id)).toEqual(tokens.map(({ id }) => id));
    expect(statements.length).toBeLessThan(6);
    expect(await repository.findByHash(hashes[0] ?? [])).toEqual(found[0]);
  });

  test("an unreadable row fails the call that found it, and no other of the crowd", async () => {
    await using store = await openRepository();
    const { repository } = store;
    const [good, bad, other] = await Promise.all([
      insertToken(repository),
      insertToken(repository),
      insertToken(repository),
    ]);
    await sql`update tokenry_tokens set network = '{' where id = ${bad.id}`.execute(store.db);
    const results = await Promise.allSettled(
      [other, good, bad, other].map(async ({ hash }) => repository.findByHash([hash ?? ""])),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test("an outage fails every call of the crowd, and the next call asks again", async () => {
    await using store = await openRepository();
    const { repository, db } = store;
    const { hash } = await insertToken(repository);
    const ask = async () => repository.findByHash([hash ?? ""]);
    await sql`alter table tokenry_tokens rename to gone`.execute(db);
    const results = await Promise.allSettled([ask(), ask(), ask()]);
    expect(results.map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
    await sql`alter table gone rename to tokenry_tokens`.execute(db);
    expect((await ask())?.token.hash).toBe(hash);
  });

  test("zones are parsed once for a document: the same text is the same object", async () => {
    await using store = await openRepository();
    const { repository, db } = store;
    const { hash } = await insertToken(repository);
    const zones = [{ name: "office", ranges: ["10.0.0.0/8"], blocked: false }];
    await commitOk(repository, { zones: { account: ACCOUNT, revision: 0, zones } });
    const zonesNow = async () => (await repository.findByHash([hash ?? ""]))?.zones;
    const first = await zonesNow();
    expect(await zonesNow()).toBe(first);
    expect(await repository.zones(ACCOUNT)).toBe(first);
    await commitOk(repository, { zones: { account: ACCOUNT, revision: 1, zones } });
    expect(await zonesNow()).toEqual({ revision: 2, zones });
    // A restored backup: another document under a revision that was seen before.
    const restored = JSON.stringify([{ ...zones[0], blocked: true }]);
    await sql`update tokenry_zone_sets set document = ${restored}`.execute(db);
    expect((await zonesNow())?.zones[0]?.blocked).toBe(true);
  });
});

describe("what is kept of a row", () => {
  const find = async ({ repository }: { repository: Repository }, hash: string | null) => {
    const found = await repository.findByHash([hash ?? ""]);
    if (found === undefined) throw new Error("a token that must be found is not");
    return found;
  };

  test("a row that is as it was is the same object, with what the caller made of it", async () => {
    await using store = await openRepository();
    const { hash } = await insertToken(store.repository);
    const first = await find(store, hash);
    expect("memo" in first).toBe(true);
    const memo = { isOutdated: false };
    first.memo = memo;
    expect(await find(store, hash)).toBe(first);
    expect((await find(store, hash)).memo).toBe(memo);
    expect(memo.isOutdated).toBe(false);
  });

  test("a noted use shows in it, and outdates what the caller made of it", async () => {
    await using store = await openRepository();
    const { id, hash } = await insertToken(store.repository, { expiresAt: NOW });
    const first = await find(store, hash);
    const memo = { isOutdated: false };
    first.memo = memo;
    await store.repository.touch([{ id, usedAt: NOW - 1, expiresAt: NOW + 5 }]);
    const second = await find(store, hash);
    expect(second.token).toMatchObject({ lastUsedAt: NOW - 1, expiresAt: NOW + 5 });
    expect(second.memo).toBe(memo);
    expect(memo.isOutdated).toBe(true);
  });

  test("any other change of any column makes another object, without a memo", async () => {
    await using store = await openRepository();
    const { id, hash } = await insertToken(store.repository, { expiresAt: NOW });
    const changes = [
      "name = 'new'",
      "kind = 'service'",
      "slot = 'backup'",
      "pepper = 'p'",
      "hint = 'h'",
      "owner = 'bob'",
      `access = '{"orders":"read"}'`,
      `network = '{"include":["::1"]}'`,
      `budgets = '{"orders":5}'`,
      "created_at = 1",
      "created_by = 'bob'",
      "updated_at = 2",
      "secret_created_at = 3",
      "reminded_from = 4",
      "version = 9",
      "account = 'other'",
    ];
    for (const change of changes) {
      const before = await find(store, hash);
      before.memo = { isOutdated: false };
      await sql`update tokenry_tokens set ${sql.raw(change)} where id = ${id}`.execute(store.db);
      const after = await find(store, hash);
      expect(after.token, change).not.toEqual(before.token);
      expect(after.token, change).toEqual(await store.repository.findById(id));
      expect(after.memo, change).toBeUndefined();
    }
  });

  test("zones that change make another object", async () => {
    await using store = await openRepository();
    const { hash } = await insertToken(store.repository);
    const before = await find(store, hash);
    await commitOk(store.repository, { zones: { account: ACCOUNT, revision: 0, zones: [] } });
    expect(await find(store, hash)).toEqual({ ...before, zones: { revision: 1, zones: [] } });
    expect(before.zones.revision).toBe(0);
  });

  test("a row that cannot be read stays so, and one that can again is read", async () => {
    await using store = await openRepository();
    const { hash } = await insertToken(store.repository);
    await find(store, hash);
    await sql`update tokenry_tokens set budgets = '['`.execute(store.db);
    for (let tries = 0; tries < 2; tries++)
      await expect(find(store, hash)).rejects.toThrow("The column budgets");
    await sql`update tokenry_tokens set budgets = '{}'`.execute(store.db);
    expect((await find(store, hash)).token.budgets).toEqual({});
  });
});

describe("a long document of zones", () => {
  const longZones = (name: string): readonly Zone[] => [
    {
      name,
      ranges: Array.from({ length: 1000 }, (_, place) => `10.${place >> 8}.${place & 255}.0/24`),
      blocked: false,
    },
  ];

  async function openWithZones() {
    const store = await openWatched();
    const tokens = [await insertToken(store.repository), await insertToken(store.repository)];
    const zones = longZones("office");
    await commitOk(store.repository, { zones: { account: ACCOUNT, revision: 0, zones } });
    // Another process, which knows nothing yet.
    const repository = sqlRepository({ db: store.db });
    const find = async () =>
      Promise.all(tokens.map(({ hash }) => repository.findByHash([hash ?? ""])));
    const cost = async (work: () => PromiseLike<unknown>): Promise<number> => {
      store.statements.length = 0;
      await work();
      return store.statements.length;
    };
    return { ...store, zones, repository, find, cost };
  }

  test("is brought once: the first look-ups cost a statement more, the others do not", async () => {
    await using store = await openWithZones();
    expect(await store.cost(store.find)).toBe(2);
    expect(await store.cost(store.find)).toBe(1);
    const [first, second] = await store.find();
    expect(first?.zones).toEqual({ revision: 1, zones: store.zones });
    expect(second?.zones).toBe(first?.zones);
    expect(await store.repository.zones(ACCOUNT)).toBe(first?.zones);
  });

  test("that changes is brought again", async () => {
    await using store = await openWithZones();
    await store.find();
    const zones = longZones("home");
    await commitOk(sqlRepository({ db: store.db }), {
      zones: { account: ACCOUNT, revision: 1, zones },
    });
    expect(await store.cost(store.find)).toBe(2);
    expect((await store.find()).map((found) => found?.zones)).toEqual(
      Array(2).fill({ revision: 2, zones }),
    );
  });

  test("of another database under the same revision is told apart", async () => {
    await using store = await openWithZones();
    await store.find();
    const zones = longZones("home");
    // The account's zones are gone with the old database, and made anew in the one in its place.
    await sql`delete from tokenry_zone_sets`.execute(store.db);
    await commitOk(sqlRepository({ db: store.db }), {
      zones: { account: ACCOUNT, revision: 0, zones },
    });
    expect((await store.find()).map((found) => found?.zones)).toEqual(
      Array(2).fill({ revision: 1, zones }),
    );
  });

  test("that version 0.1.0 wrote, beside the digest of another, is not taken for that", async () => {
    await using store = await openWithZones();
    await store.find();
    for (const revision of [2, 3]) {
      const zones = longZones(`home ${revision}`);
      const document = JSON.stringify(zones);
      await sql`update tokenry_zone_sets set revision = ${revision}, document = ${document}`.execute(
        store.db,
      );
      for (let times = 0; times < 2; times++) {
        expect((await store.find()).map((found) => found?.zones)).toEqual(
          Array(2).fill({ revision, zones }),
        );
      }
    }
  });

  test("that cannot be read fails the look-ups of its account, and no others", async () => {
    await using store = await openWithZones();
    const { hash } = await insertToken(store.repository, { account: "other", owner: "bob" });
    await sql`update tokenry_zone_sets set document = '['`.execute(store.db);
    const asks = [store.find(), Promise.resolve(store.repository.findByHash([hash ?? ""]))];
    const [broken, sound] = await Promise.allSettled(asks);
    expect(broken).toMatchObject({
      status: "rejected",
      reason: { message: "The column document of a tokenry row cannot be read." },
    });
    expect(sound?.status).toBe("fulfilled");
  });
});
