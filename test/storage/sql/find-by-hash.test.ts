import { type LogEvent, sql } from "kysely";
import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  commitOk,
  insertToken,
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
