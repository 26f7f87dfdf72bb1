import pg from "pg";
import { tokenrySql } from "../built.ts";
import { freshPostgres, type PostgresDatabase } from "../databases.ts";
import { fillTokens } from "../fill.ts";
import { type Call, compareLoads } from "../load.ts";
import { atLeastTimesFloor, loadTable, type Row } from "../load-table.ts";
import { openBetterAuth } from "../peers/better-auth.ts";
import { selectNext } from "../select.ts";
import type { Subject } from "../subject.ts";
import type { TableCase } from "../table.ts";
import { createWorld, verifyNext, verifyTogether, type WorldOptions } from "../world.ts";

const COUNT = 10_000;
const KEYS = 1000;

/** How many calls are in flight, and how many times the floor is promised. */
const LOADS = [
  { inFlight: 1, least: 0.85 },
  { inFlight: 32, least: 2 },
  { inFlight: 256, least: 5 },
] as const;

type Setting = (database: PostgresDatabase) => Omit<WorldOptions, "stored" | "isStored">;

export const subject: Subject = loadTable({
  title:
    "verify over PostgreSQL, every gate on, 10,000 tokens unless a row says so, uses noted within the minute",
  notes: [
    "floor: one named prepared SELECT of a token's columns by its hash, over pg; the same pool of 10, as many in flight",
    "trips: statements a call",
  ],
  servers: ["postgres"],
  cases: [
    ...LOADS.map(({ inFlight, least }) => ({
      ...verifyCase("tokenry", withPool, { inFlight }),
      target: atLeastTimesFloor(
        least,
        `verify over PostgreSQL, ${inFlight} in flight: at least ${least} × the floor`,
      ),
    })),
    ...LOADS.map(({ inFlight }) =>
      verifyCase("tokenry, 100,000 tokens", withPool, { inFlight, count: 100_000 }),
    ),
    ...verifyCases("tokenry, without pool", ({ repository }) => ({ repository })),
    ...verifyCases("tokenry, cache", (database) => ({
      ...withPool(database),
      cache: { ttl: { minutes: 10 } },
    })),
    ...verifyCases("tokenry, budgets in PostgreSQL", (database) => ({
      ...withPool(database),
      budgets: tokenrySql().sqlBudgets({
        db: database.db,
        pool: database.pool,
        onOutage: "deny",
      }),
    })),
    {
      name: "better-auth 1.7.5, 1,000 keys, 32 in flight",
      isPeer: true,
      measure: () => beside({ inFlight: 32 }, betterAuthCall, selectCall),
    },
    {
      name: "tokenry, 32 in flight; floor: better-auth",
      isPeer: true,
      measure: () => beside({ inFlight: 32 }, verifyCall(withPool), betterAuthCall),
      target: atLeastTimesFloor(
        30,
        "verify over PostgreSQL, 32 in flight: at least 30 × better-auth's",
      ),
    },
  ],
});

function withPool({ db, pool }: PostgresDatabase): Pick<WorldOptions, "repository"> {
  return { repository: tokenrySql().sqlRepository({ db, pool }) };
}

/** How many calls are in flight, and of how many tokens. */
interface Size {
  readonly inFlight: number;
  readonly count?: number;
}

function verifyCases(name: string, setting: Setting): TableCase<Row>[] {
  return LOADS.map(({ inFlight }) => verifyCase(name, setting, { inFlight }));
}

function verifyCase(name: string, setting: Setting, size: Size): TableCase<Row> {
  return {
    name: `${name}, ${size.inFlight} in flight`,
    measure: () => beside(size, verifyCall(setting), selectCall),
  };
}

type CallMaker = (database: PostgresDatabase, count: number) => Promise<Call>;

async function beside(
  { inFlight, count = COUNT }: Size,
  make: CallMaker,
  makeFloor: CallMaker,
): Promise<Row> {
  await using database = await freshPostgres();
  await fillTokens(database.pool, count);
  const call = await make(database, count);
  const floor = await makeFloor(database, count);
  const compared = await compareLoads(floor, call, inFlight);
  return { ...compared, trips: await countStatements(call, inFlight) };
}

function verifyCall(setting: Setting): CallMaker {
  return async (database, count) => {
    const world = await createWorld(count, { ...setting(database), isStored: true });
    // Each token once, so that its use is noted.
    await verifyTogether(world, 256)(count);
    return verifyNext(world);
  };
}

async function selectCall({ pool }: PostgresDatabase, count: number): Promise<Call> {
  return selectNext(pool, count);
}

async function betterAuthCall({ pool }: PostgresDatabase): Promise<Call> {
  return (await openBetterAuth(KEYS, pool)).verifyNext;
}

/** Statements a call, as the driver is handed them. */
async function countStatements(call: Call, inFlight: number): Promise<number> {
  const { query } = pg.Client.prototype;
  let statements = 0;
  const counting = function (this: pg.Client, ...given: Parameters<typeof query>): unknown {
    statements += 1;
    return query.apply(this, given);
  };
  // A cast, as one function stands in for all of its overloads.
  pg.Client.prototype.query = counting as typeof query;
  try {
    const caller = async (): Promise<void> => {
      for (let calls = 0; calls < COUNTED; calls++) await call();
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
  } finally {
    pg.Client.prototype.query = query;
  }
  return statements / (COUNTED * inFlight);
}

/** Calls of each caller while statements are counted. */
const COUNTED = 20;
