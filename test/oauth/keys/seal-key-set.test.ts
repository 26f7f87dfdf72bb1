import { CompactEncrypt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { readEncryptionKeys } from "../../../src/oauth/keys/encryption-keys.ts";
import { generateKey } from "../../../src/oauth/keys/generate-keys.ts";
import { type KeySet, keysOf } from "../../../src/oauth/keys/key-set.ts";
import { openKeySet, sealKeySet } from "../../../src/oauth/keys/seal-key-set.ts";
import { encryptionKey, textOf, thrownBy } from "./samples.ts";

const keysUnder = (...ids: string[]) =>
  readEncryptionKeys(
    ids.map((id) => encryptionKey(id)),
    "keys",
  );
const old = await generateKey("ES256");
const set: KeySet = {
  current: { key: await generateKey("RS256"), publishedAt: 1, signsFrom: 2 },
  next: { key: await generateKey("EdDSA"), publishedAt: 3 },
  retired: [
    {
      key: { kid: old.kid, algorithm: old.algorithm, publicJwk: old.publicJwk },
      retiredAt: 4,
    },
  ],
};
const a = keysUnder("a");

/** Encrypts something of another make under the right key. */
async function sealed(
  content: unknown,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({
      alg: "dir",
      enc: "A256GCM",
      typ: "tokenry-signing-keys",
      kid: "a",
      revision: 7,
      ...header,
    })
    .encrypt(a.key);
}

const content = (changes: object = {}) => ({
  version: 1,
  current: { ...set.current, key: set.current.key.privateJwk },
  next: { ...set.next, key: set.next.key.privateJwk },
  retired: [{ key: old.publicJwk, retiredAt: 4 }],
  ...changes,
});

describe("sealKeySet and openKeySet", () => {
  it("give back the set, encrypted under the first key, with nothing of it to be read", async () => {
    const document = await sealKeySet(set, 7, keysUnder("a", "b"));
    expect(await openKeySet(document, 7, keysUnder("b", "a"))).toEqual({
      set,
      encryptedUnder: "a",
    });
    expect(decodeProtectedHeader(document)).toEqual({
      alg: "dir",
      enc: "A256GCM",
      typ: "tokenry-signing-keys",
      kid: "a",
      revision: 7,
    });
    for (const { kid } of keysOf(set)) expect(document).not.toContain(kid);
    expect(document).not.toBe(await sealKeySet(set, 7, a));
  });

  it("takes what it says of itself: the samples of this test", async () => {
    expect((await openKeySet(await sealed(content()), 7, a)).set).toEqual(set);
  });

  const privatePart = String(set.current.key.privateJwk.d);
  const tampered = async (part: number): Promise<string> => {
    const parts = (await sealKeySet(set, 7, a)).split(".");
    const text = parts[part] ?? "";
    parts[part] = (text.startsWith("A") ? "B" : "A") + text.slice(1);
    return parts.join(".");
  };
  const stranger = { ...old.publicJwk, kid: "mine" };
  const { key: next } = content().next;
  it.each<[string, () => Promise<string>, string]>([
    [
      "under a key of this id that is another",
      () => sealKeySet(set, 7, readEncryptionKeys([encryptionKey("a", 1)], "keys")),
      "cannot be decrypted",
    ],
    [
      "under a key that is not known",
      () => sealKeySet(set, 7, keysUnder("b")),
      "none of the encryption keys",
    ],
    ["of another revision", () => sealKeySet(set, 6, a), "another revision"],
    ["of another type", () => sealed(content(), { typ: "JWT" }), "another revision"],
    ["that is no JWE", async () => "{}", "none of the encryption keys"],
    ["that is empty", async () => "", "none of the encryption keys"],
    ["with another IV", () => tampered(2), "cannot be decrypted"],
    ["with another text", () => tampered(3), "cannot be decrypted"],
    ["with another tag", () => tampered(4), "cannot be decrypted"],
    ["that is compressed", () => sealed(content(), { zip: "DEF" }), "cannot be decrypted"],
    ["without a kid", () => sealed(content(), { kid: undefined }), "none of the encryption keys"],
    ["that is no JSON", () => sealed(privatePart), "a form that"],
    ["that is no set", () => sealed([privatePart]), "a form that"],
    ["of another version", () => sealed(content({ version: 2 })), "a form that"],
    ["without a current key", () => sealed(content({ current: undefined })), "a form that"],
    [
      "with a current key that is public",
      () => sealed(content({ current: { ...content().current, key: set.current.key.publicJwk } })),
      "a form that",
    ],
    [
      "with two keys that were swapped in part",
      () =>
        sealed(
          content({
            current: { ...content().current, key: { ...content().current.key, n: next.x } },
          }),
        ),
      "a form that",
    ],
    [
      "with a key of another name",
      () => sealed(content({ retired: [{ key: stranger, retiredAt: 4 }] })),
      "a form that",
    ],
    ["without retired keys", () => sealed(content({ retired: undefined })), "a form that"],
    [
      "with a time that is none",
      () => sealed(content({ next: { key: next, publishedAt: null } })),
      "a form that",
    ],
  ])("refuses a document %s, without a word of what is in it", async (_name, document, message) => {
    const error = await thrownBy(async () => openKeySet(await document(), 7, a));
    expect(textOf(error)).toContain(message);
    expect(textOf(error)).not.toContain(privatePart.slice(0, 8));
  });
});

describe("readEncryptionKeys", () => {
  const bytes = new Uint8Array(32).fill(9);

  it("takes bytes or base64url, and keeps a copy", () => {
    const mine = Uint8Array.from(bytes);
    const text = Buffer.from(bytes).toString("base64url");
    const keys = readEncryptionKeys(
      [
        { id: "a", key: mine },
        { id: "b", key: text },
      ],
      "keys",
    );
    mine.fill(0);
    expect([keys.current, keys.key, [...keys.byId.keys()]]).toEqual(["a", bytes, ["a", "b"]]);
    expect(keys.byId.get("b")).toEqual(bytes);
  });

  it.each<[string, unknown, string]>([
    ["no list", "secret", "keys must be an array"],
    ["an empty list", [], "keys must not be empty"],
    ["nothing", undefined, "keys must not be empty"],
    ["no key", [{ id: "a" }], "keys[0].key must be a Uint8Array, or a string in base64url"],
    ["no id", [{ key: bytes }], "keys[0].id must be a string"],
    ["a long id", [{ id: "a".repeat(65), key: bytes }], "keys[0].id must be at most 64"],
    [
      "an id twice",
      [
        { id: "a", key: bytes },
        { id: "a", key: bytes },
      ],
      "keys[1].id must not be",
    ],
    ["a short key", [{ id: "a", key: bytes.subarray(1) }], "keys[0].key must be 32 bytes"],
    ["a short text", [{ id: "a", key: "secretsecret" }], "keys[0].key must be 32 bytes"],
    [
      "a text in another form",
      [{ id: "a", key: "secret secret!" }],
      "keys[0].key must be 32 bytes",
    ],
    ["something more", [{ id: "a", key: bytes, algorithm: "none" }], 'there is no "algorithm"'],
  ])("refuses %s, without a word of the key", async (_name, keys, message) => {
    const error = await thrownBy(() => readEncryptionKeys(keys as never, "keys"));
    expect(textOf(error)).toContain(message);
    expect((error as Error).message).not.toContain("secret");
  });
});
