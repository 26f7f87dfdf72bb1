import { describe, test } from "vitest";
import { idempotencyStoreConformance } from "../../src/testing/idempotency-store-conformance.ts";
import { openMariadb, openPostgres, openTwice } from "../fixtures/server-databases.ts";
import { describeWithServer } from "../servers/index.ts";
import { sqlSubject } from "./sql-subject.ts";

for (const isolation of [undefined, "serializable"] as const) {
  const ways = isolation === undefined ? "" : ", a host's strictest isolation";
  describeWithServer("postgres", `PostgreSQL${ways}`, (url) => {
    const create = sqlSubject(() => openTwice(url, openPostgres, { isolation }));
    idempotencyStoreConformance({ describe, test }, { create });
  });
  describeWithServer("mariadb", `MariaDB${ways}`, (url) => {
    const create = sqlSubject(() => openTwice(url, openMariadb, { isolation }));
    idempotencyStoreConformance({ describe, test }, { create });
  });
}
