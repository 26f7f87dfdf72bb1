import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { findPacked } from "../../../src/storage/sql/find-statements.ts";
import { schema } from "../../../src/storage/sql/index.ts";
import { contextOf } from "../../../src/storage/sql/sql-context.ts";
import { tablesOf } from "../../../src/storage/sql/tables.ts";
import { sampleHash } from "../../../src/testing/repository/samples.ts";
import { openSqlite } from "../../fixtures/sqlite-file.ts";

describe("names of the host's", () => {
  test("take the place of ours, in tables, columns' tables, indexes and raw statements, and nowhere else", async () => {
    await using host = openSqlite();
    const db = tablesOf(host, { schema: "acme", prefix: "api_" });
    const find = db
      .with("due", (query) => query.selectFrom("tokenry_events").select("tokenry_events.id"))
      .selectFrom("tokenry_tokens as token")
      .leftJoin("tokenry_zone_sets", "tokenry_zone_sets.account", "token.account")
      .select("token.id")
      .where("token.name", "=", "tokenry_name")
      .where("token.id", "in", (query) => query.selectFrom("due").select("due.id"));
    expect(find.compile()).toMatchObject({
      sql: [
        'with "due" as (select "acme"."api_events"."id" from "acme"."api_events")',
        'select "token"."id" from "acme"."api_tokens" as "token"',
        'left join "acme"."api_zone_sets" on "acme"."api_zone_sets"."account" = "token"."account"',
        'where "token"."name" = ? and "token"."id" in (select "due"."id" from "due")',
      ].join(" "),
      parameters: ["tokenry_name"],
    });
    const raw = sql`delete from ${sql.table("tokenry_tokens")} where ${sql.ref("tokenry_tokens.id")} = 1`;
    expect(raw.compile(db).sql).toBe(
      'delete from "acme"."api_tokens" where "acme"."api_tokens"."id" = 1',
    );
    const index = db.schema.createIndex("tokenry_tokens_hash").on("tokenry_tokens").column("hash");
    expect(index.compile().sql).toBe(
      'create index "api_tokens_hash" on "acme"."api_tokens" ("hash")',
    );
  });

  test("may be like ours", async () => {
    await using host = openSqlite();
    const db = tablesOf(host, { schema: "tokenry_schema", prefix: "tokenry_tokenry_" });
    expect(db.selectFrom("tokenry_tokens").select("id").compile().sql).toBe(
      'select "id" from "tokenry_schema"."tokenry_tokenry_tokens"',
    );
    expect(db.schema.createSchema("tokenry_schema").compile().sql).toBe(
      'create schema "tokenry_schema"',
    );
  });

  test.each(["acme_", "tokenry_acme_"])(
    "are given once in queries within queries: %s",
    async (prefix) => {
      await using host = openSqlite();
      const names = { schema: "tokenry_prod", prefix };
      const context = { ...contextOf({ db: host, prefix }), names, db: tablesOf(host, names) };
      const { sql: text } = findPacked(context)([sampleHash()]);
      const tables = text.match(/"tokenry_prod"\."\w+"/g) ?? [];
      expect(new Set(tables)).toEqual(
        new Set([`"tokenry_prod"."${prefix}tokens"`, `"tokenry_prod"."${prefix}zone_sets"`]),
      );
      expect(text.match(/\w*(?:acme_|prod)\w*/g)).toHaveLength(2 * tables.length);
    },
  );

  test("that are not given leave the host's database as it is", async () => {
    await using host = openSqlite();
    expect(tablesOf(host).getExecutor().plugins).toEqual([]);
    expect(tablesOf(host, { prefix: "tokenry_" }).getExecutor().plugins).toEqual([]);
  });
});

describe("schema", () => {
  test("has a column a line, and the same text each time", () => {
    const text = schema("postgres", { schema: "acme", prefix: "api_" });
    expect(text).toContain(`create schema if not exists "acme";
create table "acme"."api_migration" (
  "name" varchar(255) not null primary key,
  "timestamp" varchar(255) not null
);
`);
    expect(text).toContain(
      'create unique index "api_tokens_slot" on "acme"."api_tokens" ("owner", "kind", "slot");\n',
    );
    expect(schema("postgres", { schema: "acme", prefix: "api_" })).toBe(text);
  });

  test.each([
    ["mysql", "collate utf8mb4_0900_bin"],
    ["mariadb", "collate utf8mb4_nopad_bin"],
  ] as const)("compares text exactly in %s", (dialect, collation) => {
    const text = schema(dialect);
    expect(text).toContain(`\`id\` varchar(255) character set utf8mb4 ${collation} not null`);
    expect(text).not.toContain("create schema");
  });

  test("refuses what is no dialect, and names that cannot be", () => {
    expect(() => schema("oracle" as never)).toThrow("dialect must be one of");
    expect(() => schema("sqlite", { schema: "acme" })).toThrow("SQLite has no schemas");
    expect(() => schema("postgres", { prefix: "acme." })).toThrow("options.prefix");
    expect(() => schema("postgres", { name: "acme" } as never)).toThrow('there is no "name"');
  });
});
