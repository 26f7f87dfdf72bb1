import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServer, freshDatabase } from "../servers/index.ts";
import { copyProject, type ProjectCopy } from "./project-copy.ts";

const run = promisify(execFile);

/** What the example promises to show, in its order. */
const STORY = [
  /^Three nodes: (http:\/\/127\.0\.0\.1:\d+(, )?){3}$/,
  /^The first issued a token\.$/,
  /^Of 30 calls at once, ten on each, 1[01] were accepted and (19|20) were over the budget\.$/,
  /^The third revoked it, and the second, which had it in its cache, refused it \d+ ms later\.$/,
  /^All as expected\.$/,
];

describeWithServer("postgres", "npm run demo:postgres-redis", (postgresUrl) => {
  describeWithServer("redis", "with Redis", (redisUrl) => {
    let copy: ProjectCopy;
    beforeAll(() => {
      copy = copyProject();
    });
    afterAll(() => copy.remove());

    const demo = (env: NodeJS.ProcessEnv) =>
      run("npm", ["run", "--silent", "demo:postgres-redis"], {
        cwd: copy.folder,
        env: { ...process.env, TMPDIR: copy.temporary, ...env },
      });

    test("three processes share tokens, budgets and revocations", async () => {
      await using database = await freshDatabase(postgresUrl);
      const { stdout, stderr } = await demo({ DATABASE_URL: database.url, REDIS_URL: redisUrl });
      const lines = stdout.trimEnd().split("\n");
      expect(lines).toHaveLength(STORY.length);
      for (const [index, line] of lines.entries()) expect(line).toMatch(STORY[index] as RegExp);
      expect(stderr).toBe("");
    }, 60_000);

    test("says what is missing where there is no database", async () => {
      const url = "postgres://127.0.0.1:9/nothing";
      await expect(demo({ DATABASE_URL: url, REDIS_URL: redisUrl })).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining("DATABASE_URL"),
      });
    }, 60_000);
  });
});
