import { describe, test } from "vitest";
import { schema } from "../../src/storage/sql/index.ts";
import { repositoryConformance } from "../../src/testing/repository-conformance.ts";
import { openPostgres, openTwice } from "../fixtures/server-databases.ts";
import { runAll, statementsOf } from "../fixtures/version-0.1.0.ts";
import { describeWithServer } from "../servers/index.ts";
import { sqlSubject } from "./sql-subject.ts";

describeWithServer("postgres", "PostgreSQL by pg", (url) => {
  const create = sqlSubject(() => openTwice(url, openPostgres));
  repositoryConformance({ describe, test }, { create });
});

const names = { schema: "Acme-api", prefix: "tokenry_acme_" };

describeWithServer(
  "postgres",
  "PostgreSQL, tables of another name by schema(), a host's strictest isolation",
  (url) => {
    const create = sqlSubject(
      () => openTwice(url, openPostgres, { isolation: "serializable" }),
      names,
      (db) => runAll(db, statementsOf(schema("postgres", names))),
    );
    repositoryConformance({ describe, test }, { create });
  },
);
