// tokenry's jobs under pg-boss, for a team that has it: tokens, notices and jobs in one PostgreSQL, and nothing else to run.
//
//   DATABASE_URL=postgres://… npm run example -- pgboss
import { strict as assert } from "node:assert";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { createTokenry, type Notice, primaryBackup } from "tokenry";
import { migrate, sqlRepository } from "tokenry/sql";

const connectionString = process.env.DATABASE_URL ?? "postgres://localhost/postgres";
/** Tables and queues of this example keep to themselves. */
const NAME = "tokenry_example_";

const pool = new pg.Pool({ connectionString });
pool.on("error", (error) => process.stderr.write(`PostgreSQL: ${error.message}\n`));
const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
await migrate(db, { prefix: NAME });

const told: string[] = [];
const tokens = createTokenry({
  kinds: { web: primaryBackup({ prefix: "acme_web" }) },
  apis: { purge: { limit: 600, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true, email: `${id}@acme.example` }) },
  repository: sqlRepository({ db, pool, prefix: NAME }),
  peppers: [{ id: "2026-11", key: process.env.TOKEN_PEPPER ?? "a pepper for this example" }],
  notifier: {
    // In production: mailNotifier of tokenry/mail.
    async deliver({ type, recipient }: Notice) {
      told.push(`${type} to ${recipient?.email}`);
    },
  },
});

const boss = new PgBoss({ connectionString, schema: `${NAME}boss` });
boss.on("error", (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
await boss.start();

/** pg-boss looks at its clock once a minute: what must be heard of sooner is sent for. */
const CRON = {
  sweep: "* * * * *",
  remind: "0 * * * *",
  deliver: "* * * * *",
  prune: "0 3 * * *",
} as const;

for (const [job, cron] of Object.entries(CRON)) {
  const queue = `${NAME}${job}`;
  // A pass that is late by one is no reason for two.
  await boss.createQueue(queue, { policy: "short" });
  await boss.schedule(queue, cron);
  // A cast, as Object.entries takes the names for any texts.
  const run = tokens.jobs[job as keyof typeof CRON];
  await boss.work(queue, { pollingIntervalSeconds: 0.5 }, async () => {
    await run();
  });
}

const web = { owner: "ada", kind: "web", actor: "ada" } as const;
await tokens.issue({ ...web, name: "purge script" });
await tokens.rotate(web);
// Ada waits for the link.
await boss.send(`${NAME}deliver`, {});
console.log("Issued a token and asked for a new one. pg-boss's worker tells Ada:");
while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
console.log(told.join("\n"));
assert.deepEqual(told.toSorted(), [
  "rotation.requested to ada@acme.example",
  "token.issued to ada@acme.example",
]);

await tokens.revokeAll(web);
await boss.stop();
await tokens.close();
await db.destroy();
console.log("All as expected.");
