import type { Kysely } from "kysely";
import { afterAll, beforeAll } from "vitest";
import type { IdempotencyStore } from "../../src/ports/idempotency-store.ts";
import type { KeyStore } from "../../src/ports/key-store.ts";
import type { Repository } from "../../src/ports/repository.ts";
import { migrate, sqlRepository, type TableNames } from "../../src/storage/sql/index.ts";
import type { SharedSubject } from "../../src/testing/cases.ts";
import { emptyTables, PATIENT } from "../fixtures/server-databases.ts";

/** A database without tables, opened twice: by two pools, or by two users of one connection. */
export interface OpenedTwice {
  readonly db: Kysely<object>;
  readonly peer: Kysely<object>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a database for a whole file, which each case finds empty: to empty it is cheaper than to make another. `make` makes the tables;
 * `migrate` by default.
 */
export function sqlSubject(
  open: () => Promise<OpenedTwice>,
  names: TableNames = {},
  make: (db: Kysely<object>) => Promise<void> = (db) => migrate(db, names),
): () => Promise<SharedSubject<Repository & KeyStore & IdempotencyStore>> {
  let opened: OpenedTwice | undefined;
  beforeAll(async () => {
    opened = await open();
    await make(opened.db);
    // PGlite starts for long on a busy machine.
  }, 120_000);
  afterAll(() => opened?.close());
  return async () => {
    if (opened === undefined) throw new Error("the database was not opened");
    const { db, peer } = opened;
    await emptyTables(db, names);
    return {
      subject: sqlRepository({ db, ...names, ...PATIENT }),
      peer: sqlRepository({ db: peer, ...names, ...PATIENT }),
    };
  };
}
