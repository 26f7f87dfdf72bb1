import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe, expect, test } from "vitest";
import type { TokenryConfig } from "../../src/cli/config.ts";
import { openMariadb, openPostgres } from "../fixtures/server-databases.ts";
import { freshDatabase } from "../servers/fresh-database.ts";
import { describeWithServer } from "../servers/index.ts";
import { commandLine } from "./support/command-line.ts";

const HOUR_MS = 3_600_000;

/** How the checks of a configuration ended, by a machine whose clock is ahead by so much. */
async function statuses(config: Partial<TokenryConfig>, aheadMs = 0) {
  const options = { piped: "", now: () => Date.now() + aheadMs };
  const outcome = await commandLine(config).run(["doctor", "--json"], options);
  // A cast, as it is JSON.
  const { checks } = outcome.json() as { checks: { name: string; status: string }[] };
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

describe("doctor and migrate, on real servers", () => {
  for (const [name, title, open] of [
    ["postgres", "PostgreSQL", openPostgres],
    ["mariadb", "MariaDB", openMariadb],
  ] as const) {
    describeWithServer(name, title, (url) => {
      test("what is to be done, that it is done, and the clock", async () => {
        await using fresh = await freshDatabase(url);
        const database = open(fresh.url);
        try {
          expect(await statuses({ database })).toMatchObject({
            database: "ok",
            migrations: "failed",
            "database clock": "ok",
          });
          const migrated = await commandLine({ database }).run(["migrate", "--json"]);
          expect(migrated.exitCode).toBe(0);
          expect(await statuses({ database })).toMatchObject({ migrations: "ok" });
          expect(await statuses({ database }, HOUR_MS)).toMatchObject({
            "database clock": "failed",
          });
        } finally {
          await database.destroy();
        }
      });
    });
  }

  describeWithServer("redis", "Redis", (url) => {
    test("its answer and its clock, by either client", async () => {
      const io = new Redis(url);
      const node = createClient({ url });
      try {
        for (const redis of [io, node]) {
          expect(await statuses({ redis })).toMatchObject({ redis: "ok", "redis clock": "ok" });
          expect(await statuses({ redis }, HOUR_MS)).toMatchObject({ "redis clock": "failed" });
        }
      } finally {
        io.disconnect();
        node.destroy();
      }
    });
  });
});
