import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../../../src/index.ts";
import { migrate } from "../../../src/storage/sql/index.ts";
import { type Bundle, bundle } from "../../fixtures/bundle.ts";
import { committedNotices, type Figures, judge } from "./judge.ts";
import { readEntries } from "./outgoing.ts";
import { openSharedStore } from "./store.ts";
import { type Task, workToTheEnd, workUntilKilled } from "./worker.ts";
import { startWriting } from "./writing.ts";

/** How many work at once. */
const WORKERS = 2;
export const CONCURRENCY = 8;
/** What is changed while two of them work: about as much as they deliver before they are killed. */
const CHANGES = 20;
/** A moment longer than a lease. */
const LEASE_MS = 130_000;

/** What was seen over many kills. */
export interface Seen extends Figures {
  readonly kills: number;
  readonly changes: number;
}

/**
 * Kills workers that deliver from one store, two at a time, while it is written to, and checks in the end what was sent.
 *
 * When both are dead, the next two start with clocks that are further ahead than a lease is long: what the dead held is due at once, and
 * nothing that a living worker holds ever is.
 */
export async function killDelivering(place: string, kills: number): Promise<Seen> {
  using program = await bundle(new URL("../../fixtures/delivering-process.ts", import.meta.url));
  await using store = await openSharedStore(place);
  await migrate(store.db);
  const folder = mkdtempSync(join(tmpdir(), "tokenry-outgoing-"));
  const outgoing = join(folder, "outgoing.ndjson");
  writeFileSync(outgoing, "");
  try {
    const writing = startWriting(store.repository);
    const rounds = Math.ceil(kills / WORKERS);
    const shared = { store: place, outgoing, concurrency: CONCURRENCY };
    for (let round = 0; round < rounds; round += 1) {
      writing.ask(CHANGES);
      await killPair(program, round, shared);
    }
    const changes = await writing.stop();
    const aheadMs = rounds * LEASE_MS;
    await workToTheEnd(program, { ...shared, worker: rounds * WORKERS, aheadMs, ends: true });
    const notices = await committedNotices(store.repository);
    const figures = judge(notices, readEntries(outgoing));
    await checkNothingWaits(store.repository);
    return { kills: rounds * WORKERS, changes, ...figures };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function killPair(
  program: Bundle,
  round: number,
  shared: Pick<Task, "store" | "outgoing" | "concurrency">,
): Promise<void> {
  const tasks = Array.from({ length: WORKERS }, (_, index) => ({
    ...shared,
    worker: round * WORKERS + index,
    aheadMs: round * LEASE_MS,
    ends: false,
  }));
  await Promise.all(tasks.map((task) => workUntilKilled(program, task)));
}

/** What was delivered is settled: nothing is ever due again, and nothing was put aside. */
async function checkNothingWaits({ claimNotices, parkedNotices }: Repository): Promise<void> {
  const now = Date.now() + 10 * 365 * 86_400_000;
  const claim = { channels: ["notifier"], limit: 10, leaseMs: 1, now };
  assert.deepEqual(await claimNotices(claim), []);
  assert.deepEqual(await parkedNotices({ limit: 10 }), []);
}
