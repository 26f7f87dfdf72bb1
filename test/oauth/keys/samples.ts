import { decodeProtectedHeader } from "jose";
import type { EncryptionKey } from "../../../src/oauth/keys/encryption-keys.ts";
import type { KeyStore, StoredKeySet } from "../../../src/ports/key-store.ts";

/** A key of the host's that is all of one byte. */
export function encryptionKey(id: string, byte: number = id.charCodeAt(0)): EncryptionKey {
  return { id, key: new Uint8Array(32).fill(byte) };
}

/** A store that can be looked into, changed and taken away. */
export class TestStore implements KeyStore {
  stored: StoredKeySet = { revision: 0, document: "" };
  reads = 0;
  writes = 0;
  outage: Error | undefined;
  /** Waits before each call, so that several meet. */
  delay: () => Promise<void> = async () => {};

  async signingKeys(): Promise<StoredKeySet> {
    this.reads += 1;
    if (this.outage !== undefined) throw this.outage;
    const { stored } = this;
    await this.delay();
    return stored;
  }

  async replaceSigningKeys({ revision, document }: StoredKeySet): Promise<boolean> {
    await this.delay();
    if (this.outage !== undefined) throw this.outage;
    if (revision !== this.stored.revision) return false;
    this.writes += 1;
    this.stored = { revision: revision + 1, document };
    return true;
  }

  /** Under which of the host's keys it is encrypted. */
  get encryptedUnder(): string | undefined {
    return decodeProtectedHeader(this.stored.document).kid;
  }
}

/** All that an error says, with what caused it. */
export function textOf(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause)
    texts.push(each.message, String(each.stack), JSON.stringify(each));
  return texts.join("\n");
}

/** What a call throws or rejects with. */
export async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
