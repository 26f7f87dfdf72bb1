import { Redis } from "ioredis";
import type { BudgetStore, Repository } from "tokenry";
import { tokenry, tokenryRedis, tokenrySql } from "../built.ts";
import { freshMariadb, freshPglite, freshPostgres, freshSqlite } from "../databases.ts";
import { formatRate } from "../format.ts";
import { type Call, rateOf } from "../load.ts";
import { idOf, ownerOf } from "../samples.ts";
import { serverUrl } from "../servers.ts";
import type { Subject } from "../subject.ts";
import { type Column, tableOf } from "../table.ts";
import { SPENDERS, takeNext } from "../takes.ts";
import { createWorld, verifyInTurn, verifyNext, type World } from "../world.ts";

const COUNT = 5000;
const VERIFIES = 32;
const TAKES = 32;

/** Calls a second. */
interface Row {
  readonly verify?: number;
  readonly issue?: readonly [alone: number, together: number];
  readonly revoke?: readonly [alone: number, together: number];
  readonly take?: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: `verify, ${VERIFIES}`, width: 14, cell: ({ verify }) => rate(verify) },
  { head: "issue, 1", width: 12, cell: ({ issue }) => rate(issue?.[0]) },
  { head: "8", width: 10, cell: ({ issue }) => rate(issue?.[1]) },
  { head: "revoke, 1", width: 12, cell: ({ revoke }) => rate(revoke?.[0]) },
  { head: "8", width: 10, cell: ({ revoke }) => rate(revoke?.[1]) },
  { head: `take, ${TAKES}`, width: 12, cell: ({ take }) => rate(take) },
];

export const subject: Subject = tableOf<Row>({
  title: "calls a second of each storage, by how many are in flight; 5,000 tokens, no cache",
  notes: [
    "verify with every gate on and budgets in memory; issue and revoke with their events",
    `take: the budgets of a token and its account, ${SPENDERS.tokens} tokens in ${SPENDERS.accounts} accounts`,
  ],
  servers: ["postgres", "mariadb", "redis"],
  columns: COLUMNS,
  cases: [
    { name: "memory", measure: inMemory },
    { name: "SQLite (node:sqlite)", measure: onSqlite },
    { name: "PGlite", measure: onPglite },
    { name: "PostgreSQL (pg, pool of 10)", measure: onPostgres },
    { name: "MariaDB (mysql2, pool of 10)", measure: onMariadb },
    { name: "Redis (ioredis)", measure: onRedis },
  ],
});

function rate(value: number | undefined): string {
  return value === undefined ? "" : formatRate(value);
}

async function inMemory(): Promise<Row> {
  const { memoryBudgets, memoryRepository } = tokenry;
  return { ...(await tokenRates(memoryRepository())), take: await takeRate(memoryBudgets()) };
}

async function onSqlite(): Promise<Row> {
  await using database = await freshSqlite();
  return await tokenRates(database.repository);
}

async function onPglite(): Promise<Row> {
  await using database = await freshPglite();
  return await tokenRates(database.repository);
}

async function onPostgres(): Promise<Row> {
  const { sqlBudgets, sqlRepository } = tokenrySql();
  await using database = await freshPostgres();
  const { db, pool } = database;
  const rates = await tokenRates(sqlRepository({ db, pool }));
  return { ...rates, take: await takeRate(sqlBudgets({ db, pool })) };
}

async function onMariadb(): Promise<Row> {
  const { sqlBudgets, sqlRepository } = tokenrySql();
  await using database = await freshMariadb();
  const { db, pool } = database;
  const rates = await tokenRates(sqlRepository({ db, pool }));
  return { ...rates, take: await takeRate(sqlBudgets({ db })) };
}

async function onRedis(): Promise<Row> {
  const client = new Redis(serverUrl("redis"));
  const prefix = `tokenry-bench-${process.pid}:`;
  try {
    return { take: await takeRate(tokenryRedis().redisBudgets({ client, prefix })) };
  } finally {
    client.disconnect();
  }
}

async function tokenRates(repository: Repository): Promise<Row> {
  const world = await createWorld(COUNT, { repository });
  await verifyInTurn(world)(COUNT);
  const verify = await rateOf(verifyNext(world), VERIFIES);
  const issue = issueNext(world);
  const revoke = revokeNext(world);
  const half = COUNT / 2;
  return {
    verify,
    issue: [await rateOf(issue, 1), await rateOf(issue, 8)],
    revoke: [await rateOf(revoke, 1, half), await rateOf(revoke, 8, half)],
  };
}

function issueNext({ tokens }: World): Call {
  let turn = 0;
  return () =>
    tokens.issue({
      kind: "service",
      owner: ownerOf(turn++ % COUNT),
      actor: tokenry.SYSTEM,
      name: "bench",
      access: { orders: "read" },
    });
}

/** Revokes the tokens that were there from the start, one after the other. */
function revokeNext({ tokens, order }: World): Call {
  let turn = 0;
  return () => tokens.revoke({ tokenId: idOf(order[turn++] ?? 0), actor: tokenry.SYSTEM });
}

function takeRate(budgets: BudgetStore): Promise<number> {
  return rateOf(takeNext(budgets), TAKES);
}
