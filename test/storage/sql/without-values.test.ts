import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { guarded, withoutValues } from "../../../src/storage/sql/without-values.ts";

const HASH = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

/** Errors as pg and mysql2 make them. */
function thrown(message: string, fields: object): Error {
  return Object.assign(new Error(message), fields);
}

describe("an error of a driver", () => {
  test.each<[string, string, object, string]>([
    [
      "pg, a taken key",
      'duplicate key value violates unique constraint "tokenry_tokens_hash"',
      { code: "23505", detail: `Key (hash)=(\\x${HASH}) already exists.` },
      'duplicate key value violates unique constraint "tokenry_tokens_hash"',
    ],
    [
      "pg, a row that is refused",
      'null value in column "kind" of relation "tokenry_tokens" violates not-null constraint',
      { code: "23502", detail: `Failing row contains (1, \\x${HASH}, null).`, where: HASH },
      'null value in column "kind" of relation "tokenry_tokens" violates not-null constraint',
    ],
    [
      "pg, a text that is no number",
      `invalid input syntax for type integer: "${HASH}"`,
      { code: "22P02" },
      "invalid input syntax for type integer",
    ],
    ...["sqlMessage", "message"].map((field): [string, string, object, string] => [
      `mysql2, a taken key, ${field}`,
      `Duplicate entry '${HASH}' for key 'tokenry_tokens_hash'`,
      {
        code: "ER_DUP_ENTRY",
        errno: 1062,
        sql: `insert into tokenry_tokens values (x'${HASH}')`,
        [field]: `Duplicate entry '${HASH}' for key 'tokenry_tokens_hash'`,
      },
      "Duplicate entry for key 'tokenry_tokens_hash'",
    ]),
    [
      "mysql2, a statement that is none",
      `You have an error in your SQL syntax; check the manual for the right syntax to use near 'x'${HASH}')' at line 1`,
      { code: "ER_PARSE_ERROR", errno: 1064 },
      "You have an error in your SQL syntax; check the manual for the right syntax to use near … at line 1",
    ],
    [
      "mysql2, a text of another character set",
      `Incorrect string value: '\\xF0${HASH}' for column 'name' at row 1`,
      { code: "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD", errno: 1366 },
      "Incorrect string value for column 'name' at row 1",
    ],
  ])("%s", (_, message, fields, left) => {
    const error = thrown(message, { constraint: "tokenry_tokens_hash", ...fields });
    expect(withoutValues(error)).toBe(error);
    expect(error.message).toBe(left);
    expect(error).toMatchObject({
      code: Reflect.get(fields, "code"),
      constraint: "tokenry_tokens_hash",
    });
    expect(error.stack).toContain(import.meta.filename);
    expect(inspect(error, { showHidden: true }) + JSON.stringify(error)).not.toContain(HASH);
  });

  test("that another was caused by, or itself, holds none either", () => {
    const cause = thrown("refused", { sql: HASH });
    const error = new Error("unreadable", { cause });
    cause.cause = error;
    expect(inspect(withoutValues(error))).not.toContain(HASH);
  });

  test("that cannot be changed, or is none, stays as it is", () => {
    const frozen = Object.freeze(thrown("refused", { code: "1" }));
    for (const error of [frozen, undefined, null, "refused"])
      expect(withoutValues(error)).toBe(error);
  });
});

test("a method's answers stay, also one that is there at once", async () => {
  expect(guarded(() => undefined)()).toBeUndefined();
  expect(await guarded(async (first: number, second: number) => first + second)(1, 2)).toBe(3);
  const refused = guarded(() => Promise.reject(thrown("refused", { sql: HASH })));
  await expect(refused()).rejects.not.toHaveProperty("sql");
});
