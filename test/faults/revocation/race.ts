import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository, StoredEvent } from "../../../src/index.ts";
import { migrate } from "../../../src/storage/sql/index.ts";
import { type Bundle, bundle } from "../../fixtures/bundle.ts";
import { createOwners, type OwnersDatabase, ownersDirectory } from "../../fixtures/owners.ts";
import { openSqlStore, patientRepository } from "../../fixtures/sql-store.ts";
import { type Fleet, startFleet } from "../fleet.ts";
import { compareSecrets, compareStored } from "./end.ts";
import { type Judged, judgeCall, newJudged } from "./judge.ts";
import {
  type CallLine,
  CODES,
  type Command,
  type Known,
  type Message,
  type Task,
  type Work,
} from "./log.ts";
import { ACCOUNT, CACHE_MS, ownerOf } from "./scene.ts";
import { type History, historyOf } from "./trail.ts";

/** How many processes, how many changes, and what the nodes remember. */
export interface RaceOptions {
  /** An empty database of PostgreSQL or MariaDB. */
  readonly url: string;
  readonly processes: number;
  /** Of all processes together; what replaces tokens that ended is not counted. */
  readonly changes: number;
  readonly isCaching?: boolean;
  readonly hasBus?: boolean;
}

/** What was seen. */
export interface Seen extends Judged {
  /** Acknowledged changes, by type. */
  readonly changes: Readonly<Record<string, number>>;
  /** Changes that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Uses that were written, and in how many batches. */
  readonly uses: number;
  readonly flushes: number;
  /** What went wrong in the background, by message. */
  readonly errors: Readonly<Record<string, number>>;
  /** How long the processes worked. */
  readonly elapsedMs: number;
}

/**
 * Lets processes verify and change the same tokens of one database, then judges every call by the changes that were acknowledged before
 * it, and what is stored in the end by all of them. Throws where a change was lost or undone.
 */
export async function raceRevocations(options: RaceOptions): Promise<Seen> {
  await using store = openSqlStore<OwnersDatabase>(options.url);
  await migrate(store.db);
  const owners = Array.from({ length: options.processes }, (_, index) => ownerOf(index));
  await createOwners(store.db, ACCOUNT, owners);
  using program = await bundle(new URL("../../fixtures/revoking-process.ts", import.meta.url));
  const tasks = tasksOf(program, options);
  const { works, secrets, elapsedMs } = await runProcesses(program, tasks);

  const repository = patientRepository(store);
  const changes = works.flatMap((work) => work.changes);
  const history = historyOf(await trailOf(repository), changes);
  await compareStored(repository, history, owners);
  const world = { repository, directory: ownersDirectory(store.db), origin: originOf(tasks) };
  await compareSecrets(world, history, secrets);
  return { ...judge(tasks, works, history), ...summaryOf(works), elapsedMs };
}

function tasksOf({ folder }: Bundle, options: RaceOptions): readonly Task[] {
  const { url, processes, isCaching = false, hasBus = false } = options;
  const origin = `${process.hrtime.bigint()}`;
  return Array.from({ length: processes }, (_, index) => ({
    ...{ url, process: index, origin, isCaching, hasBus },
    changes: Math.ceil(options.changes / processes),
    calls: join(folder, `calls-${index}`),
  }));
}

const originOf = ([task]: readonly Task[]): string => task?.origin ?? "0";

/** How long the processes verify on after the last change: longer than anything is remembered. */
const AFTERWARDS_MS = 2 * CACHE_MS;

async function runProcesses(
  program: Bundle,
  tasks: readonly Task[],
): Promise<{ works: readonly Work[]; secrets: readonly Known[]; elapsedMs: number }> {
  const secrets: Known[] = [];
  await using fleet: Fleet<Message> = startFleet<Message>({
    program,
    processes: tasks,
    onMessage(message, index) {
      if (message.type === "known") secrets.push(message.known);
      const isForAll = ["known", "begun", "gone"].includes(message.type);
      if (isForAll) fleet.tell(message, index);
    },
  });
  await fleet.all("ready");
  const started = performance.now();
  fleet.tell({ type: "start" } satisfies Command);
  await fleet.all("done");
  const elapsedMs = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MS));
  fleet.tell({ type: "stop" } satisfies Command);
  const told = await fleet.all("work");
  return { works: told.map(({ work }) => work), secrets, elapsedMs };
}

/** All events of the account, in the order in which they were written. */
async function trailOf(repository: Repository): Promise<readonly StoredEvent[]> {
  const events = await repository.events({ account: ACCOUNT, limit: 1_000_000 });
  return events.toSorted((left, right) => left.sequence - right.sequence);
}

function judge(tasks: readonly Task[], works: readonly Work[], history: History): Judged {
  const judged = newJudged();
  for (const [index, work] of works.entries()) {
    const task = tasks[index] as Task;
    const boundMs = task.isCaching ? CACHE_MS : 0;
    for (const call of callsOf(task, work)) judgeCall(judged, history, call, boundMs);
  }
  return judged;
}

/** Five numbers each: secret, method, begin, end and code. */
function* callsOf({ calls, process }: Task, { secrets }: Work): Generator<CallLine> {
  const bytes = readFileSync(calls);
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  for (let start = 0; start < numbers.length; start += 5) {
    const [secret = 0, method = 0, begun = 0, ended = 0, code = 0] = numbers.subarray(start);
    yield {
      process,
      secret: secrets[secret] ?? "",
      method,
      begun,
      ended,
      code: CODES[code] ?? "ok",
    };
  }
}

function summaryOf(works: readonly Work[]): Omit<Seen, keyof Judged | "elapsedMs"> {
  const sum = (count: (work: Work) => number): number =>
    works.reduce((total, work) => total + count(work), 0);
  const types = works.flatMap(({ changes }) => changes.map(({ type }) => ({ [type]: 1 })));
  return {
    changes: countAll(types),
    refused: countAll(works.map(({ refused }) => refused)),
    errors: countAll(works.map(({ errors }) => errors)),
    uses: sum(({ uses }) => uses),
    flushes: sum(({ flushes }) => flushes),
  };
}

function countAll(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [key, count] of counts.flatMap((each) => Object.entries(each))) {
    all[key] = (all[key] ?? 0) + count;
  }
  return all;
}
