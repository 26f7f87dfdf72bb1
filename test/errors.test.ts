import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  DENIALS,
  FAILURES,
  TokenryError,
  type TokenryErrorCode,
  unavailable,
} from "../src/errors.ts";

afterEach(() => {
  vi.resetModules();
});

const codes = Object.keys(FAILURES) as TokenryErrorCode[];

describe("DENIALS", () => {
  test("CORE-46 DEC-04 OKT-39 are the codes of the design, in the order of the checks, with their statuses", () => {
    expect(Object.entries(DENIALS).map(([code, { status }]) => [code, status])).toStrictEqual([
      ["missing_token", 401],
      ["malformed_token", 401],
      ["unknown_token", 401],
      ["expired_token", 401],
      ["invalid_dpop_proof", 401],
      ["use_dpop_nonce", 401],
      ["owner_inactive", 401],
      ["api_access_disabled", 403],
      ["network_denied", 403],
      ["access_denied", 403],
      ["budget_exceeded", 429],
      ["unavailable", 503],
    ]);
  });

  test("CORE-14 TV-12 the 401s about a presented token are one and the same answer", () => {
    const { malformed_token, unknown_token, expired_token, owner_inactive } = DENIALS;
    for (const denial of [unknown_token, expired_token, owner_inactive])
      expect(denial).toStrictEqual(malformed_token);
  });
});

describe("FAILURES", () => {
  test("OKT-17 are the codes of the design, with their statuses", () => {
    expect(Object.entries(FAILURES).map(([code, { status }]) => [code, status])).toStrictEqual([
      ["invalid_input", 400],
      ["forbidden", 403],
      ["not_found", 404],
      ["owner_inactive", 403],
      ["api_access_disabled", 403],
      ["slot_taken", 409],
      ["limit_reached", 409],
      ["replacement_not_allowed", 409],
      ["expired", 410],
      ["conflict", 409],
      ["rotation_code_invalid", 400],
      ["zone_in_use", 409],
      ["unavailable", 503],
    ]);
  });
});

test.each([
  ["DENIALS", DENIALS],
  ["FAILURES", FAILURES],
])("nobody can change %s, which are exported, and every message is a sentence", (_, table) => {
  expect(Object.isFrozen(table)).toBe(true);
  for (const entry of Object.values(table)) {
    expect(Object.isFrozen(entry)).toBe(true);
    expect(entry.message).toMatch(/^[A-Z].*\.$/);
  }
});

describe("TokenryError", () => {
  test.each(codes)("%s carries its code, status and message", (code) => {
    const error = new TokenryError(code);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(TokenryError);
    const { name, message, status, cause } = error;
    expect({ name, code: error.code, message, status, cause }).toStrictEqual({
      ...{ name: "TokenryError", code, cause: undefined },
      ...FAILURES[code],
    });
    expect("cause" in error).toBe(false);
  });

  test("takes another message, and a cause for logs", () => {
    const cause = new Error("connection refused");
    const error = new TokenryError("not_found", { message: "There is no zone.", cause });
    expect(error.message).toBe("There is no zone.");
    expect(error.cause).toBe(cause);
    expect(error.status).toBe(404);
  });

  test("AP-8 what is printed by JSON holds neither cause nor stack", () => {
    const error = new TokenryError("unavailable", { cause: new Error("password=hunter2") });
    expect(JSON.parse(JSON.stringify(error))).toStrictEqual({
      name: "TokenryError",
      code: "unavailable",
      status: 503,
    });
    expect(String(error)).toBe(`TokenryError: ${FAILURES.unavailable.message}`);
  });

  test("instanceof holds across two copies of the package, either way round", async () => {
    vi.resetModules();
    const other = await import("../src/errors.ts");
    expect(other.TokenryError).not.toBe(TokenryError);
    expect(new other.TokenryError("conflict")).toBeInstanceOf(TokenryError);
    expect(new TokenryError("conflict")).toBeInstanceOf(other.TokenryError);
    // What other versions of the package look for.
    expect(Reflect.ownKeys(new TokenryError("conflict"))).toContain(Symbol.for("tokenry.error"));
  });

  test.each([undefined, null, 1, "conflict", {}, new Error("conflict"), { code: "conflict" }])(
    "%o is none",
    (value) => {
      expect(value instanceof TokenryError).toBe(false);
    },
  );

  test("its mark is not to be seen or removed", () => {
    const error = new TokenryError("conflict");
    expect(Object.getOwnPropertySymbols({ ...error })).toStrictEqual([]);
    expect(inspect(error)).not.toContain("Symbol(");
  });
});

describe("unavailable", () => {
  test("keeps what is a TokenryError", () => {
    const error = new TokenryError("conflict");
    expect(unavailable(error)).toBe(error);
  });

  test.each([new Error("connection refused"), "text", undefined, null])("wraps %o", (cause) => {
    const error = unavailable(cause);
    expect(error).toBeInstanceOf(TokenryError);
    expect(error.code).toBe("unavailable");
    expect(error.message).toBe(FAILURES.unavailable.message);
    expect(error.cause).toBe(cause);
  });
});
