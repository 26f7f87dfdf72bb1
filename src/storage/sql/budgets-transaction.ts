import { type Kysely, sql } from "kysely";
import type { Meter } from "../../budget/decide.ts";
import type { Taken } from "../../ports/budget-store.ts";
import type { Attention } from "./budgets-batches.ts";
import { decideTakes, emptyFrom, type Meters, type Take, windowsOf } from "./budgets-decide.ts";
import { isMysql } from "./capabilities.ts";
import { type Row, readInteger, readText, unreadable, whole } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import type { BudgetRow, Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Decides a batch in a transaction of its own: locks the rows in the order of their keys, so that no two batches wait for each other in a
 * circle, decides, and writes what has changed.
 *
 * A row that is missing cannot be locked: it is inserted, and where another process was first the key is taken, and all is done again.
 * When nobody waits any more, nothing is spent and nothing done again.
 */
export function takeInTransaction(
  context: SqlContext,
  takes: readonly Take[],
  attention: Attention,
): Promise<readonly Taken[]> {
  const windows = windowsOf(takes);
  return inTransaction(whileWaitedFor(context, attention), async (transaction) => {
    const before = await lockMeters(transaction, context, [...windows.keys()]);
    if (attention.isGone) throw new Error("Nobody waits for these takes any more.");
    const { answers, meters } = decideTakes(takes, before);
    await writeMeters(transaction, context, { before, after: meters, windows });
    return answers;
  });
}

/** Loses no race that nobody would know the winner of. */
function whileWaitedFor(context: SqlContext, attention: Attention): SqlContext {
  const { isLostRace } = context.capabilities;
  const capabilities = {
    ...context.capabilities,
    isLostRace: (error: unknown) => !attention.isGone && isLostRace(error),
  };
  return { ...context, capabilities };
}

/**
 * Ends a wait for a lock after a second on MariaDB; to MySQL it is a comment. Else who waits for the rows of a process that stands still
 * would keep its own locked for a minute, and others behind it theirs.
 */
const SHORT_WAIT = sql`/*M!100300 wait 1 */`;

async function lockMeters(
  db: Kysely<Tables>,
  { capabilities }: SqlContext,
  keys: readonly string[],
): Promise<Meters> {
  if (keys.length === 0) return new Map();
  const rows = db
    .selectFrom("tokenry_budgets")
    .select(["key", "level", "at"])
    .where("key", "in", keys)
    .orderBy("key");
  if (isMysql(capabilities))
    return readMeters(await rows.forUpdate().modifyEnd(SHORT_WAIT).execute());
  if (capabilities.dialect === "postgres") return readMeters(await rows.forUpdate().execute());
  // SQLite locks the whole file, for who begins by writing: this changes no row.
  await db.updateTable("tokenry_budgets").set({ level: 0 }).where(sql<boolean>`false`).execute();
  return readMeters(await rows.execute());
}

function readMeters(rows: readonly Row[]): Meters {
  return new Map(
    rows.map((row) => [
      readText(row, "key"),
      { at: readInteger(row, "at"), level: readLevel(row.level) },
    ]),
  );
}

/** Drivers give fractions as number or, where they are told to, as text. */
function readLevel(value: unknown): number {
  const level = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof level !== "number" || !Number.isFinite(level)) throw unreadable("level");
  return level;
}

interface Written {
  readonly before: Meters;
  readonly after: Meters;
  readonly windows: ReadonlyMap<string, number>;
}

async function writeMeters(
  db: Kysely<Tables>,
  { capabilities }: SqlContext,
  { before, after, windows }: Written,
): Promise<void> {
  const changed = [...after].filter(([key, meter]) => meter !== before.get(key));
  const rows = changed.map(([key, meter]) => budgetRow(key, meter, windows.get(key) ?? 0));
  const known = rows.filter(({ key }) => before.has(key));
  const missing = rows.filter(({ key }) => !before.has(key)).toSorted(byKey);
  if (known.length > 0) await overwrite(db, known, isMysql(capabilities));
  if (missing.length > 0) await db.insertInto("tokenry_budgets").values(missing).execute();
}

function budgetRow(key: string, meter: Meter, windowMs: number): BudgetRow {
  const { at, level } = meter;
  return { key, level, at: whole(at, "at"), empty_from: emptyFrom(meter, windowMs) };
}

/** Writes rows over those that are there and locked: one statement, whatever the number. */
async function overwrite(
  db: Kysely<Tables>,
  rows: readonly BudgetRow[],
  isOnMysql: boolean,
): Promise<void> {
  const insert = db.insertInto("tokenry_budgets").values(rows);
  const given = (column: "level" | "at" | "empty_from") =>
    isOnMysql
      ? sql<number>`values(${sql.ref(column)})`
      : sql<number>`${sql.ref(`excluded.${column}`)}`;
  const set = { level: given("level"), at: given("at"), empty_from: given("empty_from") };
  const update = isOnMysql
    ? insert.onDuplicateKeyUpdate(set)
    : insert.onConflict((conflict) => conflict.column("key").doUpdateSet(set));
  await update.execute();
}

function byKey(left: BudgetRow, right: BudgetRow): number {
  return left.key < right.key ? -1 : 1;
}
