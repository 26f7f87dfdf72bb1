import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServer, freshDatabase } from "../servers/index.ts";
import { copyProject, type ProjectCopy } from "./project-copy.ts";

const run = promisify(execFile);

let copy: ProjectCopy;
beforeAll(() => {
  copy = copyProject();
});
afterAll(() => copy.remove());

/** The lines that an example prints. */
async function linesOf(example: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const { stdout, stderr } = await run("npm", ["run", "--silent", "example", "--", example], {
    cwd: copy.folder,
    env: { ...process.env, TMPDIR: copy.temporary, ...env },
  });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

describeWithServer("redis", "npm run example -- bullmq", (url) => {
  test("BullMQ's workers run the jobs", async () => {
    expect(await linesOf("bullmq", { REDIS_URL: url })).toEqual([
      "Issued a token and revoked it. BullMQ's workers tell Ada:",
      "token.issued to ada@acme.example",
      "token.revoked to ada@acme.example",
      "All as expected.",
    ]);
  }, 60_000);
});

describeWithServer("postgres", "npm run example -- pgboss", (url) => {
  test("pg-boss's worker runs the jobs", async () => {
    await using database = await freshDatabase(url);
    const lines = await linesOf("pgboss", { DATABASE_URL: database.url });
    expect(lines[0]).toBe("Issued a token and asked for a new one. pg-boss's worker tells Ada:");
    expect(lines.slice(1, -1).toSorted()).toEqual([
      "rotation.requested to ada@acme.example",
      "token.issued to ada@acme.example",
    ]);
    expect(lines.at(-1)).toBe("All as expected.");
  }, 60_000);
});
