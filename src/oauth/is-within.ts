import type { Levels } from "../access/available.ts";
import { levelAllows, neededMethod } from "../access/level.ts";
import type { Level } from "../model.ts";

/** Whether levels that were granted once are no more than what is open now. Source: CORE-41, AP-5. */
export function isWithin(granted: Levels, open: Levels): boolean {
  return Object.entries(granted).every(([api, level]) => isLevelWithin(level, open[api]));
}

function isLevelWithin(level: Level, open: Level | undefined): boolean {
  if (level === "none") return true;
  // What is open is written in the widest word: whatever is less than every method has another.
  if (level === "full") return open === "full";
  const methods = level === "read" ? ["GET"] : level;
  return methods.every((method) => levelAllows(open, neededMethod(method)));
}
