import { describe, test } from "vitest";
import { type SqlCapabilities, sqlRepository } from "../../src/storage/sql/index.ts";
import { repositoryConformance } from "../../src/testing/repository-conformance.ts";
import { openSqliteTwice, SQLITE_DRIVERS } from "../fixtures/sqlite-twice.ts";

const extents: Readonly<Record<string, Partial<SqlCapabilities>>> = {
  "what SQLite can do": {},
  "what every database can do": { lists: "none" },
};

for (const [driver, dialect] of Object.entries(SQLITE_DRIVERS)) {
  for (const [extent, capabilities] of Object.entries(extents)) {
    describe(`${driver}, with ${extent}`, () => {
      const create = () => openSqliteTwice(dialect, (db) => sqlRepository({ db, capabilities }));
      repositoryConformance({ describe, test }, { create });
    });
  }
}
