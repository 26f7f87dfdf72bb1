import { describe, expect, test } from "vitest";
import { challenge } from "../../src/http/challenge.ts";
import { resolveCredentials } from "../../src/http/credentials.ts";

const bearer = resolveCredentials();

describe("challenge", () => {
  test("R6750-08: has no error when nothing was presented", () => {
    expect(challenge(bearer, "api")).toBe('Bearer realm="api"');
  });

  test("R6750-09: names the error", () => {
    const error = { code: "invalid_token", description: "The token is not valid." } as const;
    expect(challenge(bearer, "api", error)).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The token is not valid."',
    );
  });

  test("is in every scheme that is accepted, each by a name that is a token", () => {
    const all = resolveCredentials({ schemes: ["SSWS", "TOK:"] });
    expect(challenge(all, "api")).toBe('SSWS realm="api", TOK realm="api"');
  });

  test("R6750-12: is there where only header fields hold tokens", () => {
    expect(challenge(resolveCredentials({ headers: ["x-api-key"] }), "api")).toBe(
      'ApiKey realm="api"',
    );
  });

  test("R6750-07, T-16: nothing breaks out of it", () => {
    expect(challenge(bearer, 'a"b\\c')).toBe('Bearer realm="a\\"b\\\\c"');
    expect(() => challenge(bearer, "a\r\nSet-Cookie: x")).toThrow();
    expect(() => challenge(bearer, "ä")).toThrow();
  });
});
