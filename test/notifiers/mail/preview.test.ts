import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyProject, type ProjectCopy } from "../../e2e/project-copy.ts";
import { TYPES } from "./notice.ts";

const run = promisify(execFile);

describe("examples/mail-preview", () => {
  let copy: ProjectCopy;
  let printed: string;
  let folder: string;

  beforeAll(async () => {
    copy = copyProject();
    const { temporary } = copy;
    const options = { cwd: copy.folder, env: { ...process.env, TMPDIR: temporary } };
    await run("npx", ["tsup", "--no-dts", "--silent"], options);
    const main = join(copy.folder, "examples/mail-preview/main.ts");
    printed = (await run(process.execPath, [main], options)).stdout;
    folder = dirname(/open (\S+)/.exec(printed)?.[1] ?? "");
  }, 90_000);
  afterAll(() => copy.remove());

  test("writes the mails to a new folder for temporary files, and says where", () => {
    expect(printed).toMatch(/^\d+ mails: open .+index\.html\n$/);
    expect(dirname(folder)).toBe(copy.temporary);
  });

  test("has a page of every type in both languages, each as .html, .txt and .eml, and a list of them", async () => {
    const names = await readdir(folder);
    const index = await readFile(join(folder, "index.html"), "utf8");
    const linked = [...index.matchAll(/href="([^"]+)"/g)].map(([, name]) => name);
    expect(linked.toSorted()).toEqual(names.filter((name) => name !== "index.html").toSorted());
    for (const language of ["en", "de"]) {
      const mine = names.filter((name) => name.startsWith(`${language}-`));
      for (const extension of [".html", ".txt", ".eml"])
        expect(mine.filter((name) => name.endsWith(extension)).length).toBeGreaterThan(
          TYPES.length,
        );
    }
  });

  test("an .eml is a message with both bodies", async () => {
    const raw = await readFile(join(folder, "en-rotation-requested.eml"));
    const html = await readFile(join(folder, "en-rotation-requested.html"), "utf8");
    const mail = await simpleParser(raw);
    expect(mail.subject).toBe("Confirm the replacement of your token: laptop");
    expect(mail.html).toBe(html);
    expect(mail.text).toContain("https://shop.example/rotation?code=");
  });
});
