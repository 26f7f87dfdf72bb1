import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { sqlRepository } from "../../../src/storage/sql/index.ts";
import { claimAt } from "../../../src/testing/repository/notices.ts";
import { ACCOUNT, NOW } from "../../../src/testing/repository/samples.ts";
import { openSqlite, sqliteFile } from "../../fixtures/sqlite-file.ts";

const script = fileURLToPath(new URL("../../fixtures/sqlite-process.ts", import.meta.url));
const run = promisify(execFile);

/** Time for a process to come up, so that those started together also begin together. */
const START_MS = 1500;

async function together(count: number, work: string, path: string): Promise<readonly unknown[]> {
  const start = String(count === 1 ? 0 : Date.now() + START_MS);
  const processes = Array.from({ length: count }, () =>
    run(process.execPath, ["--no-warnings", script, work, path, start]),
  );
  return (await Promise.all(processes)).map(({ stdout }) => JSON.parse(stdout));
}

describe("several processes on one file", { timeout: 30_000 }, () => {
  test("T-11 of the slots that three processes want, each goes to one of them", async () => {
    using file = sqliteFile();
    const won = (await together(3, "issue", file.path)) as readonly number[][];
    expect(won.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    await using db = openSqlite(file.path);
    const events = await sqlRepository({ db }).events({ account: ACCOUNT, limit: 1000 });
    expect(events).toHaveLength(100);
  });

  test("what was acknowledged before a kill is there, its notice too", async () => {
    using file = sqliteFile();
    await expect(together(1, "die", file.path)).rejects.toMatchObject({ signal: "SIGKILL" });
    await using db = openSqlite(file.path);
    const repository = sqlRepository({ db });
    expect(await repository.listByOwner({ owner: "owner 0", limit: 9 })).toHaveLength(1);
    expect(await claimAt(repository, NOW)).toHaveLength(1);
  });
});
