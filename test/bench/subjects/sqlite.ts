import { hash } from "node:crypto";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { CacheOptions } from "tokenry";
import { costTable, type Row } from "../cost-table.ts";
import { freshSqlite } from "../databases.ts";
import { compare, type Loop } from "../measure.ts";
import { openBetterAuth } from "../peers/better-auth.ts";
import { shuffled } from "../random.ts";
import type { Subject } from "../subject.ts";
import { createWorld, verifyInTurn, verifyTogether, type World } from "../world.ts";

const COUNT = 10_000;
const TOGETHER = 64;

export const subject: Subject = costTable({
  title: "verify over a SQLite file (node:sqlite, write-ahead log), 10,000 tokens",
  floor:
    "an awaited async function: one native SHA-256, one prepared SELECT of node:sqlite by the hash",
  unit: "ns",
  per: "call",
  cases: [
    { name: "tokenry, no cache", measure: () => verify({}, verifyInTurn) },
    {
      name: `tokenry, no cache, ${TOGETHER} at once`,
      measure: () => verify({}, (world) => verifyTogether(world, TOGETHER)),
    },
    { name: "tokenry, cache", measure: () => verify({ ttl: { minutes: 10 } }, verifyInTurn) },
    { name: "better-auth 1.7.5, 1,000 keys", isPeer: true, measure: verifyBetterAuth },
  ],
});

async function verify(cache: CacheOptions, makeLoop: (world: World) => Loop): Promise<Row> {
  await using database = await freshSqlite();
  const world = await createWorld(COUNT, { repository: database.repository, cache });
  const loop = makeLoop(world);
  await loop(COUNT);
  const select = new DatabaseSync(database.path).prepare(
    "select * from tokenry_tokens where hash = ?",
  );
  return await compare(createFloor(select, "buffer", world.secrets), loop);
}

async function verifyBetterAuth(): Promise<Row> {
  await using file = await freshSqlite();
  const database = new DatabaseSync(file.path);
  const { keys, verify: loop } = await openBetterAuth(1000, database);
  const select = new DatabaseSync(file.path).prepare("select * from apikey where key = ?");
  return await compare(createFloor(select, "base64url", keys), loop);
}

function createFloor(
  select: StatementSync,
  encoding: "buffer" | "base64url",
  secrets: readonly string[],
): Loop {
  const find = async (secret: string): Promise<unknown> =>
    select.get(hash("sha256", secret, encoding));
  const order = shuffled(secrets.length);
  let turn = 0;
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const row = await find(secrets[order[turn++ % order.length] as number] as string);
      if (row === undefined) throw new Error("the floor did not find a sample token");
    }
  };
}
