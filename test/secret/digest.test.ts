import { createHash, createHmac } from "node:crypto";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";

type Digest = typeof import("../../src/secret/digest.ts");

/** Any text, also with half surrogate pairs. */
const texts: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
  .map((codes) => String.fromCharCode(...codes));

/** Keys around the block of 64 bytes and the digest of 32. */
const keys: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc.uint8Array({ minLength: 63, maxLength: 66 }),
);

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The module as a platform loads it whose `node:crypto` has this `hash`. */
async function digestWith(hash: unknown): Promise<Digest> {
  vi.resetModules();
  const crypto = hash === undefined ? undefined : { hash };
  vi.spyOn(process, "getBuiltinModule").mockImplementation(() => crypto);
  return import("../../src/secret/digest.ts");
}

function ofNode(algorithm: string, data: string | Uint8Array, encoding: "hex" | "buffer"): unknown {
  const digest = createHash(algorithm).update(data);
  return encoding === "hex" ? digest.digest("hex") : digest.digest();
}

describe.each<[string, () => Promise<Digest>]>([
  ["native", () => import("../../src/secret/digest.ts")],
  ["portable", () => digestWith(undefined)],
])("CORE-05 ASVS 11.2.1 ASVS 11.4.1 the %s digest", (_, load) => {
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ])("is the SHA-256 of %j in FIPS 180-4", async (text, digest) => {
    const { sha256Hex } = await load();
    expect(sha256Hex(text)).toBe(digest);
  });

  test.each([
    [
      "Hi There",
      new Uint8Array(20).fill(0x0b),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      "what do ya want for nothing?",
      utf8ToBytes("Jefe"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      "Test Using Larger Than Block-Size Key - Hash Key First",
      new Uint8Array(131).fill(0xaa),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("is the HMAC-SHA-256 of %j in RFC 4231", async (text, key, digest) => {
    const { hmacSha256Hex } = await load();
    expect(hmacSha256Hex(key)(text)).toBe(digest);
  });

  test("agrees with @noble/hashes and node:crypto on any text, under keys shorter and longer than a block", async () => {
    const { sha256Hex, hmacSha256Hex } = await load();
    fc.assert(
      fc.property(texts, texts, keys, (text, next, key) => {
        expect(sha256Hex(text)).toBe(bytesToHex(sha256(utf8ToBytes(text))));
        expect(sha256Hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
        const hash = hmacSha256Hex(key);
        for (const message of [text, next, text]) {
          expect(hash(message)).toBe(bytesToHex(hmac(sha256, key, utf8ToBytes(message))));
          expect(hash(message)).toBe(createHmac("sha256", key).update(message).digest("hex"));
        }
      }),
    );
  });
});

describe("the platform's hash", () => {
  test("is used where there is one that gives SHA-256", async () => {
    const hash = vi.fn(ofNode);
    const { sha256Hex, hmacSha256Hex } = await digestWith(hash);
    sha256Hex("");
    hash.mockClear();
    sha256Hex("abc");
    expect(hash.mock.calls).toStrictEqual([["sha256", "abc", "hex"]]);
    hash.mockClear();
    hmacSha256Hex(new Uint8Array(16))("abc");
    expect(hash).toHaveBeenCalledTimes(2);
  });

  test.each([
    ["one", ofNode],
    ["none", undefined],
  ])(
    "is looked for in node:crypto when it is needed, and only once, where there is %s",
    async (_, hash) => {
      const { sha256Hex, hmacSha256Hex } = await digestWith(hash);
      const calls = vi.mocked(process.getBuiltinModule).mock.calls;
      expect(calls).toStrictEqual([]);
      for (let round = 0; round < 2; round++) {
        sha256Hex("abc");
        hmacSha256Hex(new Uint8Array(16))("abc");
      }
      expect(calls).toStrictEqual([["node:crypto"]]);
    },
  );

  test.each([
    ["gives something else", () => "0".repeat(64)],
    ["gives another algorithm", (_: string, data: string) => ofNode("sha512", data, "hex")],
    ["is no function", "sha256"],
  ])("is not used where it %s", async (_, hash) => {
    const { sha256Hex, hmacSha256Hex } = await digestWith(hash);
    expect(sha256Hex("abc")).toBe(createHash("sha256").update("abc").digest("hex"));
    const key = new Uint8Array(16).fill(7);
    expect(hmacSha256Hex(key)("abc")).toBe(createHmac("sha256", key).update("abc").digest("hex"));
  });

  test.each([
    ["a process without getBuiltinModule", {}],
    ["no process", undefined],
    [
      "one that throws (Next.js's Edge Runtime)",
      {
        getBuiltinModule() {
          throw new Error("A Node.js API is used which is not supported in the Edge Runtime.");
        },
      },
    ],
  ])("is done without where there is %s", async (_, process) => {
    vi.resetModules();
    vi.stubGlobal("process", process);
    try {
      const { sha256Hex } = await import("../../src/secret/digest.ts");
      expect(sha256Hex("abc")).toBe(bytesToHex(sha256(utf8ToBytes("abc"))));
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
