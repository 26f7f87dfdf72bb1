import type { Kysely } from "kysely";
import { isMysql } from "./capabilities.ts";
import type { Migration, Statement } from "./migrations/migration.ts";
import type { SqlContext } from "./sql-context.ts";
import type { MigrationRow, Tables } from "./tables.ts";

/** How far a step came that has begun and not ended, in the place of its time: the statement that it was at, and whether that failed. */
const REACHED = /^(begun|failed) (\d+)$/;

/** Codes by which MySQL and MariaDB say that what a statement was to make is there. */
const THERE: ReadonlySet<unknown> = new Set([
  "ER_TABLE_EXISTS_ERROR",
  "ER_DUP_KEYNAME",
  "ER_DUP_FIELDNAME",
]);

/** Whether a step has ended. */
export function isDone({ timestamp }: MigrationRow): boolean {
  return !REACHED.test(timestamp);
}

/** Does a step, or what is left of it, and marks it as done. */
export async function runMigration(
  { db, capabilities }: SqlContext,
  migration: Migration,
  row: MigrationRow | undefined,
): Promise<void> {
  const statements = migration.statements(db, capabilities.columnTypes);
  if (isMysql(capabilities)) return runOneByOne(db, migration.name, statements, row);
  for (const statement of statements) await statement.execute();
  await insertRow(db, migration.name, doneNow());
}

/**
 * For databases in which each change of a table is a commit: before each statement the row tells which it is. A process that dies leaves
 * the next in doubt about one statement only; what that one was to make may be there. What a statement that failed was to make is not ours.
 */
async function runOneByOne(
  db: Kysely<Tables>,
  name: string,
  statements: readonly Statement[],
  row: MigrationRow | undefined,
): Promise<void> {
  const [, state, place] = REACHED.exec(row?.timestamp ?? "") ?? [];
  const start = Number(place ?? 0);
  if (row === undefined) await insertRow(db, name, "begun 0");
  for (const [index, statement] of statements.entries()) {
    if (index < start) continue;
    await note(db, name, `begun ${index}`);
    try {
      await statement.execute();
    } catch (error) {
      if (state === "begun" && index === start && isThere(error)) continue;
      await note(db, name, `failed ${index}`);
      throw error;
    }
  }
  await note(db, name, doneNow());
}

function doneNow(): string {
  return new Date().toISOString();
}

async function insertRow(db: Kysely<Tables>, name: string, timestamp: string): Promise<void> {
  await db.insertInto("tokenry_migration").values({ name, timestamp }).execute();
}

async function note(db: Kysely<Tables>, name: string, timestamp: string): Promise<void> {
  await db.updateTable("tokenry_migration").set({ timestamp }).where("name", "=", name).execute();
}

function isThere(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && THERE.has(error.code);
}
