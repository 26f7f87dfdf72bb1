import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { IdempotencyStore } from "../../src/ports/idempotency-store.ts";
import { memoryIdempotency } from "../../src/storage/memory/idempotency.ts";
import { migrate, sqlRepository } from "../../src/storage/sql/index.ts";
import { idempotencyStoreConformance } from "../../src/testing/idempotency-store-conformance.ts";
import { openSqliteTwice, SQLITE_DRIVERS } from "../fixtures/sqlite-twice.ts";

describe("memory", () => {
  const create = () => ({ subject: memoryIdempotency() });
  idempotencyStoreConformance({ describe, test }, { create });
});

describe("memory, behind promises and with a second instance", () => {
  const remote = (store: IdempotencyStore): IdempotencyStore => ({
    beginRequest: async (...given) => store.beginRequest(...given),
    finishRequest: async (...given) => store.finishRequest(...given),
    forgetRequest: async (key) => store.forgetRequest(key),
  });
  const create = () => {
    const store = memoryIdempotency();
    return { subject: remote(store), peer: remote(store) };
  };
  idempotencyStoreConformance({ describe, test }, { create });
});

for (const [driver, dialect] of Object.entries(SQLITE_DRIVERS)) {
  describe(`${driver}, two connections`, () => {
    const create = () => openSqliteTwice(dialect, (db) => sqlRepository({ db }));
    idempotencyStoreConformance({ describe, test }, { create });
  });
}

describe("PGlite, tables of another name", { timeout: 60_000 }, () => {
  const prefix = "acme_";
  let db: Kysely<{ acme_request_marks: { key: string } }>;
  beforeAll(async () => {
    db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
    await migrate(db, { prefix });
  }, 120_000);
  afterAll(() => db.destroy());
  const create = async () => {
    await db.deleteFrom("acme_request_marks").execute();
    return { subject: sqlRepository({ db, prefix }), peer: sqlRepository({ db, prefix }) };
  };
  idempotencyStoreConformance({ describe, test }, { create });
});
