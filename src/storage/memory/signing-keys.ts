import type { KeyStore, StoredKeySet } from "../../ports/key-store.ts";

/** A place for signing keys in this process. */
export function memorySigningKeys(): KeyStore {
  let stored: StoredKeySet = Object.freeze({ revision: 0, document: "" });
  return {
    signingKeys: async () => stored,
    async replaceSigningKeys({ revision, document }) {
      if (revision !== stored.revision) return false;
      stored = Object.freeze({ revision: revision + 1, document });
      return true;
    },
  };
}
