import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgres } from "../fixtures/server-databases.ts";
import { describeWithServer } from "../servers/index.ts";
import { serverRepositories } from "../support/server-repositories.ts";
import { runRace } from "./race.ts";
import { type Open, runSequence } from "./sequence.ts";
import { race, sequence } from "./steps.ts";

const SEQUENCES = 200;
const RACES = 200;

// Promises 1 and 5, as `face.test.ts` and `race.test.ts` hold them for other stores. A failure tells its seed and path.
describeWithServer("postgres", "over PostgreSQL", (url) => {
  let repositories: Awaited<ReturnType<typeof serverRepositories>>;
  const open: Open = async () => ({ repository: await repositories.open() });
  beforeAll(async () => {
    repositories = await serverRepositories(url, openPostgres);
  });
  afterAll(() => repositories[Symbol.asyncDispose]());

  test(`${SEQUENCES} sequences of calls end as the model of design.md says`, async () => {
    let calls = 0;
    const property = fc.asyncProperty(sequence, async (steps) => {
      calls += await runSequence(open, steps);
    });
    await fc.assert(property, { numRuns: SEQUENCES });
    expect(calls).toBeGreaterThan(10 * SEQUENCES);
  }, 240_000);

  test(`${RACES} races of two or three calls end as the calls would one after another`, async () => {
    const property = fc.asyncProperty(race, fc.scheduler(), (calls, scheduler) =>
      runRace(open, { ...calls, scheduler }),
    );
    await fc.assert(property, { numRuns: RACES });
  }, 240_000);
});
