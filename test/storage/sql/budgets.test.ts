import fc from "fast-check";
import { type Kysely, type LogEvent, sql } from "kysely";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { BudgetStore } from "../../../src/ports/budget-store.ts";
import { type SqlBudgetsOptions, sqlBudgets } from "../../../src/storage/sql/budgets.ts";
import { migrate } from "../../../src/storage/sql/migrate.ts";
import { openSqlite } from "../../fixtures/sqlite-file.ts";
import { batches, compareWithMemory, FROM_EVERY_BUDGET, NOW } from "./budgets-model.ts";

const MINUTE_MS = 60_000;

interface Opened extends AsyncDisposable {
  readonly db: Kysely<object>;
  readonly store: BudgetStore;
  /** The first words of each statement since the last look, without those that begin and end transactions. */
  statements(): readonly string[];
}

async function open(options: Partial<SqlBudgetsOptions<object>> = {}): Promise<Opened> {
  const log: string[] = [];
  const note = ({ query }: LogEvent): void => void log.push(query.sql.trim().split(" ")[0] ?? "");
  const db = openSqlite(":memory:", {}, { log: note });
  await migrate(db, options.prefix === undefined ? {} : { prefix: options.prefix });
  log.length = 0;
  const isOurs = (word: string): boolean => !/^(?:begin|commit|rollback)/.test(word);
  return {
    db,
    store: sqlBudgets({ db, ...options }),
    statements: () => log.splice(0).filter(isOurs),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

interface StoredRow {
  readonly key: string;
  readonly level: number;
  readonly at: number;
  readonly empty_from: number;
}

async function rowsOf(db: Kysely<object>): Promise<readonly StoredRow[]> {
  return (await sql<StoredRow>`select * from tokenry_budgets order by key`.execute(db)).rows;
}

const bucket = (key: string, limit = 10, windowMs = MINUTE_MS) => ({ key, limit, windowMs });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("options", () => {
  test.each([
    [{}, TypeError, "db must be an object"],
    [{ timeoutMs: 0 }, RangeError, "options.timeoutMs must be a whole number from 1 to 60000"],
    [{ timeoutMs: "1" }, TypeError, "options.timeoutMs must be a number"],
    [{ onOutage: "panic" }, RangeError, "options.onOutage must be one of"],
    [{ pool: { connect() {} } }, TypeError, "options.pool must not be given: SQLite has none"],
    [{ prefix: "1" }, RangeError, "options.prefix must match"],
    [{ timeout: 1 }, TypeError, 'options: there is no "timeout"'],
  ])("refuses %o", async (given: object, type, message) => {
    await using db = openSqlite();
    const options: object = message.startsWith("db") ? given : { db, ...given };
    const make = () => sqlBudgets(options as SqlBudgetsOptions<object>);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });

  test("an outage is met in this process, unless the host says otherwise", async () => {
    await using db = openSqlite();
    expect(sqlBudgets({ db }).onOutage).toBe("local");
    expect(sqlBudgets({ db, onOutage: "deny" }).onOutage).toBe("deny");
  });
});

describe("statements", () => {
  test("fifty takes at once are one transaction of a handful", async () => {
    await using opened = await open();
    const take = () => opened.store.take([bucket("token"), bucket("account", 100)], 1, NOW);
    const taken = await Promise.all(Array.from({ length: 50 }, take));
    expect(taken.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(opened.statements()).toEqual(["update", "select", "insert"]);
  });

  test("a refused take writes nothing", async () => {
    await using opened = await open();
    await opened.store.take([bucket("a", 1)], 1, NOW);
    const before = await rowsOf(opened.db);
    opened.statements();
    expect(await opened.store.take([bucket("a", 1), bucket("b")], 1, NOW + 100)).toMatchObject({
      allowed: false,
    });
    expect(opened.statements()).toEqual(["update", "select"]);
    expect(await rowsOf(opened.db)).toEqual(before);
  });

  test("a row says when it tells nothing any more, in whole minutes or windows", async () => {
    await using opened = await open();
    const at = 1_800_000_000_001;
    await opened.store.take([bucket("second", 10, 1000), bucket("hour", 10, 3_600_000)], 3, at);
    expect(await rowsOf(opened.db)).toEqual([
      { key: "hour", level: 3, at, empty_from: 1_800_010_800_000 },
      { key: "second", level: 3, at, empty_from: 1_800_000_060_000 },
    ]);
  });

  test("a prefix is that of the host", async () => {
    await using opened = await open({ prefix: "acme_" });
    await opened.store.take([bucket("a")], 1, NOW);
    const { rows } = await sql`select key from acme_budgets`.execute(opened.db);
    expect(rows).toEqual([{ key: "a" }]);
  });
});

describe("what is asked", () => {
  test("is copied: a caller may use its objects again", async () => {
    await using opened = await open();
    const own = { key: "a", limit: 10, windowMs: MINUTE_MS };
    const taking = opened.store.take([own], 10, NOW);
    Object.assign(own, { key: "b", limit: 1 });
    expect(await taking).toMatchObject({ allowed: true, states: [{ limit: 10, remaining: 0 }] });
    expect((await rowsOf(opened.db)).map(({ key }) => key)).toEqual(["a"]);
  });

  test.each([
    [[bucket("a")], Number.NaN, NOW],
    [[bucket("a")], 1, Number.NaN],
    [[bucket("a")], 1, Number.POSITIVE_INFINITY],
    [[bucket("a", Number.NaN)], 1, NOW],
    [[bucket("a", 10, Number.NaN)], 1, NOW],
  ])("%j, %d at %d cannot be decided, and fails nobody else", async (buckets, cost, now) => {
    await using opened = await open();
    const strange = opened.store.take(buckets, cost, now);
    const other = opened.store.take([bucket("b")], 1, NOW);
    await expect(strange).rejects.toThrow(TypeError);
    expect(await other).toMatchObject({ allowed: true });
    expect(await rowsOf(opened.db)).toHaveLength(1);
  });

  test("a fraction of a millisecond counts as none", async () => {
    await using opened = await open();
    await opened.store.take([bucket("a")], 1, NOW + 0.9);
    expect(await rowsOf(opened.db)).toMatchObject([{ at: NOW }]);
  });

  test("keys are told apart however long they are", async () => {
    await using opened = await open();
    const keys = ["x".repeat(255), "x".repeat(256), `${"x".repeat(256)}y`, "Ω".repeat(300)];
    for (const key of keys) {
      expect(await opened.store.take([bucket(key, 1)], 1, NOW)).toMatchObject({ allowed: true });
      expect(await opened.store.take([bucket(key, 1)], 1, NOW)).toMatchObject({ allowed: false });
    }
    const stored = (await rowsOf(opened.db)).map(({ key }) => key);
    expect(stored).toHaveLength(4);
    expect(Math.max(...stored.map((key) => key.length))).toBe(255);
  });
});

describe("the same answers as in memory", { timeout: 60_000 }, () => {
  test("whatever is asked, at once or one after another, and whichever way the clock moves", async () => {
    await fc.assert(
      fc.asyncProperty(batches(-30_000, 15_000), async (calls) => {
        await using opened = await open();
        // No sweep: a clock that goes back by more than a window could tell what it has deleted.
        await sql`create trigger keep before delete on tokenry_budgets begin select raise(abort, 'kept'); end`.execute(
          opened.db,
        );
        await compareWithMemory(opened.store, [FROM_EVERY_BUDGET, ...calls]);
      }),
      { numRuns: 100 },
    );
  });

  test("while rows that tell nothing are deleted", async () => {
    await fc.assert(
      fc.asyncProperty(batches(-10, 400_000), async (calls) => {
        await using opened = await open();
        await compareWithMemory(opened.store, calls);
      }),
      { numRuns: 100 },
    );
  });
});

describe("rows that tell nothing any more", () => {
  /** Spends from so many budgets at NOW, all full again two minutes later. */
  async function fill(store: BudgetStore, count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, index) => store.take([bucket(`old ${index}`)], 1, NOW)),
    );
  }

  test("are deleted in the background, bit by bit", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    await using opened = await open();
    await fill(opened.store, 1234);
    expect(await rowsOf(opened.db)).toHaveLength(1234);
    opened.statements();
    await opened.store.take([bucket("new")], 1, NOW + 2 * MINUTE_MS);
    await expect.poll(() => rowsOf(opened.db)).toHaveLength(1);
    const deletes = opened.statements().filter((word) => word === "delete");
    expect(deletes).toHaveLength(3);
    expect(await rowsOf(opened.db)).toMatchObject([{ key: "new" }]);
  });

  test("are kept to their very last millisecond, and as long as something is spent", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    await using opened = await open();
    await fill(opened.store, 3);
    const late = NOW + 2 * MINUTE_MS - 1;
    await opened.store.take([bucket("old 0")], 1, late);
    await opened.store.take([bucket("new")], 1, late);
    await opened.store.take([bucket("new")], 1, NOW + 3 * MINUTE_MS);
    await vi.waitFor(async () =>
      expect((await rowsOf(opened.db)).map(({ key }) => key)).toEqual(["new", "old 0"]),
    );
  });

  test("are looked for once a minute, wherever the clock goes", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    await using opened = await open();
    const sweeps = async (...nows: readonly number[]): Promise<number> => {
      for (const now of nows) {
        await opened.store.take([bucket("a")], 1, now);
        await new Promise((resolve) => setImmediate(resolve));
      }
      // Each take selects once, as each sweep does.
      return opened.statements().filter((word) => word === "select").length - nows.length;
    };
    expect(await sweeps(NOW, NOW + 1, NOW + MINUTE_MS - 1)).toBe(0);
    expect(await sweeps(NOW + MINUTE_MS, NOW + MINUTE_MS + 1, NOW + 2 * MINUTE_MS - 1)).toBe(1);
    expect(await sweeps(NOW - 10 * MINUTE_MS, NOW - 10 * MINUTE_MS + 1)).toBe(1);
  });

  test("are looked for at random in the first minute", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    await using opened = await open();
    await opened.store.take([bucket("a")], 1, NOW);
    opened.statements();
    await opened.store.take([bucket("a")], 1, NOW + MINUTE_MS / 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened.statements()).toContain("select");
  });

  test("are left to the next sweep where this one fails", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    await using opened = await open();
    await fill(opened.store, 3);
    await sql`create trigger keep before delete on tokenry_budgets begin select raise(abort, 'kept'); end`.execute(
      opened.db,
    );
    await opened.store.take([bucket("new")], 1, NOW + 2 * MINUTE_MS);
    await expect.poll(() => opened.statements()).toContain("delete");
    await sql`drop trigger keep`.execute(opened.db);
    await opened.store.take([bucket("new")], 1, NOW + 3 * MINUTE_MS);
    await expect.poll(() => rowsOf(opened.db)).toHaveLength(1);
  });
});

test("a row that cannot be read is an outage, and is not told in the message", async () => {
  await using opened = await open();
  await opened.store.take([bucket("a")], 1, NOW);
  await sql`update tokenry_budgets set level = 'plenty'`.execute(opened.db);
  await expect(opened.store.take([bucket("a")], 1, NOW)).rejects.toThrow(
    "The column level of a tokenry row cannot be read.",
  );
});

test("without the table it is an outage", async () => {
  await using db = openSqlite();
  await expect(sqlBudgets({ db }).take([bucket("a")], 1, NOW)).rejects.toThrow("no such table");
});
