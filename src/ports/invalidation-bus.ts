/**
 * Tells other nodes what to drop from their caches.
 *
 * Guarantees: a published key reaches every handler subscribed at that time at least once, unless the connection is lost, in which case
 * an implementation delivers `"*"` (drop everything) as soon as it knows. Keys hold ids of tokens and owners, never a secret or a hash.
 * Order is not guaranteed; handling a key twice is harmless. A handler does not throw.
 */
export interface InvalidationBus {
  publish(keys: readonly string[]): Promise<void>;
  /** Resolves, once messages flow, to a function that ends the subscription. */
  subscribe(handler: (keys: readonly string[]) => void): Promise<() => void | Promise<void>>;
}
