/** The signing keys of an authorization server as they are stored: one document, encrypted. */
export interface StoredKeySet {
  /** Counts the replacements, from 1; 0 = there never were any, and the document is empty. */
  readonly revision: number;
  /** A JWE (RFC 7516), that of this revision. A store does not look into it. */
  readonly document: string;
}

/**
 * Where an authorization server keeps its signing keys.
 *
 * Guarantees: `replaceSigningKeys` stores the document under `revision + 1` if the stored revision is still `revision`, and tells whether it
 * did; of two that replace the same revision exactly one succeeds; it is durable when it resolves. `signingKeys` sees every replacement
 * that was acknowledged before it began. Documents come back to the byte, up to 256 KiB. An outage throws.
 */
export interface KeyStore {
  signingKeys(): Promise<StoredKeySet>;
  /** `revision` is the one that is to be replaced; the document is of the next. */
  replaceSigningKeys(replacement: StoredKeySet): Promise<boolean>;
}
