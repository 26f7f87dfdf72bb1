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

  const DPOP = { algorithms: ["ES256", "EdDSA"] };
  const both = resolveCredentials({}, true);

  test("R9449-06: names DPoP, and what proofs may be signed with", () => {
    expect(challenge(both, "api", undefined, DPOP)).toBe(
      'Bearer realm="api", DPoP realm="api", algs="ES256 EdDSA"',
    );
  });

  test.each(["invalid_token", "invalid_request", "insufficient_scope"] as const)(
    "R6750-09: %s is everybody's affair",
    (code) => {
      const told = `error="${code}", error_description="No."`;
      expect(challenge(both, "api", { code, description: "No." }, DPOP)).toBe(
        `Bearer realm="api", ${told}, DPoP realm="api", ${told}, algs="ES256 EdDSA"`,
      );
    },
  );

  test.each(["invalid_dpop_proof", "use_dpop_nonce"] as const)(
    "R9449-06: %s is nobody's affair but DPoP's",
    (code) => {
      expect(challenge(both, "api", { code, description: "No." }, DPOP)).toBe(
        `Bearer realm="api", DPoP realm="api", error="${code}", error_description="No.", algs="ES256 EdDSA"`,
      );
    },
  );

  test("names DPoP alone where nothing else is taken", () => {
    expect(challenge(both, "api", undefined, { ...DPOP, isDpopAlone: true })).toBe(
      'DPoP realm="api", algs="ES256 EdDSA"',
    );
  });

  test("R9728-04: every challenge says where the metadata is", () => {
    const resourceMetadata = "https://api.example/.well-known/oauth-protected-resource";
    expect(challenge(both, "api", undefined, { ...DPOP, resourceMetadata })).toBe(
      `Bearer realm="api", resource_metadata="${resourceMetadata}", DPoP realm="api", algs="ES256 EdDSA", resource_metadata="${resourceMetadata}"`,
    );
  });

  test("R6750-07, T-16: nothing breaks out of it", () => {
    expect(challenge(bearer, 'a"b\\c')).toBe('Bearer realm="a\\"b\\\\c"');
    expect(() => challenge(bearer, "a\r\nSet-Cookie: x")).toThrow();
    expect(() => challenge(bearer, "ä")).toThrow();
  });
});
