import { expect, test } from "vitest";
import { killChildren } from "./crash.ts";

const KILLS = 200;

// Promise 2. `npm run soak` does the same thousands of times.
test(`${KILLS} processes killed at work: each file is whole, no deed is lost or halved, every notice is delivered`, async () => {
  const seen = await killChildren(KILLS);
  expect(seen.kills).toBeGreaterThanOrEqual(KILLS);
  // Else nothing was tried: deeds were both acknowledged and cut off.
  expect(seen.acknowledged).toBeGreaterThan(KILLS);
  expect(seen.cutOff).toBeGreaterThan(KILLS / 10);
  expect(seen.events).toBeGreaterThan(KILLS);
}, 180_000);
