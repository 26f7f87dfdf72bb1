import { Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool, type Pool, type PoolOptions } from "mysql2";
import pg from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { IdempotencyStore } from "../../../src/ports/idempotency-store.ts";
import type { Repository } from "../../../src/ports/repository.ts";
import { migrate, type SqlPool, sqlRepository } from "../../../src/storage/sql/index.ts";
import type { SharedSubject } from "../../../src/testing/cases.ts";
import { idempotencyStoreConformance } from "../../../src/testing/idempotency-store-conformance.ts";
import { repositoryConformance } from "../../../src/testing/repository-conformance.ts";
import { PATIENT } from "../../fixtures/server-databases.ts";
import { describeWithServer, freshDatabase } from "../../servers/index.ts";

interface Opened {
  readonly pool: SqlPool;
  readonly db: Kysely<object>;
}

const TABLES = [
  "tokenry_tokens",
  "tokenry_zone_sets",
  "tokenry_events",
  "tokenry_notices",
  "tokenry_request_marks",
];

/** Two repositories, each over a pool of its own; every case finds the tables empty. */
function pooledSubject(
  url: string,
  open: (url: string) => Opened,
): () => Promise<SharedSubject<Repository & IdempotencyStore>> {
  const cleanup: (() => Promise<void>)[] = [];
  let opened: readonly Opened[] = [];
  beforeAll(async () => {
    const database = await freshDatabase(url);
    opened = [open(database.url), open(database.url)];
    cleanup.push(
      ...opened.map(
        ({ db }) =>
          () =>
            db.destroy(),
      ),
      () => database.drop(),
    );
    for (const { db } of opened) await migrate(db);
  });
  afterAll(async () => {
    for (const clean of cleanup) await clean();
  });
  return async () => {
    const [first, second] = opened;
    if (first === undefined || second === undefined) throw new Error("nothing was opened");
    for (const table of TABLES) await first.db.deleteFrom(table as never).execute();
    return {
      subject: sqlRepository({ ...first, ...PATIENT }),
      peer: sqlRepository({ ...second, ...PATIENT }),
    };
  };
}

function openPostgres(url: string, types?: pg.CustomTypesConfig): Opened {
  const pool = new pg.Pool({ connectionString: url, ...(types === undefined ? {} : { types }) });
  pool.on("error", () => undefined);
  return { pool, db: new Kysely({ dialect: new PostgresDialect({ pool }) }) };
}

function openMariadb(url: string, options: PoolOptions = {}): Opened {
  const pool: Pool = createPool({ uri: url, ...options });
  return { pool, db: new Kysely({ dialect: new MysqlDialect({ pool }) }) };
}

/** A host's own parsers: whole numbers as bigint, bytes as text. */
const types: pg.CustomTypesConfig = {
  getTypeParser(id: number) {
    if (id === pg.types.builtins.INT8) return BigInt;
    return pg.types.getTypeParser(id);
  },
};

describeWithServer("postgres", "PostgreSQL over a pool", (url) => {
  const create = pooledSubject(url, openPostgres);
  repositoryConformance({ describe, test }, { create });
  idempotencyStoreConformance({ describe, test }, { create });
});

describeWithServer("postgres", "PostgreSQL over a pool, a host's parsers", (url) => {
  const create = pooledSubject(url, (own) => openPostgres(own, types));
  repositoryConformance({ describe, test }, { create });
  idempotencyStoreConformance({ describe, test }, { create });
});

describeWithServer("mariadb", "MariaDB over a pool", (url) => {
  const create = pooledSubject(url, openMariadb);
  repositoryConformance({ describe, test }, { create });
  idempotencyStoreConformance({ describe, test }, { create });
});

describeWithServer("mariadb", "MariaDB over a pool, a host's parsers", (url) => {
  const create = pooledSubject(url, (own) =>
    openMariadb(own, { supportBigNumbers: true, bigNumberStrings: true, jsonStrings: true }),
  );
  repositoryConformance({ describe, test }, { create });
  idempotencyStoreConformance({ describe, test }, { create });
});
