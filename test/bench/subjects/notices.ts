import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { tokenry, tokenrySql } from "../built.ts";
import { freshPostgres, type PostgresDatabase } from "../databases.ts";
import { fillTokens } from "../fill.ts";
import { formatFigure, formatRate, formatTimes } from "../format.ts";
import { loadFor, type Round } from "../load.ts";
import { noticeEvent } from "../notice-events.ts";
import { PREFIX } from "../samples.ts";
import { scaled } from "../scale.ts";
import { spreadOf } from "../spread.ts";
import type { Subject } from "../subject.ts";
import { type Column, tableOf } from "../table.ts";
import { createWorld, verifyNext } from "../world.ts";

const PER_MINUTE = 10_000;
const NOTICES = scaled(20_000);
const TOKENS = 10_000;
const ROUNDS = 9;
const ROUND_MS = 4000;

interface Row {
  /** Notices a second. */
  readonly rate: number;
  readonly verify?: { readonly p99: number; readonly idle: number; readonly times: number };
  readonly remark: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "notices a s", width: 13, cell: ({ rate }) => formatRate(rate) },
  { head: "verify p99", width: 12, cell: ({ verify }) => nanoseconds(verify?.p99) },
  { head: "idle p99", width: 12, cell: ({ verify }) => nanoseconds(verify?.idle) },
  {
    head: "× p99",
    width: 9,
    cell: ({ verify }) => (verify === undefined ? "" : formatFigure(verify.times, "times")),
  },
  { head: "", width: 0, cell: ({ remark }) => (remark === "" ? "" : `  ${remark}`) },
];

export const subject: Subject = tableOf<Row>({
  title: "notices over PostgreSQL",
  notes: [
    "alone: an outbox of 20,000 notices of as many tokens, to a notifier that does nothing",
    `beside: ${PER_MINUTE.toLocaleString("en")} a minute, written by one process and delivered by two, while a fourth verifies; in rounds of`,
    `${ROUND_MS / 1000} s that take turns with rounds without them; × is the median of the rounds' ratios`,
  ],
  servers: ["postgres"],
  columns: COLUMNS,
  cases: [
    { name: "deliver, one worker", measure: () => drain(1) },
    { name: "deliver, two workers in one process", measure: () => drain(2) },
    { name: "beside verify, 1 in flight", measure: () => besideVerify(1) },
    {
      name: "beside verify, 32 in flight",
      measure: () => besideVerify(32),
      target: {
        claim: "verify at full load beside 10,000 notices a minute: p99 within 1.2 × that without",
        figure: ({ verify }) => formatTimes(verify?.times ?? Number.NaN),
        isMet: ({ verify }) => (verify?.times ?? Number.NaN) <= 1.2,
      },
    },
  ],
});

function nanoseconds(value: number | undefined): string {
  return value === undefined ? "" : formatFigure(value, "ns");
}

async function drain(workers: number): Promise<Row> {
  await using database = await freshPostgres();
  const { db, pool } = database;
  const repository = tokenrySql().sqlRepository({ db, pool });
  for (let written = 0; written < NOTICES; written += 500)
    await repository.commit({ events: Array.from({ length: 500 }, noticeEvent) });
  const node = () =>
    tokenry.createTokenry({
      kinds: { service: tokenry.manySliding({ prefix: PREFIX }) },
      apis: { orders: { limit: 1, window: { minutes: 1 } } },
      directory: { find: (id) => ({ id, account: "acme", active: true }) },
      ...{ repository, notifier: { deliver: async () => undefined } },
    });
  const started = performance.now();
  const passes = await Promise.all(Array.from({ length: workers }, () => node().jobs.deliver()));
  const seconds = (performance.now() - started) / 1000;
  const delivered = passes.reduce((sum, pass) => sum + pass.delivered, 0);
  if (delivered !== NOTICES) throw new Error(`${delivered} of ${NOTICES} were delivered`);
  return { rate: delivered / seconds, remark: "" };
}

async function besideVerify(inFlight: number): Promise<Row> {
  await using database = await freshPostgres();
  await fillTokens(database.pool, TOKENS);
  const { db, pool } = database;
  const repository = tokenrySql().sqlRepository({ db, pool });
  const call = verifyNext(await createWorld(TOKENS, { repository, isStored: true }));
  const processes = await startProcesses(database);
  await loadFor(call, inFlight, ROUND_MS);
  const rounds: { readonly idle: Round; readonly beside: Round }[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    const idle = await loadFor(call, inFlight, ROUND_MS);
    for (const each of processes) each.send("on");
    // What is noted first is the start of it.
    await setTimeout(500);
    const beside = await loadFor(call, inFlight, ROUND_MS);
    for (const each of processes) each.send("off");
    await setTimeout(500);
    rounds.push({ idle, beside });
  }
  const delivered = await stopProcesses(processes);
  const seconds = (ROUNDS * (ROUND_MS + 500)) / 1000;
  const median = (figure: (round: (typeof rounds)[number]) => number): number =>
    spreadOf(rounds.map(figure)).median;
  const verifies = formatRate(median(({ beside }) => beside.rate));
  const times = formatTimes(median(({ idle, beside }) => beside.rate / idle.rate));
  return {
    rate: delivered / seconds,
    verify: {
      p99: median(({ beside }) => beside.p99),
      idle: median(({ idle }) => idle.p99),
      times: median(({ idle, beside }) => beside.p99 / idle.p99),
    },
    remark: `verifies a second ${verifies}, ${times} those without`,
  };
}

async function startProcesses({ url }: PostgresDatabase): Promise<readonly ChildProcess[]> {
  const roles = ["writer", "worker", "worker"];
  const processes = roles.map((role) =>
    fork(new URL("../notices-process.ts", import.meta.url), [role, url, String(PER_MINUTE / 60)], {
      execArgv: [],
    }),
  );
  await Promise.all(processes.map((each) => once(each, "message")));
  return processes;
}

/** How many notices they have delivered. */
async function stopProcesses(processes: readonly ChildProcess[]): Promise<number> {
  const counts = processes.map(async (each) => {
    const told = once(each, "message");
    each.send("stop");
    // notices-process.ts sends nothing else then.
    const [{ delivered }] = (await told) as [{ readonly delivered: number }];
    await once(each, "exit");
    return delivered;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
