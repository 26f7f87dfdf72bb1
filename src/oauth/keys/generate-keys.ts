import { exportJWK, generateKeyPair, type JWK } from "jose";
import { checkKeys, checkOneOf } from "../../checks.ts";
import { ALGORITHMS, type KeyRecord, readKey } from "./key-record.ts";
import type { SigningAlgorithm } from "./signing-keys.ts";

/** Options of {@link generateKeys}. */
export interface GenerateKeysOptions {
  /** Default `RS256`, which every resource server knows (R9068-02). */
  readonly algorithm?: SigningAlgorithm;
}

/** What {@link generateKeys} makes: options of `suppliedKeys`. */
export interface GeneratedKeys {
  readonly current: JWK;
  readonly next: JWK;
  readonly retired: readonly JWK[];
}

const OPTIONS: ReadonlySet<string> = new Set(["algorithm"]);

/** A signature with 3072 bits takes three times as long, and 2048 are good for the months that a key signs. */
const MODULUS_BITS = 2048;

/**
 * Makes the private keys of an authorization server as JWKs, for a host that keeps them itself. Store them encrypted.
 *
 * Each has its thumbprint (RFC 7638) as `kid`, `alg`, and `use: "sig"`. Keys of RS256 have 2048 bits. Throws TypeError or RangeError for
 * another algorithm.
 *
 * @example
 * const keys = suppliedKeys(await generateKeys({ algorithm: "ES256" }));
 */
export async function generateKeys(options: GenerateKeysOptions = {}): Promise<GeneratedKeys> {
  checkKeys(options, OPTIONS, "options");
  const algorithm = checkOneOf(options.algorithm ?? "RS256", ALGORITHMS, "options.algorithm");
  const [current, next] = await Promise.all([generateKey(algorithm), generateKey(algorithm)]);
  return { current: { ...current.privateJwk }, next: { ...next.privateJwk }, retired: [] };
}

/** Makes one key. */
export async function generateKey(algorithm: SigningAlgorithm): Promise<KeyRecord> {
  const { privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: MODULUS_BITS,
  });
  return readKey({ ...(await exportJWK(privateKey)), alg: algorithm }, "key");
}
