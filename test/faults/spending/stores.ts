import { migrate } from "../../../src/storage/sql/index.ts";
import { openSqlStore } from "../../fixtures/sql-store.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";
import { freshDatabase } from "../../servers/fresh-database.ts";
import type { ServerName } from "../../servers/names.ts";
import type { Store } from "./scene.ts";

/** Budgets on servers and in a file, which go when they are disposed of. */
export interface Stores extends AsyncDisposable {
  readonly stores: readonly Store[];
}

/** Makes a SQLite file, and databases on those servers that there are. */
export async function openStores(
  servers: Readonly<Partial<Record<ServerName, string | undefined>>>,
): Promise<Stores> {
  const resources = new AsyncDisposableStack();
  const stores: Store[] = [];
  const { path } = resources.use(sqliteFile());
  const db = openSqlite(path);
  await migrate(db);
  await db.destroy();
  stores.push({ name: "sqlite", url: path });
  for (const name of ["postgres", "mariadb"] as const) {
    const server = servers[name];
    if (server === undefined) continue;
    const { url } = resources.use(await freshDatabase(server));
    await using opened = openSqlStore(url);
    await migrate(opened.db);
    stores.push({ name, url });
  }
  for (const name of ["redis", "redisCluster"] as const) {
    const url = servers[name];
    if (url !== undefined) stores.push({ name, url });
  }
  return { stores, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
