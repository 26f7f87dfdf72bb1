import { CompactEncrypt, compactDecrypt, type DecryptOptions, decodeProtectedHeader } from "jose";
import { checkObject } from "../../checks.ts";
import type { EncryptionKeys } from "./encryption-keys.ts";
import { type PublicKeyRecord, readKey, readPublicKey, thumbprintOf } from "./key-record.ts";
import type { KeySet } from "./key-set.ts";

/** A set that was read, and the id of the host's key that it was encrypted under. */
export interface OpenedKeySet {
  readonly set: KeySet;
  readonly encryptedUnder: string;
}

const TYPE = "tokenry-signing-keys";
const VERSION = 1;

/** What is compressed is none of ours. */
const ACCEPTED: DecryptOptions = {
  keyManagementAlgorithms: ["dir"],
  contentEncryptionAlgorithms: ["A256GCM"],
  maxDecompressedLength: 0,
};

/**
 * Encrypts a set as one JWE (RFC 7516; dir, A256GCM), which also protects what is public in it: who writes to the database cannot have a key
 * of his own published. It holds for one revision: an older document is none under a later revision.
 */
export async function sealKeySet(
  { current, next, retired }: KeySet,
  revision: number,
  { current: kid, key }: EncryptionKeys,
): Promise<string> {
  const content = {
    version: VERSION,
    current: { ...current, key: current.key.privateJwk },
    next: { ...next, key: next.key.privateJwk },
    retired: retired.map(({ key, retiredAt }) => ({ key: key.publicJwk, retiredAt })),
  };
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: TYPE, kid, revision })
    .encrypt(key);
}

/** Decrypts what is stored under a revision. Throws an Error that says what is wrong, and holds nothing of a key. */
export async function openKeySet(
  document: string,
  revision: number,
  { byId }: EncryptionKeys,
): Promise<OpenedKeySet> {
  const kid = keyIdOf(document);
  const key = kid === undefined ? undefined : byId.get(kid);
  if (kid === undefined || key === undefined)
    throw new Error("The stored signing keys are encrypted under none of the encryption keys.");
  // Without the cause, which may quote what it is about: it is a document that was changed, or another key of this id.
  const opened = await compactDecrypt(document, key, ACCEPTED).catch(() => undefined);
  if (opened === undefined) throw new Error("The stored signing keys cannot be decrypted.");
  const { typ, revision: sealed } = opened.protectedHeader;
  if (typ !== TYPE || sealed !== revision)
    throw new Error("The stored signing keys are those of another revision.");
  const set = parseSet(opened.plaintext);
  if (set === undefined)
    throw new Error("The stored signing keys have a form that this version does not know.");
  return { set, encryptedUnder: kid };
}

function keyIdOf(document: string): string | undefined {
  try {
    return decodeProtectedHeader(document).kid;
  } catch {
    return undefined;
  }
}

/** Without its cause: what JSON.parse says quotes the text, which is private keys. */
function parseSet(plaintext: Uint8Array): KeySet | undefined {
  try {
    return readSet(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch {
    return undefined;
  }
}

function readSet(content: unknown): KeySet {
  checkObject(content, "document");
  const { version, current, next, retired } = content;
  if (version !== VERSION || !Array.isArray(retired)) throw new TypeError("document");
  checkObject(current, "current");
  checkObject(next, "next");
  return {
    current: { ...readNext(current), signsFrom: readTime(current.signsFrom) },
    next: readNext(next),
    retired: retired.map(readRetired),
  };
}

function readNext(entry: Readonly<Record<string, unknown>>): KeySet["next"] {
  return { key: ownName(readKey(entry.key, "key")), publishedAt: readTime(entry.publishedAt) };
}

function readRetired(entry: unknown): KeySet["retired"][number] {
  checkObject(entry, "retired");
  return { key: ownName(readPublicKey(entry.key, "key")), retiredAt: readTime(entry.retiredAt) };
}

function readTime(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TypeError("a time must be a finite number");
}

/** A key is called by its thumbprint. */
function ownName<Key extends PublicKeyRecord>(key: Key): Key {
  if (key.kid === thumbprintOf(key)) return key;
  throw new TypeError("a key must be called by its thumbprint");
}
