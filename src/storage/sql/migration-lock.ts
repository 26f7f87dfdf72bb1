import { CompiledQuery, type Kysely, sql } from "kysely";
import { retrying } from "./retry.ts";
import type { SqlContext } from "./sql-context.ts";
import type { Tables } from "./tables.ts";
import { inTransaction } from "./transaction.ts";

type Work = (connection: Kysely<Tables>) => Promise<void>;

/** What all who migrate with PostgreSQL wait for: any number that others are unlikely to lock. It is "tokenry" in ASCII. */
const POSTGRES_LOCK = 32_773_604_352_356_985n;

/** While a change of a table waits for those who read it, all who come later wait behind it: not for long, and then it is tried again. */
const POSTGRES_LOCK_TIMEOUT = "set local lock_timeout = '1s'";

/** The same in MySQL and MariaDB, where it is the whole server's. */
const MYSQL_LOCK = "tokenry_migration";

/** How long one waits for another there, in seconds: longer than changing a large table takes. */
const MYSQL_PATIENCE = 3600;

/** Does work while no other process migrates: in one transaction, where changes of tables can be undone. */
export function migratingAlone(context: SqlContext, work: Work): Promise<void> {
  switch (context.capabilities.dialect) {
    case "postgres":
      return inTransaction(context, async (transaction) => {
        // It ends with the transaction: also behind a pool that gives each transaction another session.
        await sql`select pg_advisory_xact_lock(${sql.lit(POSTGRES_LOCK)})`.execute(transaction);
        await sql.raw(POSTGRES_LOCK_TIMEOUT).execute(transaction);
        await work(transaction);
      });
    case "sqlite":
      return writingAlone(context, work);
    case "mysql":
    case "mariadb":
      return context.db.connection().execute((connection) => holdingLock(connection, work));
  }
}

/** Holds SQLite's write lock over the whole of a work: SQLite undoes changes of a schema too. */
function writingAlone({ db, capabilities }: SqlContext, work: Work): Promise<void> {
  const run = (connection: Kysely<Tables>) => inImmediate(connection, work);
  return retrying(() => db.connection().execute(run), capabilities.isLostRace);
}

async function inImmediate(connection: Kysely<Tables>, work: Work): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  try {
    await work(connection);
    await connection.executeQuery(CompiledQuery.raw("commit"));
  } catch (error) {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
    throw error;
  }
}

async function holdingLock(connection: Kysely<Tables>, work: Work): Promise<void> {
  const lock = sql<{ got: unknown }>`select get_lock(${MYSQL_LOCK}, ${MYSQL_PATIENCE}) as got`;
  const { rows } = await lock.execute(connection);
  if (Number(rows[0]?.got) !== 1)
    throw new Error("Another process has been changing tokenry's tables for an hour.");
  try {
    await work(connection);
  } finally {
    await sql`select release_lock(${MYSQL_LOCK})`.execute(connection);
  }
}
