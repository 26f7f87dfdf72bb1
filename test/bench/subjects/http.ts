import { formatFigure, formatRate, formatSpread, formatTypical } from "../format.ts";
import type { GuardName } from "../http-guard.ts";
import { type ServerProcess, startServer } from "../http-process.ts";
import { type Driven, drive, hasWrk, type Script, writeScript } from "../http-wrk.ts";
import { scaled } from "../scale.ts";
import { type Spread, spreadOf } from "../spread.ts";
import type { Subject, Target } from "../subject.ts";
import { type Column, type TableCase, tableOf } from "../table.ts";

const CONNECTIONS = 64;
const ROUNDS = scaled(5);
const ROUND_SECONDS = scaled(2);
const WARM_UP_SECONDS = 1;

const LEAST_OF_FLOOR = 0.85;
const MOST_OF_P99 = 1.3;

/** What one server did under load. */
interface Served {
  readonly rate: Spread;
  /** Nanoseconds. */
  readonly p99: Spread;
  /** Nanoseconds of the server's CPU time a request, its connections and the parsing included. */
  readonly cpu: Spread;
}

/** A route thrice: alone, behind the floor and behind the guard. */
interface Row {
  readonly bare: Served;
  readonly floor: Served;
  readonly guarded: Served;
  /** Rates and latencies of one over another, round by round: what disturbs the machine disturbs all. */
  readonly floorToBare: Spread;
  readonly toBare: Spread;
  readonly toFloor: Spread;
  readonly p99ToFloor: Spread;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "bare", width: 9, cell: ({ bare }) => formatRate(bare.rate.median) },
  { head: "floor", width: 9, cell: ({ floor }) => formatRate(floor.rate.median) },
  { head: "guarded", width: 9, cell: ({ guarded }) => formatRate(guarded.rate.median) },
  { head: "floor × bare", width: 14, cell: (row) => formatTypical(row.floorToBare, "times") },
  { head: "× bare", width: 9, cell: ({ toBare }) => formatTypical(toBare, "times") },
  { head: "× floor", width: 19, cell: ({ toFloor }) => formatSpread(toFloor, "times") },
  { head: "p99", width: 10, cell: ({ guarded }) => formatTypical(guarded.p99, "ns") },
  { head: "× floor", width: 19, cell: ({ p99ToFloor }) => formatSpread(p99ToFloor, "times") },
  { head: "CPU: bare", width: 11, cell: ({ bare }) => formatTypical(bare.cpu, "ns") },
  { head: "floor", width: 10, cell: (row) => moreOf(row.floor, row.bare) },
  { head: "guarded", width: 10, cell: (row) => moreOf(row.guarded, row.bare) },
];

const FRAMEWORKS = ["node:http", "fastify", "hono", "fetch", "koa", "express", "nest"];

const CASES: readonly TableCase<Row>[] = [
  ...FRAMEWORKS.map((framework) => ({
    name: framework,
    measure: () => compareServers(framework, "tokenry"),
    target: withinFloor(framework),
  })),
  {
    name: "node:http, better-auth 1.7.5, 64 keys",
    isPeer: true,
    measure: () => compareServers("node:http", "better-auth"),
  },
];

const isThere = hasWrk();

export const subject: Subject = tableOf<Row>({
  title: `a route over HTTP: requests a second by wrk, ${CONNECTIONS} connections, as many tokens, all gates and headers, memory`,
  notes: isThere
    ? [
        "floor: a guard in the framework's own form: one native SHA-256, one look-up in a Map, one comparison of the expiry",
        "CPU: of the server's process, a request; of the guards what they add to the bare route",
        "nest is on express, hono and fetch are on @hono/node-server",
      ]
    : ["skipped: no wrk found (apt-get install wrk)"],
  columns: COLUMNS,
  cases: isThere ? CASES : [],
});

function withinFloor(framework: string): Target<Row> {
  return {
    claim: `${framework}: at least ${LEAST_OF_FLOOR} × the floor's rate, p99 at most ${MOST_OF_P99} × its`,
    figure: ({ toFloor, p99ToFloor }) =>
      `${toFloor.median.toFixed(2)}, ${p99ToFloor.median.toFixed(2)}`,
    isMet: ({ toFloor, p99ToFloor }) =>
      toFloor.median >= LEAST_OF_FLOOR && p99ToFloor.median <= MOST_OF_P99,
  };
}

function moreOf({ cpu }: Served, bare: Served): string {
  const more = cpu.median - bare.cpu.median;
  return `${more < 0 ? "-" : "+"} ${formatFigure(Math.abs(more), "ns")}`;
}

/** One round of one server. */
interface Round extends Driven {
  readonly cpu: number;
}

/** Loads the three servers in rounds that take turns: bare, floor, guarded, bare, floor, guarded. */
async function compareServers(framework: string, guard: GuardName): Promise<Row> {
  using bare = await open(framework, "bare");
  using floor = await open(framework, "floor");
  using guarded = await open(framework, guard);
  for (const each of [bare, floor, guarded]) await each.round(WARM_UP_SECONDS);
  const rounds: { readonly bare: Round; readonly floor: Round; readonly guarded: Round }[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    rounds.push({
      bare: await bare.round(ROUND_SECONDS),
      floor: await floor.round(ROUND_SECONDS),
      guarded: await guarded.round(ROUND_SECONDS),
    });
  }
  return {
    bare: servedIn(rounds.map((round) => round.bare)),
    floor: servedIn(rounds.map((round) => round.floor)),
    guarded: servedIn(rounds.map((round) => round.guarded)),
    floorToBare: spreadOf(rounds.map((round) => round.floor.rate / round.bare.rate)),
    toBare: spreadOf(rounds.map((round) => round.guarded.rate / round.bare.rate)),
    toFloor: spreadOf(rounds.map((round) => round.guarded.rate / round.floor.rate)),
    p99ToFloor: spreadOf(rounds.map((round) => round.guarded.p99 / round.floor.p99)),
  };
}

/** A server to be loaded. */
interface Loaded extends Disposable {
  round(seconds: number): Promise<Round>;
}

async function open(framework: string, guard: GuardName): Promise<Loaded> {
  const server = await startServer(framework, guard);
  const script = writeScript(
    server.secrets.map((secret) => ({
      path: "/orders",
      headers: { Authorization: `Bearer ${secret}` },
    })),
    "none",
  );
  return {
    round: (seconds) => roundOf(server, script, seconds),
    [Symbol.dispose]() {
      script[Symbol.dispose]();
      server[Symbol.dispose]();
    },
  };
}

async function roundOf(server: ServerProcess, script: Script, seconds: number): Promise<Round> {
  const before = await server.used();
  const driven = await drive({ port: server.port, script, seconds, connections: CONNECTIONS });
  const { cpuUs } = await server.used();
  const { refusals, socketErrors, requests } = driven;
  if (refusals + socketErrors > 0 || requests === 0)
    throw new Error(`of ${requests} requests ${refusals} were refused, ${socketErrors} failed`);
  return { ...driven, cpu: ((cpuUs - before.cpuUs) * 1000) / requests };
}

function servedIn(rounds: readonly Round[]): Served {
  return {
    rate: spreadOf(rounds.map(({ rate }) => rate)),
    p99: spreadOf(rounds.map(({ p99 }) => p99)),
    cpu: spreadOf(rounds.map(({ cpu }) => cpu)),
  };
}
