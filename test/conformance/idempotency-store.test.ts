import { describe, test } from "vitest";
import type { IdempotencyStore } from "../../src/ports/idempotency-store.ts";
import { memoryIdempotency } from "../../src/storage/memory/idempotency.ts";
import { sqlRepository } from "../../src/storage/sql/index.ts";
import { idempotencyStoreConformance } from "../../src/testing/idempotency-store-conformance.ts";
import { describePrefixedPglite } from "../fixtures/prefixed-pglite.ts";
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

describePrefixedPglite("request_marks", (create) =>
  idempotencyStoreConformance({ describe, test }, { create }),
);
