import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import { memoryRepository } from "../../src/storage/memory/repository.ts";
import { migrate, sqlRepository } from "../../src/storage/sql/index.ts";
import { keyStoreConformance } from "../../src/testing/key-store-conformance.ts";
import { openSqliteTwice, SQLITE_DRIVERS } from "../fixtures/sqlite-twice.ts";

describe("memory", () => {
  keyStoreConformance({ describe, test }, { create: () => ({ subject: memoryRepository() }) });
});

for (const [driver, dialect] of Object.entries(SQLITE_DRIVERS)) {
  describe(`${driver}, two connections`, () => {
    const create = () => openSqliteTwice(dialect, (db) => sqlRepository({ db }));
    keyStoreConformance({ describe, test }, { create });
  });
}

describe("PGlite, tables of another name", { timeout: 60_000 }, () => {
  const prefix = "acme_";
  let db: Kysely<{ acme_signing_keys: { id: string } }>;
  beforeAll(async () => {
    db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
    await migrate(db, { prefix });
  }, 120_000);
  afterAll(() => db.destroy());
  const create = async () => {
    await db.deleteFrom("acme_signing_keys").execute();
    return { subject: sqlRepository({ db, prefix }), peer: sqlRepository({ db, prefix }) };
  };
  keyStoreConformance({ describe, test }, { create });
});
