// tokenry's jobs under BullMQ, for a team that has it: what `tokens.start()` does by timers of its own is done by a scheduler that all
// workers share, with its retries, its dashboard and its alarms.
//
//   REDIS_URL=redis://… npm run example -- bullmq
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { Kysely } from "kysely";
import { createTokenry, manySliding, type Notice } from "tokenry";
import { migrate, nodeSqliteDialect, sqlRepository } from "tokenry/sql";

// A worker waits for its next job as long as it takes: BullMQ asks for it.
const connection = new Redis(process.env.REDIS_URL ?? "redis://localhost", {
  maxRetriesPerRequest: null,
});
connection.on("error", (error) => process.stderr.write(`Redis: ${error.message}\n`));

const folder = mkdtempSync(join(tmpdir(), "tokenry-bullmq-"));
const db = new Kysely<object>({ dialect: nodeSqliteDialect(join(folder, "tokens.sqlite")) });
await migrate(db);

const told: string[] = [];
const tokens = createTokenry({
  kinds: { service: manySliding({ prefix: "acme_svc" }) },
  apis: { orders: { limit: 600, window: { minutes: 1 } } },
  directory: { find: (id) => ({ id, account: "acme", active: true, email: `${id}@acme.example` }) },
  repository: sqlRepository({ db }),
  notifier: {
    // In production: mailNotifier of tokenry/mail.
    async deliver({ type, recipient }: Notice) {
      told.push(`${type} to ${recipient?.email}`);
    },
  },
});

/** How often each job runs, whatever the number of workers. Times are short here, for you to see something. */
const EVERY_MS = { sweep: 1000, remind: 3_600_000, deliver: 500, prune: 86_400_000 } as const;
type JobName = keyof typeof EVERY_MS;

const name = `tokenry-example-${process.pid}`;
const queue = new Queue<undefined, unknown, JobName>(name, { connection });
for (const [job, every] of Object.entries(EVERY_MS)) {
  // A cast, as Object.entries takes the names for any texts.
  const jobName = job as JobName;
  await queue.upsertJobScheduler(
    jobName,
    { every },
    { name: jobName, opts: { removeOnComplete: 100, removeOnFail: 1000 } },
  );
}

// As many as you like, on as many machines: what one delivers no other does.
const workers = [1, 2].map(
  () =>
    new Worker<undefined, unknown, JobName>(name, (job) => tokens.jobs[job.name](), { connection }),
);
for (const worker of workers)
  worker.on("failed", (job, error) => process.stderr.write(`${job?.name}: ${error.message}\n`));

const { token } = await tokens.issue({
  kind: "service",
  owner: "ada",
  actor: "ada",
  name: "nightly build",
});
await tokens.revoke({ tokenId: token.id, actor: "ada" });
console.log("Issued a token and revoked it. BullMQ's workers tell Ada:");
while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
console.log(told.join("\n"));
assert.deepEqual(told, ["token.issued to ada@acme.example", "token.revoked to ada@acme.example"]);

for (const worker of workers) await worker.close();
await queue.obliterate({ force: true });
await queue.close();
await tokens.close();
await db.destroy();
connection.disconnect();
rmSync(folder, { recursive: true });
console.log("All as expected.");
