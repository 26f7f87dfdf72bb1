/** More than GitHub has ever had at once. */
const MOST_KEYS = 100;
const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/** A key of Web Crypto, by a name that the types of every platform have. */
export type PublicKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Keys by their identifier. */
export type Keys = ReadonlyMap<string, PublicKey>;

/**
 * Reads GitHub's list of public keys: `{ public_keys: [{ key_identifier, key }] }`, SPKI in PEM. A key of another algorithm is passed over:
 * the program may get one beside its own. Source: IND-11.
 *
 * @throws Error for anything else, a list without a key included: it is an outage rather than an answer.
 */
export async function readKeys(list: unknown): Promise<Keys> {
  const keys = new Map<string, PublicKey>();
  for (const entry of entriesOf(list).slice(0, MOST_KEYS)) {
    const { key_identifier: id, key: pem } = Object(entry) as Record<string, unknown>;
    const key = await importKey(pem);
    if (typeof id === "string" && key !== undefined) keys.set(id, key);
  }
  if (keys.size === 0) throw new Error("the list of public keys holds none");
  return keys;
}

function entriesOf(list: unknown): readonly unknown[] {
  // `Object` makes an object of whatever was answered, so that a look at it is safe.
  const entries: unknown = (Object(list) as Record<string, unknown>).public_keys;
  if (Array.isArray(entries)) return entries;
  throw new Error("the answer is no list of public keys");
}

async function importKey(pem: unknown): Promise<PublicKey | undefined> {
  const [, base64 = ""] = (typeof pem === "string" && PEM.exec(pem)) || [];
  try {
    const der = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return await crypto.subtle.importKey("spki", der, ALGORITHM, false, ["verify"]);
  } catch {
    return undefined;
  }
}
