import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createKeyring } from "../../src/secret/keyring.ts";

const newKey = "a key of this month, in UTF-8: ü";
const oldKey = Uint8Array.from({ length: 100 }, (_, index) => index);
const peppers = [
  { id: "new", key: newKey },
  { id: "old", key: oldKey },
];
const text = "acme_pat_0123456789ABCDEFGHIJKLMNOPQRSTUV012345";

function hmacOf(key: string | Uint8Array, message: string): string {
  return createHmac("sha256", key).update(message).digest("hex");
}

describe("a keyring without peppers", () => {
  test("CORE-05 NIST-02 ASVS 6.5.2 hashes with SHA-256, which is one hash", () => {
    const keyring = createKeyring([]);
    const digest = createHash("sha256").update(text).digest("hex");
    expect(keyring.hash(text)).toBe(digest);
    expect(keyring.hashes(text)).toStrictEqual([digest]);
  });

  test("has no current pepper and signs nothing", () => {
    const keyring = createKeyring([]);
    expect(keyring.current).toBeNull();
    expect(keyring.sign(null, text)).toBeUndefined();
    expect(keyring.sign("new", text)).toBeUndefined();
  });
});

describe("a keyring with peppers", () => {
  test("CORE-07 hashes under the first, and looks under each, the first first", () => {
    const keyring = createKeyring(peppers);
    expect(keyring.current).toBe("new");
    expect(keyring.hash(text)).toBe(hmacOf(newKey, text));
    expect(keyring.hashes(text)).toStrictEqual([hmacOf(newKey, text), hmacOf(oldKey, text)]);
  });

  test("a key in text is its UTF-8 bytes", () => {
    const bytes = createKeyring([{ id: "new", key: new TextEncoder().encode(newKey) }]);
    expect(bytes.hash(text)).toBe(createKeyring(peppers).hash(text));
  });

  test("signs under the pepper that is named, for a purpose of its own", () => {
    const keyring = createKeyring(peppers);
    expect(keyring.sign("new", text)).toBe(hmacOf(newKey, `tokenry rotation ${text}`));
    expect(keyring.sign("old", text)).toBe(hmacOf(oldKey, `tokenry rotation ${text}`));
    expect(keyring.hashes(text)).not.toContain(keyring.sign("new", text));
  });

  test.each(["gone", "", "New", null])("signs nothing under the pepper %j", (pepper) => {
    expect(createKeyring(peppers).sign(pepper, text)).toBeUndefined();
  });

  test("a later change of the caller's key has no effect", () => {
    const key = Uint8Array.from(oldKey);
    const own = createKeyring([{ id: "old", key }]);
    key.fill(0);
    expect(own.hash(text)).toBe(hmacOf(oldKey, text));
  });
});
