import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyProject, type ProjectCopy } from "./project-copy.ts";

const run = promisify(execFile);

let copy: ProjectCopy;
beforeAll(() => {
  copy = copyProject();
});
afterAll(() => copy.remove());

/** The lines that an example prints. */
async function linesOf(...example: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await run("npm", ["run", "--silent", "example", "--", ...example], {
    cwd: copy.folder,
    env: { ...process.env, TMPDIR: copy.temporary },
  });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

test("npm run example -- notices: mail, webhooks, and a link that is clicked twice", async () => {
  expect(await linesOf("notices")).toEqual([
    "✉ You have a new token: purge script",
    "✉ Confirm the replacement of your token: purge script",
    "A mail scanner follows the link: 200 Make a new primary token",
    "Ada clicks the button: 200 Your new primary token, shown once:",
    "She clicks again: 400 The confirmation is not valid, was used, or has expired.",
    "✉ Your token was replaced: purge script",
    "⇢ webhooks: rotation.confirmed, rotation.requested, token.issued",
    "All as expected.",
  ]);
}, 90_000);

test("npm run example -- mail-preview: a folder with every mail", async () => {
  const folder = join(copy.temporary, "mails");
  const lines = await linesOf("mail-preview", folder);
  expect(lines.join("\n")).toContain(folder);
  const files = readdirSync(folder, { recursive: true }).map(String);
  expect(files).toContain("index.html");
  for (const ending of [".html", ".txt", ".eml"])
    expect(files.filter((file) => file.endsWith(ending)).length).toBeGreaterThan(20);
}, 90_000);
