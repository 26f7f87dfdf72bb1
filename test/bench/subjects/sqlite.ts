import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { CacheOptions } from "tokenry";
import { openSqliteRepository } from "../built.ts";
import { compare, type Loop } from "../measure.ts";
import { openBetterAuth } from "../peers/better-auth.ts";
import { shuffled } from "../random.ts";
import type { Row, Subject } from "../subject.ts";
import { createWorld, verifyInTurn, verifyTogether, type World } from "../world.ts";

const COUNT = 10_000;
const TOGETHER = 64;

export const subject: Subject = {
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
};

async function verify(cache: CacheOptions, makeLoop: (world: World) => Loop): Promise<Row> {
  return withFile(async (path) => {
    const world = await createWorld(COUNT, { repository: await openSqliteRepository(path), cache });
    const loop = makeLoop(world);
    await loop(COUNT);
    const select = new DatabaseSync(path).prepare("select * from tokenry_tokens where hash = ?");
    return compare(createFloor(select, "buffer", world.secrets), loop);
  });
}

async function verifyBetterAuth(): Promise<Row> {
  return withFile(async (path) => {
    const database = new DatabaseSync(path);
    database.exec("pragma journal_mode = wal");
    const { keys, verify: loop } = await openBetterAuth(1000, database);
    const select = new DatabaseSync(path).prepare("select * from apikey where key = ?");
    return compare(createFloor(select, "base64url", keys), loop);
  });
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

async function withFile<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-bench-"));
  try {
    return await use(join(folder, "tokens.sqlite"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
