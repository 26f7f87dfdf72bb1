import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool, type Pool } from "mysql2";
import pg from "pg";
import type { Repository } from "tokenry";
import { freshDatabase } from "../servers/fresh-database.ts";
import { type Database, openKysely, tokenrySql } from "./built.ts";
import { serverUrl } from "./servers.ts";

/** What every pool has, ours and the floors'. */
const CONNECTIONS = 10;

/** A database with tokenry's tables. It goes when it is disposed of, unless it has a name. */
export interface SqlDatabase extends AsyncDisposable {
  readonly db: Database;
  /** Over Kysely alone. */
  readonly repository: Repository;
}

/** One on PostgreSQL. */
export interface PostgresDatabase extends SqlDatabase {
  readonly pool: pg.Pool;
  readonly url: string;
}

/** A new database on the PostgreSQL of the benchmark, that goes when it is disposed of. */
export async function freshPostgres(): Promise<PostgresDatabase> {
  const fresh = await freshDatabase(serverUrl("postgres"));
  const database = await openPostgres(fresh.url);
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await fresh.drop();
    },
  };
}

/** A database on the PostgreSQL of the benchmark that stays until {@link dropPostgres}: made where there is none of that name. */
export async function namedPostgres(name: string): Promise<PostgresDatabase> {
  const found = "select from pg_database where datname = $1";
  const isThere = await onServer(async (client) => {
    return (await client.query(found, [name])).rowCount === 1;
  });
  if (!isThere) await onServer((client) => client.query(`create database ${name}`));
  const url = new URL(serverUrl("postgres"));
  url.pathname = name;
  return openPostgres(url.href);
}

/** Removes a database of that name, if there is one. */
export async function dropPostgres(name: string): Promise<void> {
  await onServer((client) => client.query(`drop database if exists ${name} with (force)`));
}

async function onServer<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: serverUrl("postgres") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A database that is there, its tables made where they are missing. It stays when it is closed. */
export async function openPostgres(url: string): Promise<PostgresDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const db = openKysely(({ PostgresDialect }) => new PostgresDialect({ pool }));
  const database = await migrated(db);
  return {
    ...database,
    pool,
    url,
    async [Symbol.asyncDispose]() {
      // A connection is still on its way out when the pool has ended: that its database is dropped meanwhile is no failure.
      pool.on("error", () => undefined);
      await database[Symbol.asyncDispose]();
    },
  };
}

/** One on MariaDB. */
export interface MariadbDatabase extends SqlDatabase {
  readonly pool: Pool;
}

/** A new database on the MariaDB of the benchmark, that goes when it is disposed of. */
export async function freshMariadb(): Promise<MariadbDatabase> {
  const fresh = await freshDatabase(serverUrl("mariadb"));
  const pool = createPool({ uri: fresh.url, connectionLimit: CONNECTIONS });
  const database = await migrated(openKysely(({ MysqlDialect }) => new MysqlDialect({ pool })));
  return {
    ...database,
    pool,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await fresh.drop();
    },
  };
}

/** A new SQLite file through node:sqlite. */
export async function freshSqlite(): Promise<SqlDatabase & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-bench-"));
  const path = join(folder, "tokens.sqlite");
  const database = await migrated(openKysely(() => tokenrySql().nodeSqliteDialect(path)));
  return {
    ...database,
    path,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A new PGlite in memory. */
export async function freshPglite(): Promise<SqlDatabase> {
  const { PGlite } = await import("@electric-sql/pglite");
  const pglite = new PGlite();
  return migrated(openKysely(({ PGliteDialect }) => new PGliteDialect({ pglite })));
}

async function migrated(db: Database): Promise<SqlDatabase> {
  const { migrate, sqlRepository } = tokenrySql();
  await migrate(db);
  return {
    db,
    repository: sqlRepository({ db }),
    // Which ends the pool or closes the file.
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
