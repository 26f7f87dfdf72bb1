import { type Kysely, sql } from "kysely";
import { expect, test } from "vitest";
import { migrate, schema, sqlRepository } from "../../../src/storage/sql/index.ts";
import { MIGRATIONS } from "../../../src/storage/sql/migrations.ts";
import { tablesOf } from "../../../src/storage/sql/tables.ts";
import { claimAt } from "../../../src/testing/repository/notices.ts";
import { insertToken } from "../../../src/testing/repository/samples.ts";
import {
  EVENTS,
  type RecordedDialect,
  recordedStatements,
  runAll,
  statementsOf,
  TOKENS,
  ZONES,
} from "../../fixtures/version-0.1.0.ts";

/** A database that is empty at first. */
export interface EmptyDatabase extends AsyncDisposable {
  readonly db: Kysely<object>;
}

/** A database to migrate. */
export interface Engine {
  readonly dialect: RecordedDialect;
  readonly open: () => Promise<EmptyDatabase>;
  /** All that the database knows of its tables, in a form that can be compared. */
  readonly catalog: (db: Kysely<object>) => Promise<unknown>;
}

/** The cases that hold for every database. */
export function migrateCases({ dialect, open, catalog }: Engine): void {
  test("a second run changes nothing", async () => {
    await using database = await open();
    const { db } = database;
    await migrate(db);
    const token = await insertToken(sqlRepository({ db }));
    const [before, steps] = [await catalog(db), await stepsOf(db)];
    await migrate(db);
    expect(await catalog(db)).toEqual(before);
    expect(await stepsOf(db)).toEqual(steps);
    expect(steps).toEqual(MIGRATIONS.map(({ name }) => ({ name, timestamp: expect.any(String) })));
    expect(await sqlRepository({ db }).findById(token.id)).toEqual(token);
  });

  test("what version 0.1.0 wrote is there after it, and the tables are as if made anew", async () => {
    await using database = await open();
    await using other = await open();
    await runAll(database.db, recordedStatements(dialect));
    await migrate(database.db);
    await sql`drop table tokenry_migration_lock`.execute(database.db);
    await migrate(other.db);
    expect(await catalog(database.db)).toEqual(await catalog(other.db));
    await expectRecords(database.db);
  });

  test("the text of schema() does the same, and migrate nothing after it", async () => {
    await using database = await open();
    await using other = await open();
    await runAll(database.db, statementsOf(schema(dialect)));
    const [made, steps] = [await catalog(database.db), await stepsOf(database.db)];
    await migrate(other.db);
    expect(made).toEqual(await catalog(other.db));
    await migrate(database.db);
    expect(await catalog(database.db)).toEqual(made);
    expect(await stepsOf(database.db)).toEqual(steps);
    await insertToken(sqlRepository({ db: database.db }));
  });

  test("two prefixes in one database know nothing of each other", async () => {
    await using database = await open();
    const { db } = database;
    await Promise.all([migrate(db), migrate(db, { prefix: "acme_" })]);
    const [ours, theirs] = [sqlRepository({ db }), sqlRepository({ db, prefix: "acme_" })];
    const token = await insertToken(ours, { slot: "primary" });
    expect(await theirs.findById(token.id)).toBeUndefined();
    await insertToken(theirs, { slot: "primary" });
    const names = MIGRATIONS.map(({ name }) => name);
    expect((await stepsOf(db, "acme_")).map(({ name }) => name)).toEqual(names);
  });

  test("a database that a newer version has migrated is refused, with what to do", async () => {
    await using database = await open();
    const { db } = database;
    await migrate(db);
    const newer = { name: "9999_newer", timestamp: "2030-01-01T00:00:00.000Z" };
    await tablesOf(db).insertInto("tokenry_migration").values(newer).execute();
    await expect(migrate(db)).rejects.toThrow(
      'A newer version of tokenry has changed this database ("9999_newer"). Use that version or a later one here, too.',
    );
  });
}

function stepsOf(db: Kysely<object>, prefix?: string) {
  const steps = tablesOf(db, { prefix }).selectFrom("tokenry_migration");
  return steps.select(["name", "timestamp"]).orderBy("name").execute();
}

async function expectRecords(db: Kysely<object>): Promise<void> {
  const repository = sqlRepository({ db });
  const [first] = TOKENS;
  expect(await repository.listByOwner({ owner: "alice", limit: 9 })).toEqual(TOKENS);
  const found = await repository.findByHash([first?.hash ?? ""]);
  expect(found).toMatchObject({ token: first, zones: ZONES });
  const events = await repository.events({ account: "acme", limit: 9 });
  expect(events.toReversed()).toEqual(
    EVENTS.map((event, index) => ({ ...event, sequence: index + 1 })),
  );
  expect(await claimAt(repository, 0)).toEqual([
    { event: EVENTS[0], channel: "notifier", attempt: 1, untried: 0 },
  ]);
}
