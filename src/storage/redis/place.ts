import type { Bucket } from "../../ports/budget-store.ts";

/** The tag of keys that have none. No account is called so: a colon in braces would be escaped. */
const SHARED = ":";

/**
 * Where a budget is kept: its key in Redis and the hash tag that decides on the node of a cluster.
 *
 * Keys with a hash tag are used as they are, after the prefix. Those without go under the tag `:`, all in one slot of a cluster, so that
 * one call can spend from any of them.
 *
 * @example
 * new Place("tokenry:", "{acme}:account:orders"); // key "tokenry:{acme}:account:orders", tag "acme"
 * new Place("tokenry:", "a"); // key "tokenry:{:}a", tag ":"
 */
export class Place {
  readonly prefix: string;
  readonly key: string;
  readonly tag: string;

  constructor(prefix: string, key: string) {
    const tag = hashTag(key) ?? SHARED;
    this.prefix = prefix;
    this.key = tag === SHARED ? `${prefix}{${SHARED}}${key}` : prefix + key;
    this.tag = tag;
  }
}

/** What is between the first `{` and the first `}` after it, unless that is nothing. Source: Redis Cluster specification, hash tags. */
function hashTag(key: string): string | undefined {
  const start = key.indexOf("{") + 1;
  const end = start === 0 ? -1 : key.indexOf("}", start);
  return end > start ? key.slice(start, end) : undefined;
}

/** The place of a bucket, remembered where there is room for it. */
export function placeOf(prefix: string, bucket: Bucket): Place {
  const { memo } = bucket;
  if (memo instanceof Place && memo.prefix === prefix) return memo;
  const place = new Place(prefix, bucket.key);
  if ("memo" in bucket) bucket.memo = place;
  return place;
}
