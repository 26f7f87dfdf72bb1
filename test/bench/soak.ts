// The long forms of the property, race and fault tests, and minutes of HTTP at full load: a night's worth, or as much as is asked for. Those on
// servers start them, unless the variables TOKENRY_TEST_… name some.
//   node test/bench/soak.ts [sequences] [races] [kills] [changes] [bursts] [minutes]
import assert from "node:assert/strict";
import fc from "fast-check";
import { killChildren } from "../faults/crash.ts";
import { raceRevocations } from "../faults/revocation/race.ts";
import { SHARE } from "../faults/spending/scene.ts";
import { spendTogether } from "../faults/spending/spend.ts";
import { openStores } from "../faults/spending/stores.ts";
import { runRace } from "../property/race.ts";
import { runSequence } from "../property/sequence.ts";
import { race, sequence } from "../property/steps.ts";
import { openMemory, openSqlite } from "../property/system.ts";
import { freshDatabase } from "../servers/fresh-database.ts";
import { startMariadb } from "../servers/mariadb.ts";
import { isInstalled, notRun, SERVER_NAMES, type ServerName, VARIABLES } from "../servers/names.ts";
import { startPostgres } from "../servers/postgres.ts";
import { startRedis } from "../servers/redis.ts";
import { startRedisCluster } from "../servers/redis-cluster.ts";
import { hasWrk } from "./http-wrk.ts";
import { build } from "./prepare.ts";
import { soakHttp } from "./soak-http.ts";

const [
  sequences = 20_000,
  races = 40_000,
  kills = 2000,
  changes = 10_000,
  bursts = 10,
  minutes = 10,
] = process.argv.slice(2).map(Number);

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

const START: Readonly<Record<ServerName, () => Promise<AsyncDisposable & { url: string }>>> = {
  postgres: startPostgres,
  mariadb: startMariadb,
  redis: startRedis,
  redisCluster: startRedisCluster,
};

await using started = new AsyncDisposableStack();
const servers: Partial<Record<ServerName, string>> = {};
for (const name of SERVER_NAMES) {
  const own = process.env[VARIABLES[name]];
  if (own !== undefined) servers[name] = own;
  else if (isInstalled(name)) servers[name] = started.use(await START[name]()).url;
  else console.log(notRun("What needs it", name));
}

for (const name of ["postgres", "mariadb"] as const) {
  for (const isCaching of [false, true]) {
    const server = servers[name];
    if (server === undefined) continue;
    await timed(
      `${changes} changes ${isCaching ? "with" : "without"} a cache on ${name}`,
      async () => {
        await using database = await freshDatabase(server);
        const seen = await raceRevocations({ url: database.url, processes: 8, changes, isCaching });
        console.log(seen);
        assert.equal(seen.wrong, 0, "calls were answered as no state explains that they met");
      },
    );
  }
}

await timed(`${bursts} times ten windows of budgets`, async () => {
  for (let burst = 0; burst < bursts; burst += 1) {
    await using opened = await openStores(servers);
    const spent = await spendTogether(4, opened.stores);
    for (const [name, { alone, together, unanswered, steady }] of spent) {
      console.log(name, { alone, together, unanswered, ...steady });
      if (unanswered === 0) assert.deepEqual([alone, together], [SHARE, 2 * SHARE]);
      assert.ok(steady.admitted <= steady.atMost, "more was admitted than there was");
      assert.ok(steady.admitted >= steady.atLeast, "less was admitted than there was");
    }
  }
});

if (hasWrk()) {
  // The adapters are loaded as users load them.
  build();
  await timed(`${minutes} minutes of HTTP`, () => soakHttp(minutes));
} else console.log("HTTP is not soaked: no wrk found (apt-get install wrk)");

async function timed(label: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await work();
  console.log(`${label}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
