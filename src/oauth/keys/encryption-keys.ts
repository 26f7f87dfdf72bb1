import { base64url } from "jose";
import { checkKeys, checkList, checkText } from "../../checks.ts";

/** A key of the host's, kept apart from the database, under which signing keys are encrypted. */
export interface EncryptionKey {
  /** Is in the document: 1 to 64 characters. */
  readonly id: string;
  /** 32 random bytes, or these in base64url. */
  readonly key: Uint8Array | string;
}

/** The checked keys. */
export interface EncryptionKeys {
  /** The id of the key that encrypts. */
  readonly current: string;
  /** The key that encrypts. */
  readonly key: Uint8Array;
  readonly byId: ReadonlyMap<string, Uint8Array>;
}

const FIELDS: ReadonlySet<string> = new Set(["id", "key"]);
const LONGEST_ID = 64;
/** What A256GCM takes (RFC 7518 section 5.3). */
const KEY_BYTES = 32;

/** Checks the keys and copies them. Throws TypeError or RangeError that names the path and holds nothing of a key. */
export function readEncryptionKeys(keys: readonly EncryptionKey[], path: string): EncryptionKeys {
  const byId = new Map<string, Uint8Array>();
  for (const [index, each] of checkList(keys, path).entries()) {
    const at = `${path}[${index}]`;
    checkKeys(each, FIELDS, at);
    const id = checkText(each.id, LONGEST_ID, `${at}.id`);
    if (byId.has(id)) throw new RangeError(`${at}.id must not be that of another key`);
    byId.set(id, readBytes(each.key, `${at}.key`));
  }
  const [first] = byId;
  if (first === undefined) throw new RangeError(`${path} must not be empty`);
  return { current: first[0], key: first[1], byId };
}

function readBytes(key: unknown, path: string): Uint8Array {
  if (typeof key !== "string" && !(key instanceof Uint8Array))
    throw new TypeError(`${path} must be a Uint8Array, or a string in base64url`);
  const bytes = typeof key === "string" ? decoded(key) : Uint8Array.from(key);
  if (bytes.length !== KEY_BYTES) throw new RangeError(`${path} must be ${KEY_BYTES} bytes`);
  return bytes;
}

/** Empty for what is no base64url, which is too short then. */
function decoded(text: string): Uint8Array {
  try {
    return base64url.decode(text);
  } catch {
    return new Uint8Array();
  }
}
