import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { StoredToken } from "tokenry";
import { tokenrySql } from "../built.ts";
import { dropPostgres, freshPostgres, namedPostgres, type PostgresDatabase } from "../databases.ts";
import { fillTokens } from "../fill.ts";
import { formatFigure, formatTimes } from "../format.ts";
import { type Call, compareLoads, percentilesOf } from "../load.ts";
import { storedToken } from "../samples.ts";
import { scaled } from "../scale.ts";
import { selectNext } from "../select.ts";
import type { Subject } from "../subject.ts";
import type { Swept } from "../sweeper.ts";
import { type Column, tableOf } from "../table.ts";
import { createWorld, verifyInTurn, verifyNext, type World } from "../world.ts";

const FEW = 1000;
const MANY = scaled(1_000_000);
/** The cases share it: it takes most of a minute to fill. */
const NAME = "tokenry_bench_million";

const DAY_MS = 86_400_000;
/** Every second token of the million ends then, the others as {@link storedToken} has it, in 180 days. */
const EARLY_DAYS = 100;

const IDLE_MS = 10_000;
/** 500 calls a second. */
const CALL_EVERY_MS = 2;

interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

/** Nanoseconds. */
interface Row {
  readonly figure: Latencies;
  readonly beside: Latencies;
  readonly remark: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "p50", width: 11, cell: ({ figure }) => formatFigure(figure.p50, "ns") },
  { head: "p99", width: 11, cell: ({ figure }) => formatFigure(figure.p99, "ns") },
  { head: "beside p50", width: 13, cell: ({ beside }) => formatFigure(beside.p50, "ns") },
  { head: "p99", width: 11, cell: ({ beside }) => formatFigure(beside.p99, "ns") },
  { head: "× p50", width: 9, cell: (row) => formatFigure(times(row, "p50"), "times") },
  { head: "× p99", width: 9, cell: (row) => formatFigure(times(row, "p99"), "times") },
  { head: "", width: 0, cell: ({ remark }) => (remark === "" ? "" : `  ${remark}`) },
];

export const subject: Subject = tableOf<Row>({
  title: `verify over PostgreSQL with ${named(MANY)} tokens, no cache`,
  notes: [
    `1 in flight, beside the same with ${named(FEW)} tokens, in rounds that take turns`,
    `swept: 500 calls a second while another process sweeps every second token, beside ${IDLE_MS / 1000} s of them before`,
  ],
  servers: ["postgres"],
  columns: COLUMNS,
  cases: [
    { name: "1 in flight, the bare SELECT of a token alone", measure: selectBesideFew },
    {
      name: "1 in flight, every use noted within the minute",
      measure: besideFew,
      target: {
        claim: `verify over PostgreSQL, ${named(MANY)} tokens: p50 at most 1.2 × that of ${named(FEW)}`,
        figure: (row) => formatTimes(times(row, "p50")),
        isMet: (row) => times(row, "p50") <= 1.2,
      },
    },
    { name: "1 in flight, every call of the many a use to note", measure: besideFewNoting },
    {
      name: `while ${named(MANY / 2)} are swept`,
      measure: besideSweep,
      target: {
        claim: `verify over PostgreSQL during a sweep of ${named(MANY / 2)}: p99 under 2 × idle`,
        figure: (row) => formatTimes(times(row, "p99")),
        isMet: (row) => times(row, "p99") < 2,
      },
    },
  ],
});

function named(count: number): string {
  return count.toLocaleString("en");
}

function times({ figure, beside }: Row, percentile: keyof Latencies): number {
  return figure[percentile] / beside[percentile];
}

/** Fills the database that the other cases find. */
async function selectBesideFew(): Promise<Row> {
  await dropPostgres(NAME);
  await using many = await namedPostgres(NAME);
  const started = performance.now();
  await fillTokens(many.pool, MANY, usedNow);
  const seconds = (performance.now() - started) / 1000;
  await using few = await freshPostgres();
  await fillTokens(few.pool, FEW, usedNow);
  const calls = [selectNext(few.pool, FEW), selectNext(many.pool, MANY)] as const;
  return await compared(...calls, `filled in ${seconds.toFixed(0)} s`);
}

/** At the time at which the many were last used. */
async function besideFew(): Promise<Row> {
  await using many = await namedPostgres(NAME);
  const { rows } = await many.pool.query("select max(last_used_at) as at from tokenry_tokens");
  return await verifyBesideFew(many, () => Number(rows[0]?.at));
}

/** Two minutes later: so many calls of so many tokens meet few of them twice. */
async function besideFewNoting(): Promise<Row> {
  await using many = await namedPostgres(NAME);
  return await verifyBesideFew(many, () => Date.now() + 120_000);
}

async function verifyBesideFew(many: PostgresDatabase, now: () => number): Promise<Row> {
  await using few = await freshPostgres();
  await fillTokens(few.pool, FEW, (secret, index) => usedNow(secret, index, now()));
  const floor = await openWorld(few, FEW, now);
  await verifyInTurn(floor)(FEW);
  const world = await openWorld(many, MANY, now);
  return await compared(verifyNext(floor), verifyNext(world), "");
}

async function compared(few: Call, many: Call, remark: string): Promise<Row> {
  const { p50, p99, floor } = await compareLoads(few, many, 1);
  return {
    figure: { p50: p50.median, p99: p99.median },
    beside: { p50: floor.p50.median, p99: floor.p99.median },
    remark,
  };
}

function usedNow(secret: string, index: number, now: number): StoredToken {
  const token = { ...storedToken(secret, index, now), lastUsedAt: now };
  return index % 2 === 0 ? { ...token, expiresAt: now + EARLY_DAYS * DAY_MS } : token;
}

async function besideSweep(): Promise<Row> {
  try {
    await using many = await namedPostgres(NAME);
    const world = await openWorld(many, MANY, Date.now);
    const call = verifyNext({ ...world, order: world.order.filter((index) => index % 2 === 1) });
    const idle = await callSteadily(call, setTimeout(IDLE_MS));
    const sweeping = sweep(many.url);
    const during = await callSteadily(call, sweeping);
    return { figure: during, beside: idle, remark: remarkOn(await sweeping) };
  } finally {
    await dropPostgres(NAME);
  }
}

function remarkOn({ removed, seconds, peakBytes }: Swept): string {
  return `${named(removed)} swept in ${seconds.toFixed(0)} s, at most ${formatFigure(peakBytes, "bytes")} of memory`;
}

function openWorld(
  { db, pool }: PostgresDatabase,
  count: number,
  now: () => number,
): Promise<World> {
  const repository = tokenrySql().sqlRepository({ db, pool });
  return createWorld(count, { repository, clock: { now }, isStored: true });
}

/** Calls at a steady rate, however long each takes, until something has happened. */
async function callSteadily(call: Call, until: Promise<unknown>): Promise<Latencies> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  until.then(end, end);
  const latencies: number[] = [];
  const timed = async (): Promise<void> => {
    const before = performance.now();
    await call();
    latencies.push((performance.now() - before) * 1e6);
  };
  const calls: Promise<void>[] = [];
  for (let due = performance.now(); !isOver; due += CALL_EVERY_MS) {
    await setTimeout(Math.max(0, due - performance.now()));
    calls.push(timed());
  }
  await Promise.all(calls);
  return percentilesOf(latencies);
}

/** Runs the job in a process of its own, at a time when every second token has expired. */
async function sweep(url: string): Promise<Swept> {
  const now = Date.now() + (EARLY_DAYS + 1) * DAY_MS;
  const child = fork(new URL("../sweeper.ts", import.meta.url), [url, String(now)], {
    execArgv: [],
  });
  const told: Swept[] = [];
  // sweeper.ts sends nothing else.
  child.on("message", (swept) => told.push(swept as Swept));
  await once(child, "exit");
  const [swept] = told;
  if (swept === undefined) throw new Error("the sweep has failed");
  return swept;
}
