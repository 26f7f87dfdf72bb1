import { createRequire } from "node:module";

/** Resolves as from the folder of our own package.json, which that of the peers would hide. */
const require = createRequire(new URL("../../package.json", import.meta.url));

// Casts below, as the compiler knows the sources and not what was built of them.

/** The package as it is published: what users run is what is measured. */
export const tokenry: typeof import("tokenry") = require("tokenry") as typeof import("tokenry");

type Sql = typeof import("tokenry/sql");
type Redis = typeof import("tokenry/redis");

/** The SQL storage as it is published, loaded by the cases that use it. */
export function tokenrySql(): Sql {
  return require("tokenry/sql") as Sql;
}

/** The budgets and the bus on Redis as they are published. */
export function tokenryRedis(): Redis {
  return require("tokenry/redis") as Redis;
}

/** The authorization server and the verifier of access tokens as they are published. */
export function tokenryOauth(): typeof import("tokenry/oauth") {
  return require("tokenry/oauth") as typeof import("tokenry/oauth");
}

/** The management API as it is published. */
export function tokenryManage(): typeof import("tokenry/manage") {
  return require("tokenry/manage") as typeof import("tokenry/manage");
}

/** The version of jose that the package has, and not that of a peer. */
export function ourJose(): typeof import("jose") {
  return require("jose") as typeof import("jose");
}

// Our own version of Kysely, by the types that our SQL storage takes: from here the compiler finds the version of a peer.

/** A database as Kysely has it. */
export type Database = Parameters<Sql["migrate"]>[0];
type Dialect = ReturnType<Sql["nodeSqliteDialect"]>;

interface KyselyModule {
  readonly Kysely: new (config: { readonly dialect: Dialect }) => Database;
  readonly PostgresDialect: new (config: { readonly pool: object }) => Dialect;
  readonly MysqlDialect: new (config: { readonly pool: object }) => Dialect;
  readonly PGliteDialect: new (config: { readonly pglite: object }) => Dialect;
}

/** Opens a database through a dialect of Kysely's or ours. */
export function openKysely(dialect: (kysely: KyselyModule) => Dialect): Database {
  const kysely = require("kysely") as KyselyModule;
  return new kysely.Kysely({ dialect: dialect(kysely) });
}
