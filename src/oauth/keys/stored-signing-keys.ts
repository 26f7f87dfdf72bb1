import type { SigningKeys } from "./signing-keys.ts";

/** What `rotate` is asked for. */
export interface RotateKeysRequest {
  /** The key that signs now is not to be trusted any more. Default `false`. */
  readonly compromised?: boolean;
}

/** What `rotate` came to. */
export type KeyRotation =
  /** `kid` is that of the key that signs now. */
  | { readonly rotated: true; readonly kid: string }
  /** The next key has not been published for long enough to sign. */
  | { readonly rotated: false; readonly readyAt: Date };

/** What `maintain` did. */
export interface MaintainKeysResult {
  /** The first keys were made. */
  readonly created: boolean;
  readonly rotated: boolean;
  /** How many retired keys are not published any more. */
  readonly removed: number;
  /** The keys were encrypted anew, under the first of the encryption keys. */
  readonly reencrypted: boolean;
}

/** Signing keys in a store. Each method throws `TokenryError` (`unavailable`) when the store cannot be reached, or what it holds cannot be read. */
export interface StoredSigningKeys extends SigningKeys {
  /**
   * Lets the next key sign now, and makes another next key. What was signed stays good.
   *
   * With `compromised` the current key is not published any more, and the next key signs at once, however short it has been published:
   * tokens that the compromised key signed end when resource servers fetch the keys anew, which a key id that they do not know makes most
   * of them do. Other nodes may sign with it and publish it for `refreshEvery` more, and where they cannot reach the store for
   * `publishBefore`. Of several who ask at once, all are about the key that signed when they asked. The next key is in the same document: where
   * that came out with what it is encrypted under, change the encryption key and ask twice, one after the other.
   */
  rotate(request?: RotateKeysRequest): Promise<KeyRotation>;
  /** Does what is due: makes the first keys, rotates, removes retired keys, encrypts anew. Safe on every node at once. */
  maintain(): Promise<MaintainKeysResult>;
}
