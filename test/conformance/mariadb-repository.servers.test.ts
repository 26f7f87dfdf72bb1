import { describe, test } from "vitest";
import { schema } from "../../src/storage/sql/index.ts";
import { repositoryConformance } from "../../src/testing/repository-conformance.ts";
import { openMariadb, openTwice } from "../fixtures/server-databases.ts";
import { runAll, statementsOf } from "../fixtures/version-0.1.0.ts";
import { describeWithServer } from "../servers/index.ts";
import { sqlSubject } from "./sql-subject.ts";

describeWithServer("mariadb", "MariaDB by mysql2", (url) => {
  const create = sqlSubject(() => openTwice(url, openMariadb));
  repositoryConformance({ describe, test }, { create });
});

const names = { prefix: "tokenry_acme_" };

describeWithServer(
  "mariadb",
  "MariaDB, tables of another name by schema(), a host's strictest isolation",
  (url) => {
    const create = sqlSubject(
      () => openTwice(url, openMariadb, { isolation: "serializable" }),
      names,
      (db) => runAll(db, statementsOf(schema("mariadb", names))),
    );
    repositoryConformance({ describe, test }, { create });
  },
);
