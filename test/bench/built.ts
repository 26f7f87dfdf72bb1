import { createRequire } from "node:module";
import type { Repository } from "tokenry";

/** Resolves as from the folder of our own package.json, which that of the peers would hide. */
const require = createRequire(new URL("../../package.json", import.meta.url));

// Casts below, as the compiler knows the sources and not what was built of them.

/** The package as it is published: what users run is what is measured. */
export const tokenry: typeof import("tokenry") = require("tokenry") as typeof import("tokenry");

/** Opens the SQL storage as it is published over a new SQLite file. */
export async function openSqliteRepository(path: string): Promise<Repository> {
  const { migrate, nodeSqliteDialect, sqlRepository } = require("tokenry/sql") as Sql;
  const { Kysely } = require("kysely") as KyselyModule;
  const db = new Kysely({ dialect: nodeSqliteDialect(path) });
  await migrate(db);
  return sqlRepository({ db });
}

type Sql = typeof import("tokenry/sql");

/** Our own version of Kysely, by the types that our SQL storage takes: from here the compiler finds the version of a peer. */
interface KyselyModule {
  readonly Kysely: new (config: {
    readonly dialect: ReturnType<Sql["nodeSqliteDialect"]>;
  }) => Parameters<Sql["migrate"]>[0];
}
