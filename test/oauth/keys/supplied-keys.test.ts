import {
  calculateJwkThumbprint,
  compactVerify,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  SignJWT,
} from "jose";
import { describe, expect, it } from "vitest";
import { generateKeys } from "../../../src/oauth/keys/generate-keys.ts";
import type { SigningAlgorithm } from "../../../src/oauth/keys/signing-keys.ts";
import { suppliedKeys } from "../../../src/oauth/keys/supplied-keys.ts";
import { textOf, thrownBy } from "./samples.ts";

const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const rsa = await generateKeys();
const curve = await generateKeys({ algorithm: "ES256" });
const edwards = await generateKeys({ algorithm: "EdDSA" });
const made = { RS256: rsa, ES256: curve, EdDSA: edwards };

describe.each(ALGORITHMS)("generateKeys, %s", (algorithm) => {
  const keys = made[algorithm];

  it("RFC 7638: names each key by its thumbprint, with alg and use", async () => {
    for (const jwk of [keys.current, keys.next]) {
      expect(jwk).toMatchObject({ alg: algorithm, use: "sig", d: expect.any(String) });
      expect(jwk.kid).toBe(await calculateJwkThumbprint(jwk));
    }
    expect(keys.next.kid).not.toBe(keys.current.kid);
    expect(keys.retired).toEqual([]);
  });

  it("signs what its published key verifies, with a key that cannot be taken out", async () => {
    const signing = suppliedKeys(keys);
    const { kid, privateKey } = await signing.current();
    expect([kid, privateKey.extractable]).toEqual([keys.current.kid, false]);
    expect(await signing.current()).toBe(await signing.current());
    const jwt = await new SignJWT({}).setProtectedHeader({ alg: algorithm, kid }).sign(privateKey);
    const { keys: published } = await signing.published();
    await compactVerify(jwt, createLocalJWKSet({ keys: [...published] }));
  });

  it("publishes no private member, of whichever key, nor what it does not know", async () => {
    const extra = { ...keys.next, k: "secret", oth: [], x5u: "http://internal", ext: true } as JWK;
    const { keys: published } = await suppliedKeys({ ...keys, next: extra }).published();
    expect(published.map(({ kid }) => kid)).toEqual([keys.current.kid, keys.next.kid]);
    for (const jwk of published) {
      for (const member of [...PRIVATE, "x5u", "ext"]) expect(jwk).not.toHaveProperty(member);
    }
    expect(Object.isFrozen(published[0])).toBe(true);
  });
});

it("RS256 keys have 2048 bits", () => {
  expect(Buffer.from(String(rsa.current.n), "base64url")).toHaveLength(256);
});

it("generateKeys refuses what it does not know", async () => {
  await expect(generateKeys({ algorithm: "HS256" as SigningAlgorithm })).rejects.toThrow(
    RangeError,
  );
  await expect(generateKeys({ bits: 512 } as never)).rejects.toThrow('there is no "bits"');
});

describe("suppliedKeys", () => {
  it("takes retired and next keys that are public, a kid of the host's, and no alg", async () => {
    const { d: _d, kid: _kid, alg: _alg, ...bare } = curve.next;
    const retired = [bare, { ...edwards.current, kid: "2024" }];
    const keys = suppliedKeys({ current: { ...curve.current, kid: "mine" }, retired });
    expect((await keys.current()).kid).toBe("mine");
    expect((await keys.published()).keys).toMatchObject([
      { kid: "mine", alg: "ES256" },
      { kid: curve.next.kid, alg: "ES256", use: "sig" },
      { kid: "2024", alg: "EdDSA" },
    ]);
  });

  const { d: _d, ...publicOnly } = curve.current;
  const short = "AQAB";
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "options must be an object"],
    ["another option", { current: curve.current, previous: [] }, 'there is no "previous"'],
    ["no current key", {}, "options.current must be an object"],
    ["a current key that is public", { current: publicOnly }, "options.current.d must be"],
    ["a symmetric key", { current: { kty: "oct", k: short } }, "options.current must be a JWK of"],
    ["a secp256k1 key", { current: { ...curve.current, crv: "secp256k1" } }, "options.current.crv"],
    ["another algorithm", { current: { ...curve.current, alg: "HS256" } }, "options.current.alg"],
    [
      "an alg of another type",
      { current: { ...curve.current, alg: "RS256" } },
      "options.current.kty",
    ],
    ["a key for encryption", { current: { ...curve.current, use: "enc" } }, "options.current.use"],
    [
      "a short coordinate",
      { current: { ...curve.current, x: short } },
      "options.current.x must be 32 bytes",
    ],
    [
      "a coordinate that is no base64url",
      { current: { ...curve.current, x: "a+b/" } },
      "options.current.x",
    ],
    ["a coordinate that is no text", { current: { ...curve.current, x: 1 } }, "options.current.x"],
    [
      "a short modulus",
      { current: { ...rsa.current, n: short } },
      "options.current.n must have at least 2048 bits",
    ],
    ["an inherited member", { current: Object.create(curve.current) }, "options.current"],
    ["no prime", { current: { ...rsa.current, p: undefined } }, "options.current.p"],
    [
      "a kid with a line break",
      { current: { ...curve.current, kid: "a\nb" } },
      "options.current.kid",
    ],
    ["a next key that is none", { current: curve.current, next: "next" }, "options.next must be"],
    ["retired keys that are no list", { current: curve.current, retired: {} }, "options.retired"],
    [
      "a retired key that is none",
      { current: curve.current, retired: [undefined] },
      "options.retired[0]",
    ],
    ["a key twice", { current: curve.current, retired: [curve.current] }, "a kid of its own"],
    [
      "a kid twice",
      { current: curve.current, next: { ...rsa.next, kid: curve.current.kid } },
      "a kid of its own",
    ],
  ])("refuses %s, without a word of the key", async (_name, options, message) => {
    const error = await thrownBy(() => suppliedKeys(options as never));
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(textOf(error)).toContain(message);
    for (const jwk of [curve.current, rsa.current]) {
      for (const member of [...PRIVATE, "x", "y", "n"]) {
        const value = jwk[member as keyof JWK];
        if (typeof value === "string") expect(textOf(error)).not.toContain(value);
      }
    }
  });

  it("RFC 7518 section 3.3: refuses a modulus of 2047 bits that comes in 256 bytes", async () => {
    const bytes = Buffer.from(String(rsa.current.n), "base64url");
    const modulus = (first: number) => {
      bytes[0] = first;
      return { ...rsa.current, n: bytes.toString("base64url") };
    };
    expect(() => suppliedKeys({ current: modulus(0x7f) })).toThrow("at least 2048 bits");
    expect(() => suppliedKeys({ current: modulus(0x80) })).not.toThrow();
    expect(() => suppliedKeys({ current: modulus(0) })).toThrow("at least 2048 bits");
  });

  it.each([
    ["RSA", { ...rsa.current, n: rsa.next.n }],
    ["P-256", { ...curve.current, d: curve.next.d }],
    ["Ed25519", { ...edwards.current, d: edwards.next.d }],
  ])("does not sign with a private part that does not fit: %s", async (_type, current) => {
    const keys = suppliedKeys({ current: current as JWK });
    const error = await thrownBy(() => keys.current());
    expect(error).toBeInstanceOf(TypeError);
    expect(textOf(error)).toContain("options.current cannot sign");
    expect(textOf(error)).not.toContain(String(current.d));
  });

  it("takes a key of another make as it is", async () => {
    const { privateKey } = await generateKeyPair("RS256", {
      extractable: true,
      modulusLength: 3072,
    });
    const jwk = await exportJWK(privateKey);
    const { kid } = await suppliedKeys({ current: { ...jwk, key_ops: ["verify"] } }).current();
    expect(kid).toBe(await calculateJwkThumbprint(jwk));
  });
});
