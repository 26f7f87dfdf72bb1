import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Bundle } from "../../fixtures/bundle.ts";
import { appendEntry } from "./outgoing.ts";

/** What a worker is told. */
export interface Task {
  /** A URL of PostgreSQL, or the path of a SQLite file. */
  readonly store: string;
  /** The file of what was sent. */
  readonly outgoing: string;
  /** Its number. */
  readonly worker: number;
  /** By how much its clock is ahead of the system's, in milliseconds. */
  readonly aheadMs: number;
  /** The most notices on their way at once. */
  readonly concurrency: number;
  /** Whether it ends when there is nothing left to deliver. */
  readonly ends: boolean;
}

/** What a worker tells: that it begins, and that it has sent a notice for the first time. */
export type Told = "works" | "sends";

/** How long after one or the other a worker is killed, in milliseconds, at most. */
const LONGEST_MS = 80;
/** Where there is nothing to send, it is killed after this time. */
const IDLE_MS = 500;

/** Starts a worker, lets it work for a moment and kills it: in the middle of what it does first, or later. Resolves when it is dead. */
export async function workUntilKilled(program: Bundle, task: Task): Promise<void> {
  const child = start(program, task);
  const killIn = (ms: number): void => void setTimeout(() => child.kill("SIGKILL"), ms);
  const cue: Told = Math.random() < 0.3 ? "works" : "sends";
  child.on("message", (told: Told) => {
    if (told === cue) killIn(Math.random() * LONGEST_MS);
    else killIn(IDLE_MS);
  });
  const [code, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL", `worker ${task.worker} ended by itself (${code})`);
  appendEntry(task.outgoing, { type: "ended", worker: task.worker });
}

/** Starts a worker and lets it deliver all that there is. */
export async function workToTheEnd(program: Bundle, task: Task): Promise<void> {
  assert.deepEqual(await once(start(program, task), "close"), [0, null]);
}

function start({ script, folder }: Bundle, task: Task): ChildProcess {
  return spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") },
  });
}
