import { exactLength } from "../../lifecycle/duration.ts";
import type { Duration } from "../../model.ts";

/** The length of a short duration in seconds, 1 to `most`. @throws TypeError or RangeError that names the path. */
export function readSeconds(value: Duration, most: number, path: string): number {
  const seconds = exactLength(value, path) / 1000;
  if (seconds <= most) return seconds;
  throw new RangeError(`${path} must be at most ${most} seconds`);
}
