import { Kysely, PostgresDialect } from "kysely";
import type { Repository } from "../../../src/index.ts";
import { sqlRepository } from "../../../src/storage/sql/index.ts";
import { openSqlite } from "../../fixtures/sqlite-file.ts";

/** A store that several processes use at once. */
export interface SharedStore extends AsyncDisposable {
  readonly db: Kysely<object>;
  readonly repository: Repository;
}

/** Opens a store: by a URL of PostgreSQL, or by the path of a SQLite file. */
export async function openSharedStore(place: string): Promise<SharedStore> {
  return place.startsWith("postgres") ? openServer(place) : openFile(place);
}

function openFile(path: string): SharedStore {
  const db = openSqlite(path);
  return { db, repository: sqlRepository({ db }), [Symbol.asyncDispose]: () => db.destroy() };
}

async function openServer(url: string): Promise<SharedStore> {
  // Only here: a process that is to be killed soon starts without a driver that it has no use for.
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  // A connection that nobody uses may end with its database.
  pool.on("error", () => undefined);
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  // On a busy machine, slowness is no outage.
  const repository = sqlRepository({ db, pool, timeoutMs: 60_000 });
  return { db, repository, [Symbol.asyncDispose]: () => db.destroy() };
}
