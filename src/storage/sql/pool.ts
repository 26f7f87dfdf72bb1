import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type CompiledQuery, Kysely } from "kysely";
import { checkMethods } from "../../checks.ts";
import { isMysql, type SqlCapabilities } from "./capabilities.ts";
import type { Deadlines } from "./deadline.ts";
import { type MysqlPool, mysqlOver, runOnMysql } from "./mysql-pool.ts";
import { type PostgresPool, postgresOver, runOnPostgres } from "./postgres-pool.ts";
import type { Row } from "./row.ts";
import type { SqlContext } from "./sql-context.ts";
import { tablesOf } from "./tables.ts";

/** A pool of `pg`, or one of `mysql2`: the one with callbacks, which Kysely takes too. */
export type SqlPool = PostgresPool | MysqlPool;

/** Runs a statement, prepared where there is a way to. */
export type RunStatement = (query: CompiledQuery) => Promise<readonly Row[]>;

/** What a pool is used for. */
export interface PoolAccess {
  /** A database over the pool, in which no statement is waited for longer than the deadline, and a connection that was is thrown away. */
  readonly db: Kysely<object>;
  /** Runs a statement prepared. */
  readonly run: RunStatement;
}

/** What statements run over: the host's pool, and then `run` runs them prepared, or else its database. */
export function connected(
  context: SqlContext,
  pool: SqlPool | undefined,
  deadlines: Deadlines,
): { readonly context: SqlContext; readonly run: RunStatement | undefined } {
  if (pool === undefined) return { context, run: undefined };
  const { db, run } = accessOf(pool, context.capabilities, deadlines);
  return { context: { ...context, db: tablesOf(db, context.names) }, run };
}

/** Throws TypeError where the pool is none of the driver of this database. */
function accessOf(pool: unknown, capabilities: SqlCapabilities, deadlines: Deadlines): PoolAccess {
  if (isMysql(capabilities)) return mysqlAccess(checkMysql(pool), deadlines);
  if (capabilities.dialect === "postgres") return postgresAccess(checkPostgres(pool), deadlines);
  throw new TypeError("options.pool must not be given: SQLite has none");
}

function postgresAccess(pool: PostgresPool, deadlines: Deadlines): PoolAccess {
  const nameOf = namer();
  return {
    db: new Kysely({ dialect: postgresOver(pool, deadlines) }),
    run: ({ sql, parameters }) =>
      runOnPostgres(pool, deadlines, { name: nameOf(sql), text: sql, values: [...parameters] }),
  };
}

function mysqlAccess(pool: MysqlPool, deadlines: Deadlines): PoolAccess {
  return {
    db: new Kysely({ dialect: mysqlOver(pool, deadlines) }),
    run: ({ sql, parameters }) => runOnMysql(pool, deadlines, { sql, values: [...parameters] }),
  };
}

function checkPostgres(pool: unknown): PostgresPool {
  checkMethods(pool, ["connect"], "options.pool");
  // What it lends can only be seen once it does.
  return pool as PostgresPool;
}

function checkMysql(pool: unknown): MysqlPool {
  checkMethods(pool, ["getConnection"], "options.pool");
  const callbacks = (pool as { readonly pool?: unknown }).pool;
  if (typeof callbacks === "object" && callbacks !== null && "getConnection" in callbacks)
    throw new TypeError(
      "options.pool must be mysql2's pool with callbacks, not that of mysql2/promise",
    );
  return pool as MysqlPool;
}

/** Names statements by their texts: the tables of another prefix or schema are those of another statement. */
function namer(): (sql: string) => string {
  const names = new Map<string, string>();
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    const name = `tokenry_${bytesToHex(sha256(utf8ToBytes(sql))).slice(0, 32)}`;
    names.set(sql, name);
    return name;
  };
}
