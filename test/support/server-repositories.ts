import type { Repository } from "../../src/index.ts";
import { migrate, sqlRepository } from "../../src/storage/sql/index.ts";
import {
  emptyTables,
  type OpenDatabase,
  openTwice,
  PATIENT,
} from "../fixtures/server-databases.ts";

/** Makes repositories over one database on a server: each empties it, so only one is used at a time. */
export async function serverRepositories(
  url: string,
  open: OpenDatabase,
): Promise<AsyncDisposable & { readonly open: () => Promise<Repository> }> {
  const { db, close } = await openTwice(url, open);
  await migrate(db);
  return {
    async open() {
      await emptyTables(db);
      return sqlRepository({ db, ...PATIENT });
    },
    [Symbol.asyncDispose]: close,
  };
}
