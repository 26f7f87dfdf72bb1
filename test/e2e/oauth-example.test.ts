import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildIn, copyProject, type ProjectCopy } from "./project-copy.ts";

const run = promisify(execFile);

let copy: ProjectCopy;
beforeAll(async () => {
  copy = copyProject();
  await buildIn(copy);
}, 60_000);
afterAll(() => copy.remove());

/** What the example promises to show, in its order. */
const STORY = [
  /^authorization server: http:\/\/127\.0\.0\.1:\d+$/,
  /^resource servers: http:\/\/127\.0\.0\.1:\d+ \(orders\), http:\/\/127\.0\.0\.1:\d+ \(invoices\)$/,
  /^the API token was exchanged: invoices:full orders:full$/,
  /^both resource servers accept the access token$/,
  /^one for orders:read reads orders, writes none, and is not for invoices$/,
  /^the API token was revoked: orders, which asks, refuses the access token within a second or so$/,
  /^invoices, which never asks, accepts it until it expires$/,
  /^All as expected\.$/,
];

test("OWN-21 npm run example -- oauth: a token is exchanged, used at two servers, and revoked", async () => {
  const main = join(copy.folder, "examples/oauth/main.ts");
  const { stdout, stderr } = await run(process.execPath, [main], { cwd: copy.folder });
  const lines = stdout.trimEnd().split("\n");
  for (const [index, line] of lines.entries()) expect(line).toMatch(STORY[index] as RegExp);
  expect(lines).toHaveLength(STORY.length);
  expect(stderr).toBe("");
}, 60_000);
