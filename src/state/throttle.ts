import QuickLRU from "quick-lru";
import { isWithin } from "./clock-span.ts";

/** Lets one in a while through, by key. */
export interface Throttle {
  /** Whether this is the first for its key since the last one let through ended its span. */
  admits(key: string, now: number): boolean;
  /** Takes back what was let through and came to nothing: the next one is let through. */
  release(key: string): void;
}

/** Makes a throttle over the `max` keys used last. */
export function createThrottle(spanMs: number, max: number): Throttle {
  const last = new QuickLRU<string, number>({ maxSize: max });
  return {
    admits(key, now) {
      const at = last.get(key);
      if (at !== undefined && isWithin(at, spanMs, now)) return false;
      last.set(key, now);
      return true;
    },
    release(key) {
      last.delete(key);
    },
  };
}
