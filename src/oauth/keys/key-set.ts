import type { KeyRecord, PublicKeyRecord } from "./key-record.ts";

/** A key that is published and does not sign yet. Times are milliseconds since 1970 (UTC). */
export interface NextKey {
  readonly key: KeyRecord;
  readonly publishedAt: number;
}

/** The key that signs. */
export interface CurrentKey extends NextKey {
  readonly signsFrom: number;
}

/** A key that signed. Its private part is not kept. */
export interface RetiredKey {
  readonly key: PublicKeyRecord;
  readonly retiredAt: number;
}

/** The keys of an authorization server. */
export interface KeySet {
  readonly current: CurrentKey;
  readonly next: NextKey;
  /** The one that was retired last is first. */
  readonly retired: readonly RetiredKey[];
}

/** All keys, as they are published. */
export function keysOf({ current, next, retired }: KeySet): readonly PublicKeyRecord[] {
  return [current, next, ...retired].map(({ key }) => key);
}
