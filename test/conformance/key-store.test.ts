import { describe, test } from "vitest";
import { memoryRepository } from "../../src/storage/memory/repository.ts";
import { sqlRepository } from "../../src/storage/sql/index.ts";
import { keyStoreConformance } from "../../src/testing/key-store-conformance.ts";
import { describePrefixedPglite } from "../fixtures/prefixed-pglite.ts";
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

describePrefixedPglite("signing_keys", (create) =>
  keyStoreConformance({ describe, test }, { create }),
);
