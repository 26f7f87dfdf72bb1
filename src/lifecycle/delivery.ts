import { checkKeys, checkWhole } from "../checks.ts";
import type { Duration } from "../model.ts";
import { exactLength } from "./duration.ts";

/** How notices are handed to the notifier. */
export interface DeliveryOptions {
  /** The most notices of one channel on their way at once, on each node; 1 to 100. Default 8. */
  readonly concurrency?: number;
  /** How long one may take before it counts as failed; at most 60 seconds. Default 30 seconds. */
  readonly timeout?: Duration;
}

/** The delivery of notices after its checks. */
export interface ResolvedDelivery {
  readonly concurrency: number;
  readonly timeoutMs: number;
}

const KEYS: ReadonlySet<string> = new Set(["concurrency", "timeout"]);

/** With the time in which a delivery must begin, the longest time-out stays below the lease of a claim. */
const LONGEST_MS = 60_000;

/**
 * Checks how notices are to be delivered and fills in the defaults.
 *
 * @throws TypeError or RangeError that names the path.
 */
export function resolveDelivery(delivery: DeliveryOptions, path: string): ResolvedDelivery {
  checkKeys(delivery, KEYS, path);
  const timeoutMs = exactLength(delivery.timeout ?? { seconds: 30 }, `${path}.timeout`);
  if (timeoutMs > LONGEST_MS) throw new RangeError(`${path}.timeout must be at most 60 seconds`);
  const concurrency = checkWhole(delivery.concurrency ?? 8, 1, 100, `${path}.concurrency`);
  return Object.freeze({ concurrency, timeoutMs });
}
