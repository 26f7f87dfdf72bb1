import { describe, expect, test } from "vitest";
import { type MemoryReplaysOptions, memoryReplays, memoryRepository } from "../../src/index.ts";
import {
  accessTokenVerifier,
  type GenerateKeysOptions,
  generateKeys,
  oauthServer,
  resourceMetadataUrl,
  type StoredSigningKeys,
  storedKeys,
} from "../../src/oauth/index.ts";
import { absentOr, OAUTH_FACES } from "./oauth-faces.ts";
import {
  faults,
  isBoolean,
  isEmptyObject,
  isText,
  isWhole,
  never,
  withValue,
} from "./option-faults.ts";

describe.each(OAUTH_FACES)("$name", ({ take, options, rights }) => {
  // The place itself, or one that does not go with it: never one of somebody else's options.
  const path = new RegExp(
    `^options(?::|\\.(?:${Object.keys({ ...options, ...rights }).join("|")})\\b)`,
  );

  test("the options are right, each in its place", async () => {
    // Casts, here and below, as what is passed is wrong by intent, or of many types.
    await take(options as never);
  });

  test.each(Object.entries(rights))(
    "refuses by its path what is no right %s",
    async (at, isRight) => {
      const taking = (value: unknown): unknown =>
        take(withValue(options, at.split("."), value) as never);
      expect(await faults(taking, isRight, path)).toEqual([]);
    },
  );

  test("refuses options that are none, or of which one is mistyped", async () => {
    expect(await faults((value) => take(value as never), never, /^options\b/)).toEqual([]);
    const mistyped = async (): Promise<unknown> => take({ ...options, isueer: 1 } as never);
    await expect(mistyped()).rejects.toThrow(/^options: there is no "isueer"/);
  });
});

test("oauthServer refuses what is no tokenry", async () => {
  const { options } = OAUTH_FACES.find(({ name }) => name === "oauthServer") ?? {};
  const take = (value: unknown): unknown => oauthServer(value as never, options as never);
  expect(await faults(take, never, /^tokens\b/)).toEqual([]);
});

test("generateKeys refuses what are no options", async () => {
  const take = (value: unknown): unknown => generateKeys(value as GenerateKeysOptions);
  expect(await faults(take, absentOr(isEmptyObject), /^options\b/)).toEqual([]);
  const by = (algorithm: unknown): unknown => generateKeys({ algorithm } as GenerateKeysOptions);
  expect(await faults(by, absentOr(), /^options\.algorithm\b/)).toEqual([]);
});

test("resourceMetadataUrl refuses what is no URL", async () => {
  const take = (value: unknown): unknown => resourceMetadataUrl(value as string);
  expect(await faults(take, never, /^resource\b/)).toEqual([]);
});

test("memoryReplays refuses by its path what is no right maximum", async () => {
  const take = (value: unknown): unknown => memoryReplays(value as MemoryReplaysOptions);
  expect(await faults(take, absentOr(isEmptyObject), /^options\b/)).toEqual([]);
  const most = (max: unknown): unknown => memoryReplays({ max } as MemoryReplaysOptions);
  const isRight = absentOr(isWhole(1, Number.MAX_SAFE_INTEGER));
  expect(await faults(most, isRight, /^options\.max\b/)).toEqual([]);
});

test("a rotation of keys refuses by its path what it is not asked for", async () => {
  const encryptionKeys = [{ id: "1", key: new Uint8Array(32) }];
  const keys: StoredSigningKeys = storedKeys({
    ...{ store: memoryRepository(), encryptionKeys, algorithm: "ES256" },
  });
  const take = (value: unknown): unknown => keys.rotate(value as object);
  expect(await faults(take, absentOr(isEmptyObject), /^request\b/)).toEqual([]);
  const asked = (compromised: unknown): unknown => keys.rotate({ compromised } as object);
  expect(await faults(asked, absentOr(isBoolean), /^request\.compromised\b/)).toEqual([]);
});

describe("a verifier", () => {
  const issuer = "https://auth.example.com";
  const verifier = accessTokenVerifier({ issuer, audience: issuer, jwks: { keys: [] } });
  const request = { api: "orders", method: "GET", cost: 1 };

  test("refuses whatever is no access token, and finds out nothing of it", async () => {
    const codes = new Set<string>();
    const take = async (value: unknown): Promise<void> => {
      const verdict = await verifier.verify(value as string, request);
      codes.add(verdict.ok ? "ok" : verdict.code);
    };
    expect(await faults(take, () => true, /^(?!)/)).toEqual([]);
    expect([...codes].sort()).toEqual(["malformed_token", "missing_token"]);
  });

  test.each([
    ["api", isText(0, Number.POSITIVE_INFINITY)],
    ["method", isText(0, Number.POSITIVE_INFINITY)],
    ["cost", absentOr(isWhole(1, Number.MAX_SAFE_INTEGER))],
  ] as const)("refuses by its path what is no right %s of a call", async (name, isRight) => {
    const take = (value: unknown): unknown =>
      verifier.verify("a.b.c", { ...request, [name]: value } as never);
    const isAnyText = (value: unknown): boolean => typeof value === "string" && name !== "cost";
    expect(await faults(take, (value) => isRight(value) || isAnyText(value), /^request\b/)).toEqual(
      [],
    );
  });
});
