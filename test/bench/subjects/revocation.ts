import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { tokenry } from "../built.ts";
import { freshPostgres } from "../databases.ts";
import { fillTokens } from "../fill.ts";
import { formatFigure } from "../format.ts";
import { percentilesOf } from "../load.ts";
import { openNode, TOKENS, type Told } from "../revocation-world.ts";
import { idOf } from "../samples.ts";
import { scaled } from "../scale.ts";
import type { Subject } from "../subject.ts";
import { type Column, tableOf } from "../table.ts";

const NODES = 2;
const LONG_SECONDS = 600;
const SHORT_SECONDS = 1;

/** Nanoseconds from the moment when `revoke` has resolved on one node, on each of the others. */
interface Row {
  readonly runs: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "p50", width: 12, cell: ({ p50 }) => formatFigure(p50, "ns") },
  { head: "p99", width: 12, cell: ({ p99 }) => formatFigure(p99, "ns") },
  { head: "max", width: 12, cell: ({ max }) => formatFigure(max, "ns") },
  { head: "runs", width: 8, cell: ({ runs }) => String(runs) },
];

export const subject: Subject = tableOf<Row>({
  title: `revocation on one process, seen by ${NODES} others with warm caches that call without pause; PostgreSQL holds the tokens`,
  notes: [
    "from revoke resolved to the first refusal; less than nothing: the refusal came first",
    "without a bus: to the start of the last call that was accepted",
  ],
  servers: ["postgres", "redis"],
  columns: COLUMNS,
  cases: [
    withBus("redis", "bus on Redis"),
    withBus("postgres", "bus on PostgreSQL"),
    {
      name: `no bus, ttl ${SHORT_SECONDS} s`,
      measure: () => revocations("none", SHORT_SECONDS),
      target: {
        claim: `revocation without a bus: no call accepted that began after the ttl of ${SHORT_SECONDS} s`,
        figure: ({ max }) => formatFigure(max, "ns"),
        isMet: ({ max }) => max <= SHORT_SECONDS * 1e9,
      },
    },
  ],
});

function withBus(bus: string, name: string) {
  return {
    name: `${name}, ttl ${LONG_SECONDS} s`,
    measure: () => revocations(bus, LONG_SECONDS),
    target: {
      claim: `revocation, ${name}: p99 at most 25 ms`,
      figure: ({ p99 }: Row) => formatFigure(p99, "ns"),
      isMet: ({ p99 }: Row) => p99 <= 25e6,
    },
  };
}

async function revocations(bus: string, ttlSeconds: number): Promise<Row> {
  const runs = bus === "none" ? scaled(50) : TOKENS;
  await using database = await freshPostgres();
  await fillTokens(database.pool, TOKENS);
  await using own = await openNode(database.url, bus, ttlSeconds);
  const nodes = Array.from({ length: NODES }, () => startNode(database.url, bus, ttlSeconds));
  const latencies: number[] = [];
  try {
    await Promise.all(nodes.map((node) => next(node)));
    for (let index = 0; index < runs; index++) {
      for (const node of nodes) node.send(index);
      await Promise.all(nodes.map((node) => next(node)));
      // At any point of the time that the nodes keep what they have read, or of what they are at.
      await setTimeout(Math.random() * (bus === "none" ? ttlSeconds * 1000 : 5));
      const told = nodes.map((node) => next(node));
      await own.world.tokens.revoke({ tokenId: idOf(index), actor: tokenry.SYSTEM });
      const resolved = process.hrtime.bigint();
      for (const each of await Promise.all(told)) {
        latencies.push(Number(momentOf(each, bus) - resolved));
      }
    }
  } finally {
    for (const node of nodes) node.kill();
  }
  return { runs, ...percentilesOf(latencies), max: Math.max(...latencies) };
}

function startNode(url: string, bus: string, ttlSeconds: number): ChildProcess {
  const node = fork(
    new URL("../revocation-node.ts", import.meta.url),
    [url, bus, String(ttlSeconds)],
    {
      execArgv: [],
    },
  );
  node.once("exit", (code) => {
    if (code !== null) throw new Error("a node has failed");
  });
  return node;
}

async function next(node: ChildProcess): Promise<Told> {
  const [told] = await once(node, "message");
  // revocation-node.ts sends nothing else.
  return told as Told;
}

/** When a node first refused; without a bus, when its last accepted call began. */
function momentOf(told: Told, bus: string): bigint {
  if (typeof told === "string" || "watching" in told) throw new Error("a node answers out of turn");
  return BigInt(bus === "none" ? told.lastAccepted : told.refused);
}
