// The long forms of the property, race and crash tests: a night's worth, or as many as are asked for.
//   node test/bench/soak.ts [sequences] [races] [kills]
import fc from "fast-check";
import { killChildren } from "../faults/crash.ts";
import { runRace } from "../property/race.ts";
import { runSequence } from "../property/sequence.ts";
import { race, sequence } from "../property/steps.ts";
import { openMemory, openSqlite } from "../property/system.ts";

const [sequences = 20_000, races = 40_000, kills = 2000] = process.argv.slice(2).map(Number);

/** SQLite takes longer: of what is asked for it gets a part. */
const STORES = [
  { store: "memory", open: openMemory, part: 0.8 },
  { store: "SQLite", open: openSqlite, part: 0.2 },
];

let calls = 0;

for (const { store, open, part } of STORES) {
  const runs = Math.round(sequences * part);
  const property = fc.asyncProperty(sequence, async (steps) => {
    calls += await runSequence(open, steps);
  });
  await timed(`${runs} sequences over ${store}`, () => fc.assert(property, { numRuns: runs }));
}
console.log(`${calls} calls`);

for (const { store, open, part } of STORES) {
  const runs = Math.round(races * part);
  const property = fc.asyncProperty(race, fc.scheduler(), (racers, scheduler) =>
    runRace(open, { ...racers, scheduler }),
  );
  await timed(`${runs} races over ${store}`, () => fc.assert(property, { numRuns: runs }));
}

await timed(`${kills} kills`, async () => console.log(await killChildren(kills)));

async function timed(label: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await work();
  console.log(`${label}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
