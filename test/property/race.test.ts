import fc from "fast-check";
import { describe, test } from "vitest";
import { runRace } from "./race.ts";
import { race } from "./steps.ts";
import { openMemory, openSqlite } from "./system.ts";

// Promise 1. `npm run soak` does the same with thousands. A failure tells its seed and path, which go into the second argument of fc.assert.
describe.each([
  { store: "memory", open: openMemory, races: 6000 },
  { store: "SQLite", open: openSqlite, races: 800 },
])("over $store", ({ open, races }) => {
  test(`${races} races of two or three calls end as the calls would one after another`, async () => {
    const property = fc.asyncProperty(race, fc.scheduler(), (calls, scheduler) =>
      runRace(open, { ...calls, scheduler }),
    );
    await fc.assert(property, { numRuns: races });
  }, 120_000);
});
