import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { describe, test } from "vitest";
import { repositoryConformance } from "../../src/testing/repository-conformance.ts";
import { type OpenedTwice, sqlSubject } from "./sql-subject.ts";

describe("PGlite", () => {
  repositoryConformance({ describe, test }, { create: sqlSubject(openPglite) });
});

/** PGlite has one connection, which two users share. */
async function openPglite(): Promise<OpenedTwice> {
  const pglite = await PGlite.create();
  const open = () => new Kysely<object>({ dialect: new PGliteDialect({ pglite }) });
  return { db: open(), peer: open(), close: () => pglite.close() };
}
