import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CredentialOptions,
  readCredential,
  resolveCredentials,
} from "../../src/http/credentials.ts";
import { testReader } from "./request.ts";

const ALL: CredentialOptions = { schemes: ["Bearer", "SSWS", "TOK:"], headers: ["X-API-Key"] };

function read(lines: readonly string[], options: CredentialOptions = ALL, keys: string[] = []) {
  const fields = [
    ...lines.map((line) => ["authorization", line] as const),
    ...keys.map((key) => ["x-api-key", key] as const),
  ];
  return readCredential(resolveCredentials(options), { fields }, testReader);
}

describe("readCredential", () => {
  test.each(["SSWS abc", "ssws abc", "SSWS   abc", "TOK:abc", "TOK: abc", "tok:abc", "Tok:  abc"])(
    "TV-11, OKT-01, EDG-02, EDG-03, T-06: reads %j",
    (line) => {
      const scheme = line.slice(0, line.startsWith("T") || line.startsWith("t") ? 3 : 4);
      const place = { field: "authorization", scheme: scheme.toLowerCase() };
      expect(read([line])).toEqual({ type: "token", secret: "abc", ...place });
    },
  );

  test.each(["Bearer abc", "bearer abc", "BEARER  abc"])("R6750-02: reads %j", (line) => {
    const place = { field: "authorization", scheme: "bearer" };
    expect(read([line], {})).toEqual({ type: "token", secret: "abc", ...place });
  });

  test.each([
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "Bearer secret-token:abc",
    "Bearer a,b",
    "Bearer a, Bearer b",
    "Bearer =abc",
    "Bearer ab=c",
    "Bearer\tabc",
    "Bearer \tabc",
    "Bearer:abc",
    "Bearer,abc",
    "Bearer ä",
    "SSWS",
    "TOK:",
    "TOK: ",
    "TOK:a b",
    "TOK:\tabc",
  ])("TV-11, R6750-01: %j has our scheme, and no token68", (line) => {
    expect(read([line])).toEqual({ type: "invalid" });
  });

  test.each([
    "",
    "Basic dXNlcjpwYXNz",
    "Basic dXNlcjpwYXNzdw==",
    "Bearerx abc",
    "SSWS-2 abc",
    "TOK abc",
    "abc",
    'Digest username="a", realm="b, c d", nonce=x',
    "Digest username = a, realm = b",
    "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;x, Signature=abc",
  ])("CORE-12: %j is no credential of ours", (line) => {
    expect(read([line])).toEqual({ type: "none" });
  });

  test.each([
    "Basic abc, Bearer abc",
    "Basic abc==,Bearer abc",
    "Basic abc, Basic abc",
    "Negotiate abc, SSWS abc",
    "Basic abc, TOK:abc",
    "Basic abc, Bearer",
    "Basic abc, ",
    ",",
  ])("T-07: what a platform has joined from two lines is two credentials: %j", (line) => {
    expect(read([line])).toEqual({ type: "invalid" });
  });

  test.each([
    [["Bearer a", "Bearer a"]],
    [["Bearer a", "Basic b"]],
    [["Basic a", "Bearer b"]],
    [["Basic a", "Basic a"]],
    [["Bearer a", ""]],
    [["", "Bearer a"]],
  ])("CORE-11, T-07: two lines are two credentials: %j", (lines) => {
    expect(read(lines)).toEqual({ type: "invalid" });
  });

  test("R9449-06: reads DPoP where proofs are looked at, beside what is configured", () => {
    const dpop = { fields: [["authorization", "dPoP abc"] as const] };
    const found = { type: "token", secret: "abc", field: "authorization", scheme: "dpop" };
    for (const options of [{}, { headers: ["x-api-key"] }]) {
      expect(readCredential(resolveCredentials(options, true), dpop, testReader)).toEqual(found);
      expect(readCredential(resolveCredentials(options), dpop, testReader)).toEqual({
        type: "none",
      });
    }
  });

  test("a scheme of the host's own cannot be DPoP where that is for access tokens", () => {
    const options = { schemes: ["Bearer", "dpop"] };
    expect(() => resolveCredentials(options, true)).toThrow(/schemes must leave DPoP/);
    expect(resolveCredentials(options).schemes).toHaveLength(2);
  });

  test("reads a header field that holds nothing but the token", () => {
    const place = { field: "x-api-key", scheme: "" };
    expect(read([], ALL, ["abc"])).toEqual({ type: "token", secret: "abc", ...place });
    expect(read([], ALL, [""])).toEqual({ type: "none" });
    expect(read(["Basic x"], ALL, ["abc"])).toMatchObject({ field: "x-api-key" });
    expect(read([], ALL, ["abc, def"])).toEqual({ type: "invalid" });
    expect(read([], ALL, ["abc", "abc"])).toEqual({ type: "invalid" });
    expect(read([], ALL, ["", "abc"])).toEqual({ type: "invalid" });
  });

  test("R6750-03: a token in two places is one too many, were it the same", () => {
    expect(read(["Bearer abc"], ALL, ["abc"])).toEqual({ type: "invalid" });
    expect(read(["Bearer"], ALL, ["abc"])).toEqual({ type: "invalid" });
  });

  test("reads no scheme that is not named, and no header that is not", () => {
    expect(read(["Bearer abc"], { headers: ["x-api-key"] })).toEqual({ type: "none" });
    expect(read(["SSWS abc"], {})).toEqual({ type: "none" });
    expect(read([], {}, ["abc"])).toEqual({ type: "none" });
  });

  test.each([
    ["an open quote before escaped ones", (length: number) => `x "${'\\"'.repeat(length)}`],
    ["commas", (length: number) => `x ${",".repeat(length)}`],
    ["blanks after a comma", (length: number) => `x ,${" ".repeat(length)}`],
    ["names without a value", (length: number) => `x ${",a".repeat(length)}`],
  ])("reads %s in a time that grows no faster than the length", (_what, make) => {
    const timeOf = (length: number): number => {
      const line = make(length);
      const times = Array.from({ length: 5 }, () => {
        const started = performance.now();
        read([line]);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    timeOf(1000);
    // 64 times the length takes 64 times as long, not 4096 times; a millisecond covers what a clock cannot tell.
    expect(timeOf(256_000)).toBeLessThan(500 * (timeOf(4000) + 0.1));
  });

  test("whatever is sent, a token is a token68 of one line, whole", () => {
    const line = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom("Bearer ", "bearer  ", "TOK:", "SSWS "), fc.string())
        .map((p) => p.join("")),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 3 }),
        fc.array(fc.string(), { maxLength: 2 }),
        (lines, keys) => {
          const presented = read(lines, ALL, keys);
          if (presented.type !== "token") return;
          expect(presented.secret).toMatch(/^[A-Za-z0-9\-._~+/]+=*$/);
          const places = [...lines, ...keys].filter((place) => place.endsWith(presented.secret));
          expect(places.length).toBeGreaterThan(0);
          expect(lines.length).toBeLessThan(2);
        },
      ),
    );
  });
});

describe("resolveCredentials", () => {
  test.each([
    [{ schemes: ["Bea rer"] }, RangeError, "options.credentials.schemes[0]"],
    [{ schemes: [":"] }, RangeError, "options.credentials.schemes[0]"],
    [{ schemes: [7] }, TypeError, "options.credentials.schemes[0]"],
    [{ headers: ["cookie"] }, RangeError, "options.credentials.headers[0]"],
    [{ headers: ["Authorization"] }, RangeError, "options.credentials.headers[0]"],
    [{ headers: ["a b"] }, RangeError, "options.credentials.headers[0]"],
    [{ schemes: [], headers: [] }, RangeError, "options.credentials must name"],
    [{ schemes: ["Bearer", "bearer"] }, RangeError, "options.credentials.schemes[1]"],
    [{ schemes: ["TOK", "TOK:"] }, RangeError, "options.credentials.schemes[1]"],
    [{ headers: ["x-key", "X-Key"] }, RangeError, "options.credentials.headers[1]"],
    [{ query: ["token"] }, TypeError, "options.credentials: there is no"],
  ])("ASVS 14.2.1: refuses %j", (options, error, message) => {
    // A cast, as these are what the compiler refuses.
    const resolve = () => resolveCredentials(options as CredentialOptions);
    expect(resolve).toThrow(error);
    expect(resolve).toThrow(message);
  });
});
