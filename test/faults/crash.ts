import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Kysely } from "kysely";
import type { Repository, StoredEvent, StoredToken } from "../../src/index.ts";
import { migrate, nodeSqliteDialect, sqlRepository } from "../../src/storage/sql/index.ts";
import { ACCOUNT, ADA, BOB, OTHER_ACCOUNT, STRANGER } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";
import { addLines, emptyJournal, type Journal } from "./journal.ts";
import { replay, type State } from "./replay.ts";

/** How long a child works before it is killed, in milliseconds. */
const SHORTEST_MS = 5;
const LONGEST_MS = 60;

/** What was seen over many kills. */
export interface Seen {
  kills: number;
  acknowledged: number;
  /** Deeds that were begun and not acknowledged when the child was killed. */
  cutOff: number;
  events: number;
}

/** How many children work on one file, one after the other. */
const KILLS_PER_FILE = 10;

/** Kills at least so many children, two at a time, and checks after each that nothing is lost or halved. */
export async function killChildren(kills: number): Promise<Seen> {
  const seen: Seen = { kills: 0, acknowledged: 0, cutOff: 0, events: 0 };
  const folder = mkdtempSync(join(tmpdir(), "tokenry-child-"));
  const script = join(folder, "child.mjs");
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < kills) {
      begun += KILLS_PER_FILE;
      await crashRepeatedly(script, KILLS_PER_FILE, seen);
    }
  };
  try {
    await bundleChild(script);
    await Promise.all([lane(), lane()]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return seen;
}

/** In one file, a child starts in a fraction of the time that its modules would take. */
async function bundleChild(script: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("../fixtures/writing-child.ts", import.meta.url))],
    outfile: script,
    ...{ bundle: true, platform: "node", format: "esm", target: "node22", logLevel: "error" },
  });
}

/** Kills children one after another that work on one file, and checks the file after each. */
async function crashRepeatedly(script: string, kills: number, seen: Seen): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-crash-"));
  const path = join(folder, "tokens.sqlite");
  const journal = emptyJournal();
  try {
    await withRepository(path, async (_repository, db) => migrate(db));
    for (let kill = 0; kill < kills; kill++) {
      addLines(journal, await runUntilKilled(script, path));
      checkIntegrity(path);
      const events = await withRepository(path, (repository) => check(repository, journal));
      seen.kills += 1;
      if (kill === kills - 1) seen.events += events;
    }
    count(journal, seen);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function count({ entries }: Journal, seen: Seen): void {
  for (const { isAcknowledged } of [...entries.values()].flat()) {
    if (isAcknowledged) seen.acknowledged += 1;
    else seen.cutOff += 1;
  }
}

/** Starts a child, lets it work for a moment, kills it (SIGKILL: it can do nothing about it) and returns what it wrote. */
async function runUntilKilled(script: string, path: string): Promise<string> {
  const child = spawn(process.execPath, [script, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(script), "cache") },
  });
  let text = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    if (text === "") setTimeout(() => child.kill("SIGKILL"), someMs());
    text += chunk;
  });
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL", "the child ended by itself");
  return text;
}

function someMs(): number {
  return SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS);
}

function checkIntegrity(path: string): void {
  const database = new DatabaseSync(path);
  const rows = database.prepare("pragma integrity_check").all();
  database.close();
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [{ integrity_check: "ok" }],
  );
}

async function withRepository<Value>(
  path: string,
  use: (repository: Repository, db: Kysely<object>) => Promise<Value>,
): Promise<Value> {
  const db = new Kysely<object>({ dialect: nodeSqliteDialect(path, { synchronous: "normal" }) });
  try {
    return await use(sqlRepository({ db }), db);
  } finally {
    await db.destroy();
  }
}

/** Promise 2: one consistent state, and every committed notice is delivered at least once. Returns the number of events. */
export async function check(repository: Repository, journal: Journal): Promise<number> {
  const world = createWorld({ repository });
  const trail = await trailOf(repository);
  for (const owner of [ADA, BOB, STRANGER]) {
    const own = trail.filter((event) => event.owner === owner);
    const state = replay(journal.entries.get(owner) ?? [], own);
    compare(await repository.listByOwner({ owner, limit: 10_000 }), state, own);
    await compareSecrets(world, state);
  }
  await compareNotices(world, trail, journal);
  await world.tokens.close();
  return trail.length;
}

async function trailOf(repository: Repository): Promise<readonly StoredEvent[]> {
  const trails = await Promise.all(
    [ACCOUNT, OTHER_ACCOUNT].map((account) => repository.events({ account, limit: 100_000 })),
  );
  return trails.flat().sort((left, right) => left.sequence - right.sequence);
}

/** What is stored is what the trail says, and no more than each kind allows. */
function compare(
  stored: readonly StoredToken[],
  state: State,
  trail: readonly StoredEvent[],
): void {
  const tokens = stored.filter(({ slot }) => slot !== "pending");
  assert.deepEqual(
    tokens.map(({ id, kind, slot, name, version }) => ({ id, kind, slot, name, version })),
    [...state]
      .map(([id, { kind, slot, name, version }]) => ({ id, kind, slot, name, version }))
      .sort((left, right) => (left.id < right.id ? -1 : 1)),
  );
  for (const pending of stored.filter(({ slot }) => slot === "pending")) {
    const isRequested = trail.some(
      ({ type, tokenId }) => type === "rotation.requested" && tokenId === pending.id,
    );
    assert.ok(isRequested, "a rotation waits that nobody asked for");
  }
  const places = stored
    .filter(({ slot }) => slot !== null)
    .map(({ kind, slot }) => `${kind} ${slot}`);
  assert.equal(new Set(places).size, places.length, "two tokens in one place");
  const singles = tokens.filter(({ kind }) => kind === "personal");
  assert.ok(singles.length <= 1, "two tokens where one is allowed");
}

/** The latest secret of a token opens it, where anybody was told of it; the ones before open nothing. */
async function compareSecrets(world: World, state: State): Promise<void> {
  for (const [id, { secrets }] of state) {
    for (const [index, secret] of secrets.entries()) {
      if (secret === undefined) continue;
      const code = await world.codeOf(secret);
      // Applications are given no access: that is known only once the secret has been recognised.
      const isRecognised = code === "ok" || code === "access_denied";
      assert.equal(isRecognised, index === secrets.length - 1, `secret ${index} of ${id}: ${code}`);
    }
  }
}

async function compareNotices(
  { tokens, notifier, clock }: World,
  trail: readonly StoredEvent[],
  journal: Journal,
): Promise<void> {
  // What a killed child had claimed is due again when its lease has run out.
  clock.pass({ minutes: 10 });
  await tokens.jobs.deliver();
  for (const { id } of notifier.notices) journal.delivered.add(id);
  const missing = trail.filter(({ id }) => !journal.delivered.has(id));
  assert.deepEqual(
    missing.map(({ id, type }) => `${type} ${id}`),
    [],
  );
  assert.deepEqual(await tokens.jobs.deliver(), { delivered: 0, retried: 0, parked: 0 });
}
