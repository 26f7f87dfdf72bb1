import { KeyKeeper } from "./key-keeper.ts";
import { resolveStoredKeysOptions, type StoredKeysOptions } from "./stored-keys-options.ts";
import type { StoredSigningKeys } from "./stored-signing-keys.ts";

/**
 * Signing keys in a store that all nodes share, encrypted (one JWE, dir with A256GCM), made and rotated by themselves.
 *
 * A key is `next` first, and published; signs as `current` for `rotateEvery`, once it was published for `publishBefore`, the very first key
 * excepted; and is published as retired until nothing that it signed lives any more: `retainFor` and `publishBefore` after a node has
 * retired it. The first use of an empty store makes the keys; nodes that start at once agree on one set.
 *
 * Each node reads the store every `refreshEvery` when it is used, and does what is due in the background: a host need not do anything. Where
 * work in the background ends with a request, or keys are to rotate without use, call `maintain()` from a scheduler, once an hour or so.
 *
 * In an outage of the store a node goes on with the keys that it knows until they are `publishBefore` old. What can be read but not
 * decrypted is refused at once. Throws TypeError or RangeError that names the path of a wrong option.
 *
 * @example
 * const keys = storedKeys({ store: sqlRepository({ db }), encryptionKeys: [{ id: "2026", key: process.env.SIGNING_KEYS_KEY }] });
 */
export function storedKeys(options: StoredKeysOptions): StoredSigningKeys {
  const keys = new KeyKeeper(resolveStoredKeysOptions(options));
  return {
    current: async () => (await keys.latest()).signing,
    published: async () => (await keys.latest()).published,
    rotate: (request) => keys.rotate(request),
    maintain: () => keys.maintain(),
  };
}
