import { Kysely } from "kysely";
import { memoryRepository, type Repository } from "../../src/index.ts";
import { migrate, nodeSqliteDialect, sqlRepository } from "../../src/storage/sql/index.ts";

/** The repositories over which behaviour must be the same, for `describe.each`. */
export const REPOSITORIES: readonly {
  readonly store: string;
  readonly open: () => Promise<Repository>;
}[] = [
  { store: "memory", open: async () => memoryRepository() },
  { store: "SQLite", open: openSqlite },
];

/** A database in memory, which goes with its connection when nothing refers to it any more. */
async function openSqlite(): Promise<Repository> {
  const db = new Kysely<object>({ dialect: nodeSqliteDialect(":memory:") });
  await migrate(db);
  return sqlRepository({ db });
}
