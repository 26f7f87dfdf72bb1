import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from "kysely";
import QuickLRU from "quick-lru";
import { checkKeys, checkOneOf, checkText, checkWhole } from "../../checks.ts";
import { isBusy } from "./lost-race.ts";
import { pause } from "./retry.ts";

/** How {@link nodeSqliteDialect} opens its file. */
export interface NodeSqliteOptions {
  /**
   * When a commit counts as written. `"full"` (default): when the disk has it, so that a power cut takes back nothing that was
   * acknowledged. `"normal"`: when the operating system has it; a crash or kill of the process loses nothing then either, but a power
   * cut may take back the last commits (a revoked token works again); the file stays whole. Commits are much faster with it.
   */
  readonly synchronous?: "full" | "normal";
  /** How long a statement waits for another connection's lock, in milliseconds; other work goes on meanwhile. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

const OPTIONS: ReadonlySet<string> = new Set(["synchronous", "busyTimeoutMs"]);
const MOST_STATEMENTS = 200;

/**
 * A Kysely dialect over Node's own SQLite, with a write-ahead log. `path` is a file, made when it does not exist, or `:memory:`.
 *
 * Needs `node:sqlite` (Node 22.16 or later) and throws an Error where it is missing. The file is opened at the first statement.
 * Transactions take the write lock when they begin, unless they are read-only, so that none fails for a lock later on.
 *
 * @example
 * const db = new Kysely<MyTables>({ dialect: nodeSqliteDialect("tokens.sqlite") });
 * await migrate(db);
 */
export function nodeSqliteDialect(path: string, options: NodeSqliteOptions = {}): Dialect {
  checkText(path, 4096, "path");
  checkKeys(options, OPTIONS, "options");
  const { synchronous = "full", busyTimeoutMs = 5000 } = options;
  checkOneOf(synchronous, ["full", "normal"], "options.synchronous");
  checkWhole(busyTimeoutMs, 0, 3_600_000, "options.busyTimeoutMs");
  const { DatabaseSync } = nodeSqlite();
  return new NodeSqliteDialect(async () => {
    const database = open(path, DatabaseSync);
    await configure(database, path, { synchronous, busyTimeoutMs });
    return cachingStatements(database);
  }, busyTimeoutMs);
}

type NodeSqlite = typeof import("node:sqlite");

/** Looked up at run time, so that this file loads where there is no `node:sqlite`. */
function nodeSqlite(): NodeSqlite {
  const sqlite = globalThis.process?.getBuiltinModule?.("node:sqlite");
  if (sqlite !== undefined && "columns" in sqlite.StatementSync.prototype) return sqlite;
  throw new Error("nodeSqliteDialect needs the node:sqlite of Node 22.16 or later.");
}

function open(path: string, Database: NodeSqlite["DatabaseSync"]): DatabaseSync {
  try {
    return new Database(path);
  } catch (error) {
    throw notOpened(path, error);
  }
}

async function configure(
  database: DatabaseSync,
  path: string,
  { synchronous, busyTimeoutMs }: Required<NodeSqliteOptions>,
): Promise<void> {
  try {
    // Each needs a lock, for a moment: others that open a new file at the same time have to wait.
    const pragmas = `pragma journal_mode = wal; pragma synchronous = ${synchronous}`;
    await whenFree(busyTimeoutMs, async () => database.exec(pragmas));
  } catch (error) {
    database.close();
    throw notOpened(path, error);
  }
}

function notOpened(path: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const needs = "It must be a file that this process may write, in a folder that it may write.";
  return new Error(`The SQLite file ${path} cannot be opened: ${reason}. ${needs}`, { cause });
}

/**
 * Keeps statements prepared: preparing one costs as much as running it. Not those with a `*`: Node 22 reads the columns that the table
 * had when the statement was prepared, also when the table has others since.
 */
function cachingStatements(database: DatabaseSync): SqliteDatabase {
  const statements = new QuickLRU<string, SqliteStatement>({ maxSize: MOST_STATEMENTS });
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = kyselyStatement(database, sql);
      if (!sql.includes("*")) statements.set(sql, statement);
      return statement;
    },
  };
}

function kyselyStatement(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bindable(parameters)),
    run: (parameters) => statement.run(...bindable(parameters)),
    iterate: (parameters) => statement.iterate(...bindable(parameters)),
  };
}

/** `node:sqlite` itself refuses a value that it cannot bind. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #open: () => Promise<SqliteDatabase>;
  readonly #busyTimeoutMs: number;

  constructor(open: () => Promise<SqliteDatabase>, busyTimeoutMs: number) {
    super({ database: open });
    this.#open = open;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override createDriver(): Driver {
    return new NodeSqliteDriver(this.#open, this.#busyTimeoutMs);
  }
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #busyTimeoutMs: number;
  #connection: DatabaseConnection | undefined;

  constructor(database: () => Promise<SqliteDatabase>, busyTimeoutMs: number) {
    super({ database });
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    this.#connection ??= patient(connection, this.#busyTimeoutMs);
    return this.#connection;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings = {},
  ): Promise<void> {
    const begin = accessMode === "read only" ? "begin" : "begin immediate";
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  /**
   * After some errors, a full disk among them, SQLite has rolled back by itself; that there is nothing left to roll back would hide them.
   * See https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction".
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!(error instanceof Error && error.message.endsWith("no transaction is active")))
        throw error;
    }
  }
}

/**
 * A connection that waits for locks without stopping the process: SQLite's own busy handler sleeps in the only thread, and where the
 * lock is held by another connection of this process, it would sleep until its time is up.
 */
function patient(connection: DatabaseConnection, busyTimeoutMs: number): DatabaseConnection {
  return {
    executeQuery: (query, options) =>
      whenFree(busyTimeoutMs, () => connection.executeQuery(query, options)),
    streamQuery: (query, chunkSize, options) => connection.streamQuery(query, chunkSize, options),
  };
}

const LONGEST_PAUSE_MS = 50;

/** Runs a statement, again while another connection has the lock. A statement that is refused for a lock has done nothing. */
async function whenFree<Result>(
  busyTimeoutMs: number,
  run: () => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || performance.now() - started >= busyTimeoutMs) throw error;
      await pause(pauseMs);
    }
  }
}
