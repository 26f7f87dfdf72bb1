import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../../src/storage/sql/migrate.ts";
import type { Outcome } from "../../fixtures/budgets-process.ts";
import { openSqlStore } from "../../fixtures/sql-store.ts";
import { describeWithServer, type FreshDatabase, freshDatabase } from "../../servers/index.ts";

const script = fileURLToPath(new URL("../../fixtures/budgets-process.ts", import.meta.url));

interface Total extends Outcome {
  readonly beganAt: number;
}

/** Starts four processes, lets them begin together when all are connected, and adds up what came of it. */
async function together(work: string, url: string): Promise<Total> {
  const processes = [1, 2, 3, 4].map(() => start(work, url));
  await Promise.all(processes.map(({ lines }) => lines.next()));
  const beganAt = Date.now() + 50;
  for (const { child } of processes) child.stdin.write(String(beganAt));
  const outcomes = await Promise.all(processes.map(({ lines }) => lines.next()));
  const read = outcomes.map(({ value }): Outcome => JSON.parse(value ?? ""));
  return {
    beganAt,
    allowed: read.reduce((sum, { allowed }) => sum + allowed, 0),
    lastAt: Math.max(...read.map(({ lastAt }) => lastAt)),
    longestMs: Math.max(...read.map(({ longestMs }) => longestMs)),
  };
}

function start(work: string, url: string) {
  const child = spawn(process.execPath, ["--no-warnings", script, work, url], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

interface Steady {
  readonly allowed: number;
  readonly expected: number;
  readonly longestMs: number;
}

/** Callers who spend what there is, and never more, however busy the machine is. */
async function checkedSteady(url: string): Promise<Steady> {
  const { allowed, beganAt, lastAt, longestMs } = await together("steady", url);
  const expected = 200 + ((lastAt - beganAt) * 200) / 500;
  expect(expected).toBeGreaterThan(2100);
  if (longestMs < 500) expect(allowed).toBeLessThanOrEqual(expected + 1);
  return { allowed, expected, longestMs };
}

function isSaturated({ allowed, expected, longestMs }: Steady): boolean {
  return longestMs < 500 && allowed >= expected * 0.99;
}

for (const server of ["postgres", "mariadb"] as const) {
  describeWithServer(server, `four processes on one budget in ${server}`, (url) => {
    let database: FreshDatabase;
    beforeAll(async () => {
      database = await freshDatabase(url);
      await using store = openSqlStore<object>(database.url);
      await migrate(store.db);
    });
    afterAll(() => database.drop());

    describe("64 calls in flight in each", { timeout: 120_000 }, () => {
      test("of 2,000 calls of one instant exactly the share is allowed", async () => {
        expect(await together("burst", database.url)).toMatchObject({ allowed: 1000 });
      });

      test("over ten windows the share of ten windows and one burst are allowed, within 1 %", async () => {
        let steady = await checkedSteady(database.url);
        // A machine too busy for the callers to spend all that there is; or the time of a call took a window, which looks like a clock set back.
        for (let tries = 1; !isSaturated(steady) && tries < 4; tries += 1) {
          steady = await checkedSteady(database.url);
        }
        expect(steady.allowed).toBeGreaterThanOrEqual(steady.expected * 0.99);
      });
    });
  });
}
