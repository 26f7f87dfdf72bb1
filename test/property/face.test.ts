import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runSequence } from "./sequence.ts";
import { sequence } from "./steps.ts";
import { openMemory, openSqlite } from "./system.ts";

// Promise 5. `npm run soak` does the same with thousands. A failure tells its seed and path, which go into the second argument of fc.assert.
describe.each([
  { store: "memory", open: openMemory, sequences: 2000 },
  { store: "SQLite", open: openSqlite, sequences: 500 },
])("over $store", ({ open, sequences }) => {
  test(`${sequences} sequences of calls end as the model of design.md says`, async () => {
    let calls = 0;
    const property = fc.asyncProperty(sequence, async (steps) => {
      calls += await runSequence(open, steps);
    });
    await fc.assert(property, { numRuns: sequences });
    expect(calls).toBeGreaterThan(10 * sequences);
  }, 120_000);
});
