import { Redis } from "ioredis";
import { Kysely } from "kysely";
import { createClient } from "redis";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/cli/config.ts";
import { defineConfig } from "../../src/cli/index.ts";
import { createTokenry, manySliding } from "../../src/index.ts";
import { nodeSqliteDialect } from "../../src/storage/sql/index.ts";

const tokens = createTokenry({
  kinds: { service: manySliding({ prefix: "acme_svc" }) },
  apis: { orders: { limit: 600, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true, profile: { role: "admin" } }) },
});

describe("defineConfig", () => {
  test("takes a tokenry of any kinds, a Kysely of any tables and clients of both families", () => {
    const dialect = nodeSqliteDialect(":memory:");
    const config = defineConfig({
      tokens,
      database: new Kysely<{ users: { id: string } }>({ dialect }),
      redis: () => new Redis({ lazyConnect: true }),
    });
    expect(checkConfig(config)).toBe(config);
    const other = defineConfig({ tokens: async () => tokens, redis: createClient() });
    expect(checkConfig(other)).toBe(other);
    // `migrate` works without a tokenry.
    const least = defineConfig({ database: new Kysely<object>({ dialect }) });
    expect(checkConfig(least)).toBe(least);
  });

  test.each([
    [undefined, "config must be an object"],
    [{ tokens: "acme" }, "config.tokens must be an object"],
    [{ tokens, database: "postgres://db" }, "config.database must be an object"],
    [{ tokens, tables: { prefx: "a" } }, 'config.tables: there is no "prefx"'],
    [{ tokens, notifier: {} }, "config.notifier.deliver must be a function"],
    [{ tokens, peppers: "secret" }, "config.peppers must be an array"],
    [{ tokens, trustProxy: "10.0.0.0/8" }, "config.trustProxy must be an array"],
    [{ tokens, close: true }, "config.close must be a function"],
  ])("%# is refused with its path", (config, message) => {
    expect(() => checkConfig(config)).toThrow(message);
  });
});
