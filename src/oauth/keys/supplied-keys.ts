import type { JWK } from "jose";
import { checkKeys, checkList } from "../../checks.ts";
import { importKey } from "./import-key.ts";
import { type KeyRecord, type PublicKeyRecord, readKey, readPublicKey } from "./key-record.ts";
import { publishedOf } from "./published.ts";
import type { SigningKey, SigningKeys } from "./signing-keys.ts";

/** Keys of {@link suppliedKeys}: JWKs of RSA with 2048 bits or more, P-256 or Ed25519. Without a `kid` it is the thumbprint (RFC 7638). */
export interface SuppliedKeysOptions {
  /** Signs. Must be private. */
  readonly current: JWK;
  /** Published, so that resource servers know it when it is `current`. Public, or private and published without what is private. */
  readonly next?: JWK | undefined;
  /** Published as long as tokens that they signed may live. As `next`. */
  readonly retired?: readonly JWK[] | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set(["current", "next", "retired"]);

/**
 * Signing keys that the host keeps and rotates itself, for instance in a vault: a new key is `next` first, `current` a day later at the
 * earliest, and `retired` until no token that it signed lives any more. Each change is another call.
 *
 * Throws TypeError or RangeError that names the key and the member, and holds nothing of the key. `current()` rejects with a TypeError when
 * the platform cannot sign with the key, or its private part does not fit the public one.
 *
 * @example
 * const keys = suppliedKeys({ current: JSON.parse(process.env.SIGNING_KEY) });
 */
export function suppliedKeys(options: SuppliedKeysOptions): SigningKeys {
  return suppliedKeysAt(options, "options");
}

/** The same for keys that stand at a place of other options. */
export function suppliedKeysAt(options: SuppliedKeysOptions, path: string): SigningKeys {
  checkKeys(options, OPTIONS, path);
  const current = readKey(options.current, `${path}.current`);
  const others = [
    ...(options.next === undefined ? [] : [readPublicKey(options.next, `${path}.next`)]),
    ...checkList(options.retired, `${path}.retired`).map((jwk, index) =>
      readPublicKey(jwk, `${path}.retired[${index}]`),
    ),
  ];
  checkUnique([current, ...others], path);
  const published = publishedOf([current, ...others]);
  let signing: Promise<SigningKey> | undefined;
  return {
    async current() {
      signing ??= usable(current, path);
      return signing;
    },
    published: async () => published,
  };
}

function checkUnique(keys: readonly PublicKeyRecord[], path: string): void {
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new RangeError(`${path}: each key must be there once, and have a kid of its own`);
}

async function usable(record: KeyRecord, path: string): Promise<SigningKey> {
  const key = await importKey(record);
  if (key !== undefined) return key;
  throw new TypeError(
    `${path}.current cannot sign: its parts do not fit each other, or this platform has no ${record.algorithm}`,
  );
}
