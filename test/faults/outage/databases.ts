import { Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool } from "mysql2";
import pg from "pg";
import type { Repository } from "../../../src/index.ts";
import { type SqlPool, sqlRepository } from "../../../src/storage/sql/index.ts";
import { startMariadb } from "../../servers/mariadb.ts";
import { startPostgres } from "../../servers/postgres.ts";
import type { TestServer } from "../../servers/server.ts";

/** A database as a host opens it. */
export interface OpenDatabase extends AsyncDisposable {
  readonly db: Kysely<object>;
  readonly repository: Repository;
}

/** How long a transaction may do nothing before the server ends it: many times as long as a node takes between two statements. */
export const IDLE_MS = 2000;

/** A kind of database server, as it is run and used in production: what it acknowledges is on the disk. */
export interface DatabaseKind {
  readonly name: string;
  start(): Promise<TestServer>;
  open(url: string): OpenDatabase;
}

export const POSTGRES: DatabaseKind = {
  name: "PostgreSQL",
  start: startPostgres,
  open(url) {
    const pool = new pg.Pool({
      connectionString: url,
      // Else who waits for a connection waits for as long as the system tries to make it.
      connectionTimeoutMillis: 1000,
      // Else what a lost connection has begun keeps its rows locked until the server notices, which can take hours.
      idle_in_transaction_session_timeout: IDLE_MS,
    });
    // Else a connection that is lost while it is idle ends the process.
    pool.on("error", () => undefined);
    return opened(new Kysely<object>({ dialect: new PostgresDialect({ pool }) }), pool);
  },
};

export const MARIADB: DatabaseKind = {
  name: "MariaDB",
  start: startMariadb,
  open(url) {
    // Else each try to connect makes room for 16,000 statements, which in an outage keeps the process from its work.
    const pool = createPool({ uri: url, connectTimeout: 1000, maxPreparedStatements: 250 });
    pool.on("connection", (connection) => {
      connection.query(`set session idle_transaction_timeout = ${IDLE_MS / 1000}`, () => undefined);
    });
    return opened(new Kysely<object>({ dialect: new MysqlDialect({ pool }) }), pool);
  },
};

/** A database in the hands of tokenry. */
export function opened(db: Kysely<object>, pool?: SqlPool): OpenDatabase {
  return {
    db,
    repository: sqlRepository({ db, pool }),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
