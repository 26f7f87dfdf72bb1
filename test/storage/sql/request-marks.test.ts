import BetterSqlite3 from "better-sqlite3";
import { CompiledQuery, type Kysely, type LogEvent, sql } from "kysely";
import { describe, expect, test } from "vitest";
import { migrate, schema, sqlRepository } from "../../../src/storage/sql/index.ts";
import { assertBegins, assertKnown, begin, KEY } from "../../../src/testing/idempotency/marks.ts";
import { DAY_MS, NOW, sampleHash } from "../../../src/testing/repository/samples.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";

async function marksIn(db: Kysely<object>): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from tokenry_request_marks`.execute(db);
  return Number(rows[0]?.n);
}

async function openStore(config: { readonly log?: (event: LogEvent) => void } = {}) {
  const db = openSqlite(":memory:", {}, config);
  await migrate(db);
  return { db, store: sqlRepository({ db }), [Symbol.asyncDispose]: () => db.destroy() };
}

describe("marks in SQL", () => {
  test("each new one deletes some that are over, so that none stays for long", async () => {
    await using opened = await openStore();
    const { db, store } = opened;
    for (let each = 0; each < 100; each += 1) await begin(store, { key: sampleHash() });
    expect(await marksIn(db)).toBe(100);
    const now = NOW + DAY_MS;
    await begin(store, { now: now - 1 });
    expect(await marksIn(db)).toBe(101);
    const left: number[] = [];
    for (let each = 0; each < 6; each += 1) {
      await begin(store, { key: sampleHash(), now });
      left.push(await marksIn(db));
    }
    expect(left).toEqual([82, 63, 44, 25, 6, 7]);
    await assertKnown(store, { now });
  });

  test("a request that is known deletes nothing", async () => {
    await using opened = await openStore();
    const { db, store } = opened;
    await begin(store, { until: NOW + 2 * DAY_MS });
    await begin(store, { key: sampleHash() });
    await assertKnown(store, { now: NOW + DAY_MS });
    expect(await marksIn(db)).toBe(2);
  });

  test("a begun request costs two statements where nothing is over, and a known one two", async () => {
    const log: string[] = [];
    await using opened = await openStore({ log: ({ query }) => void log.push(query.sql) });
    const { store } = opened;
    log.length = 0;
    await assertBegins(store);
    expect(log.splice(0)).toEqual([
      expect.stringMatching(/^insert into "tokenry_request_marks"/),
      expect.stringMatching(/^select "key" from "tokenry_request_marks"/),
    ]);
    await assertKnown(store);
    expect(log.splice(0)).toEqual([
      expect.stringMatching(/^insert into "tokenry_request_marks"/),
      expect.stringMatching(/^select "fingerprint", "result"/),
    ]);
  });

  test("what is begun anew by another process, after it was found to be over, is not deleted", async () => {
    using file = sqliteFile();
    const log = ({ query }: LogEvent) => {
      if (/^select "key"/.test(query.sql)) beginElsewhere();
    };
    await using db = openSqlite(file.path, {}, { log });
    await migrate(db);
    const other = new BetterSqlite3(file.path);
    const now = NOW + DAY_MS;
    const beginElsewhere = () => {
      other.prepare("update tokenry_request_marks set until = ? where key = ?").run(now + 1, KEY);
    };
    const store = sqlRepository({ db });
    await assertBegins(store, { until: now });
    // The first begin has looked for what is over, too.
    other.prepare("update tokenry_request_marks set until = ? where key = ?").run(now, KEY);
    await assertBegins(store, { key: sampleHash(), now });
    await assertKnown(store, { now });
    other.close();
  });

  test("a request is begun also where what is over cannot be deleted", async () => {
    await using opened = await openStore();
    const { db, store } = opened;
    await begin(store, { key: sampleHash() });
    await sql`create trigger stuck before delete on tokenry_request_marks
      begin select raise(abort, 'no'); end`.execute(db);
    await assertBegins(store, { now: NOW + DAY_MS });
    await assertKnown(store, { now: NOW + DAY_MS });
    expect(await marksIn(db)).toBe(2);
  });

  test("what cannot be written is an outage, and so is a mark that cannot be read", async () => {
    await using opened = await openStore();
    const { db, store } = opened;
    await begin(store);
    await db.executeQuery(
      CompiledQuery.raw("update tokenry_request_marks set fingerprint = x'00'"),
    );
    await expect(begin(store)).rejects.toThrow("The column fingerprint");
    await sql`drop table tokenry_request_marks`.execute(db);
    await expect(begin(store)).rejects.toThrow("no such table");
    await expect(store.finishRequest(KEY, "")).rejects.toThrow("no such table");
    await expect(store.forgetRequest(KEY)).rejects.toThrow("no such table");
  });

  test("a mark that is there but can be neither begun nor read does not go on for ever", async () => {
    await using opened = await openStore();
    const { db, store } = opened;
    await sql`create trigger eaten after insert on tokenry_request_marks
      begin delete from tokenry_request_marks; end`.execute(db);
    await assertBegins(store);
    await sql`drop trigger eaten`.execute(db);
    await sql`create trigger refused before insert on tokenry_request_marks
      begin select raise(ignore); end`.execute(db);
    await expect(begin(store)).rejects.toThrow("begun and forgotten over and over");
  });

  test("what was begun and finished is there for who opens the file later", async () => {
    using file = sqliteFile();
    {
      await using db = openSqlite(file.path);
      await migrate(db);
      const store = sqlRepository({ db });
      await assertBegins(store);
      await store.finishRequest(KEY, "token-1");
    }
    await using db = openSqlite(file.path);
    await assertKnown(sqlRepository({ db }), { result: "token-1" });
  });
});

test("tables of version 0.5.0 get the marks, and lose nothing", async () => {
  await using db = openSqlite();
  const older = schema("sqlite")
    .split(";\n")
    .filter((statement) => statement !== "" && !/request_marks/.test(statement));
  for (const statement of older) await db.executeQuery(CompiledQuery.raw(statement));
  const store = sqlRepository({ db });
  await store.replaceSigningKeys({ revision: 0, document: "{}" });
  await migrate(db);
  expect(await store.signingKeys()).toEqual({ revision: 1, document: "{}" });
  await assertBegins(store);
});
