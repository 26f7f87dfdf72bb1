import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { checkKeys, checkOneOf, checkWhole } from "../../checks.ts";
import type { Bucket, BudgetStore, OutagePolicy, Taken } from "../../ports/budget-store.ts";
import { type Attention, Batches } from "./budgets-batches.ts";
import { cleaner } from "./budgets-cleanup.ts";
import type { Take } from "./budgets-decide.ts";
import { isForStatement, takeByStatement } from "./budgets-postgres.ts";
import { takeInTransaction } from "./budgets-transaction.ts";
import { Deadlines } from "./deadline.ts";
import { connected, type RunStatement, type SqlPool } from "./pool.ts";
import type { Row } from "./row.ts";
import { contextOf, type SqlContext, type SqlOptions } from "./sql-context.ts";

/** What {@link sqlBudgets} works with. */
export interface SqlBudgetsOptions<Database> extends SqlOptions<Database> {
  /**
   * The pool of `db`'s dialect: a `Pool` of `pg`, or the pool of `mysql2` (not of `mysql2/promise`). A connection that does not answer is
   * then thrown away, and its transaction with it; and PostgreSQL plans the statement once for each connection, not each time, which takes
   * several times as long as running it. All statements run over it and not over `db`. Leave it out behind a PgBouncer that knows no
   * prepared statements.
   */
  readonly pool?: SqlPool | undefined;
  /** Default `local`. */
  readonly onOutage?: OutagePolicy | undefined;
  /** What the database does not answer within so many milliseconds is an outage; whole, 1 to 60,000. Default 500. */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set([
  ...["db", "schema", "prefix", "capabilities"],
  ...["pool", "onOutage", "timeoutMs"],
]);

const TIMEOUT_MS = 500;
const LONGEST_TIMEOUT_MS = 60_000;

/** Takes that travel together. */
const MOST_TAKES = 256;

/** Characters of the column `key`. */
const LONGEST_KEY = 255;

/**
 * Budgets in a SQL database, shared by all processes that use the same table. For those who have no Redis. Run `migrate` first, with the
 * same names.
 *
 * Exact: on PostgreSQL each batch of takes is one statement, elsewhere one short transaction that locks the rows that it needs, by the
 * same arithmetic as in memory. Takes that arrive together travel together, up to 256, decided in their order; a lone take waits for nobody.
 * Time: the `now` of the call counts, the caller's clock, in whole milliseconds. Clocks of different machines should agree to well below a
 * window: a take that is a window late, by its clock or on its way, looks like one after the clock was set back, and what has refilled since
 * may refill once more. Rows that tell nothing any more are deleted in the background, at most once a minute by each process.
 *
 * An outage, and what takes longer than `timeoutMs` in its batch, rejects; such a take may have been spent all the same.
 *
 * Durable: what PostgreSQL commits it does not wait for on the disk. When its machine or its server process crashes, what was spent in the
 * last three `wal_writer_delay` (0.6 seconds by default) may be spent once more. Other databases commit as they are configured to.
 *
 * On MySQL and MariaDB a machine that vanishes in the middle of a transaction keeps its rows locked until the server gives up the
 * connection: let the server end idle transactions (MariaDB's `idle_transaction_timeout`).
 *
 * @throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const pool = new Pool({ connectionString, connectionTimeoutMillis: 1000 });
 * const db = new Kysely<MyTables>({ dialect: new PostgresDialect({ pool }) });
 * const budgets = sqlBudgets({ db, pool });
 * const tokens = createTokenry({ budgets, … });
 */
export function sqlBudgets<Database>(options: SqlBudgetsOptions<Database>): BudgetStore {
  checkKeys(options, OPTIONS, "options");
  const { pool, onOutage = "local", timeoutMs = TIMEOUT_MS } = options;
  checkOneOf(onOutage, ["deny", "allow", "local"], "options.onOutage");
  checkWhole(timeoutMs, 1, LONGEST_TIMEOUT_MS, "options.timeoutMs");
  const deadlines = new Deadlines(timeoutMs);
  const { context, run = runOn(context) } = connected(contextOf(options), pool, deadlines);
  const clean = cleaner(context);
  const batches = new Batches(decider(context, run), MOST_TAKES, deadlines);
  return {
    onOutage,
    async take(buckets, cost, now) {
      const taken = await batches.answer(takeOf(buckets, cost, now));
      clean(now);
      return taken;
    },
  };
}

/** Through Kysely. The deadline is that of the batch. */
function runOn({ db }: SqlContext): RunStatement {
  return async (query) => (await db.executeQuery<Row>(query)).rows;
}

type Decide = (takes: readonly Take[], attention: Attention) => Promise<readonly Taken[]>;

function decider(context: SqlContext, run: RunStatement): Decide {
  const inOneTransaction: Decide = (...batch) => takeInTransaction(context, ...batch);
  if (context.capabilities.dialect !== "postgres") return inOneTransaction;
  const byOneStatement = takeByStatement(context, run);
  return (takes, attention) =>
    takes.every(isForStatement)
      ? byOneStatement(takes, attention)
      : inOneTransaction(takes, attention);
}

/** What a take asks, as it is decided. A copy: the caller's objects may change while it waits. */
function takeOf(buckets: readonly Bucket[], cost: number, now: number): Take {
  const numbers = buckets.flatMap(({ limit, windowMs }) => [limit, windowMs]);
  // One take that cannot be decided would fail all that travel with it.
  if (![cost, now, ...numbers].every(Number.isFinite))
    throw new TypeError("the cost, the time, limits and windows of a take must be finite numbers");
  return {
    buckets: buckets.map(({ key, limit, windowMs }) => ({ key: storedKey(key), limit, windowMs })),
    cost,
    now: Math.floor(now),
  };
}

/** A key as it is stored: one that is too long for the column, by its digest. */
function storedKey(key: string): string {
  return key.length <= LONGEST_KEY ? key : `sha256:${bytesToHex(sha256(utf8ToBytes(key)))}`;
}
