import { checkObject } from "../../checks.ts";
import type { KeyStore, StoredKeySet } from "../../ports/key-store.ts";
import type { EncryptionKeys } from "./encryption-keys.ts";
import type { KeySet } from "./key-set.ts";
import { openKeySet, sealKeySet } from "./seal-key-set.ts";

/** What was read from the store, still encrypted. */
export interface ReadKeySet extends StoredKeySet {
  /** Rises: of two, the one with the higher order saw all that the other did, whichever came first. */
  readonly order: number;
}

/** What is stored, and what it holds. */
export interface StoredKeys extends ReadKeySet {
  readonly set: KeySet;
  readonly encryptedUnder: string;
}

/** The store, and what it takes to read it. Its errors are those of the store, and hold nothing of a key. */
export interface KeyVault {
  read(): Promise<ReadKeySet>;
  /** What it holds; `undefined` where there are no keys yet. */
  open(read: ReadKeySet): Promise<StoredKeys | undefined>;
  /** Stores a set in the place of a revision; `undefined` where another was quicker. */
  replace(revision: number, set: KeySet): Promise<StoredKeys | undefined>;
}

/** Makes a vault. */
export function createKeyVault(store: KeyStore, encryptionKeys: EncryptionKeys): KeyVault {
  let order = 0;
  return {
    async read() {
      // Before it is asked: what is replaced meanwhile may not be in the answer.
      order += 1;
      const asked = order;
      const stored: unknown = await store.signingKeys();
      checkObject(stored, "the key store's answer");
      const { revision, document } = stored;
      if (typeof revision === "number" && Number.isSafeInteger(revision) && revision >= 0)
        if (typeof document === "string") return { revision, document, order: asked };
      throw new TypeError("the key store answered with something other than its port says");
    },
    async open(read) {
      if (read.revision === 0) return;
      return { ...read, ...(await openKeySet(read.document, read.revision, encryptionKeys)) };
    },
    async replace(expected, set) {
      const revision = expected + 1;
      const document = await sealKeySet(set, revision, encryptionKeys);
      const isStored: unknown = await store.replaceSigningKeys({ revision: expected, document });
      if (typeof isStored !== "boolean")
        throw new TypeError("the key store answered with something other than its port says");
      if (!isStored) return;
      order += 1;
      return { revision, document, order, set, encryptedUnder: encryptionKeys.current };
    },
  };
}
