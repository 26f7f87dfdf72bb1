import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyProject, type ProjectCopy } from "./project-copy.ts";

const run = promisify(execFile);

/** What the demo promises to show, in its order. */
const KEY_LINES = [
  /^An orders API on http:\/\/127\.0\.0\.1:\d+, its tokens in .+tokens\.sqlite$/,
  /shown once: shop_pat_\w{38}$/,
  /← 200 OK: /,
  /from 127\.0\.0\.2$|include: \[ '127\.0\.0\.2' \]/,
  /← 403 Forbidden: .+from this network/,
  /→ POST .+\/orders/,
  /← 403 Forbidden: .+access to this operation/,
  /← 429 Too Many Requests: /,
  /retry-after: \d+$/,
  /ratelimit-policy: "token";q=5;w=60$/,
  /ratelimit: "token";r=0;t=\d+$/,
  /→ tokens\.regenerate\(/,
  /← 401 Unauthorized: /,
  /→ users\.change\('ada', \{ active: false \}\)$/,
  /← 401 Unauthorized: /,
  /→ tokens\.revoke\(/,
  /← 401 Unauthorized: /,
  /→ tokens\.events\(/,
  /token\.issued by ada/,
  /^singleFixed: /,
  /← TokenryError: The owner has a token already/,
  /^manySliding: /,
  /→ clock\.passDays\(29\)$/,
  /^manyChoice: /,
  /access: \{ orders: 'full', invoices: 'read' \}/,
  /^primaryBackup: /,
  /✉ to ada@acme\.example: http:\S+\/rotation\?code=/,
  /^\d+ steps, all as expected$/,
];

describe("npm run demo", () => {
  let copy: ProjectCopy;
  beforeAll(() => {
    copy = copyProject();
  });
  afterAll(() => copy.remove());

  const options = () => ({ cwd: copy.folder, env: { ...process.env, TMPDIR: copy.temporary } });
  const demo = () => join(copy.folder, "examples/quickstart/main.ts");

  test("tells the whole story in under 15 seconds and leaves nothing behind", async () => {
    const started = performance.now();
    const { stdout, stderr } = await run("npm", ["run", "--silent", "demo"], options());
    expect(performance.now() - started).toBeLessThan(15_000);
    const lines = stdout.trimEnd().split("\n");
    let from = 0;
    for (const key of KEY_LINES) {
      const found = lines.findIndex((line, index) => index >= from && key.test(line));
      expect(found, `${key} from line ${from + 1} on`).not.toBe(-1);
      from = found + 1;
    }
    expect(from, "the last line").toBe(lines.length);
    const steps = lines.filter((line) => /^ {0,2}\d+\. /.test(line)).length;
    expect(lines.at(-1)).toBe(`${steps} steps, all as expected`);
    expect(stderr).not.toMatch(/error/i);
    expect(readdirSync(copy.temporary).filter((name) => name.startsWith("tokenry"))).toEqual([]);
  }, 60_000);

  test("does it a second time", async () => {
    const { stdout } = await run(process.execPath, [demo()], options());
    expect(stdout).toMatch(/\d+ steps, all as expected\n$/);
  }, 60_000);

  test.each([
    {
      broken: "a server that refuses with 200",
      file: "server.ts",
      from: "createProtect(tokens, {",
      to: "createProtect(tokens, { refusal: (_, answer) => ({ ...answer, status: 200 }),",
      stopsAt: 4,
    },
    {
      broken: "a server that tells why a token is not accepted",
      file: "server.ts",
      from: "createProtect(tokens, {",
      to: "createProtect(tokens, { refusal: ({ code }, answer) => ({ ...answer, body: code }),",
      stopsAt: 12,
    },
    {
      broken: "a page that rotates at a GET",
      file: "rotation-page.ts",
      from: 'if (request.method !== "POST")',
      to: "if (!searchParams.has('code'))",
      stopsAt: 33,
    },
  ])(
    "exits with 1 for $broken",
    async ({ file, from, to, stopsAt }) => {
      const examples = join(copy.folder, "examples");
      const broken = join(examples, `broken-at-${stopsAt}`);
      cpSync(join(examples, "quickstart"), broken, { recursive: true });
      const path = join(broken, file);
      const source = readFileSync(path, "utf8");
      expect(source.split(from)).toHaveLength(2);
      writeFileSync(path, source.replace(from, to));
      const failure = run(process.execPath, [join(broken, "main.ts")], options());
      await expect(failure).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`step ${stopsAt} was not answered as expected`),
      });
    },
    60_000,
  );

  test("keeps running with --serve, its curl lines work, and Ctrl-C ends it", async () => {
    const { cwd, env } = options();
    const child = spawn(process.execPath, [demo(), "--serve"], { cwd, env });
    const ended = once(child, "exit");
    let printed = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      printed += chunk;
      if (/^Ctrl-C .*\n$/m.test(printed)) break;
    }
    const curl = /curl -i -H 'Authorization: (Bearer \S+)' (\S+)$/m.exec(printed);
    const [, authorization = "", url = ""] = curl ?? [];
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(url, { headers: { authorization }, method: "POST" })).status).toBe(403);
    expect((await fetch(url)).status).toBe(401);
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    const file = /The tokens stay in (\S+)$/m.exec(printed)?.[1] ?? "";
    expect(existsSync(file)).toBe(true);
  }, 60_000);
});
