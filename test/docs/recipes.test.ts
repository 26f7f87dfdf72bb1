import { execFile } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const RECIPES = "docs/recipes";
const pages = [
  ...readdirSync(RECIPES).map((name) => join(RECIPES, name)),
  ...(existsSync("README.md") ? ["README.md"] : []),
].filter((path) => path.endsWith(".md"));

/** The program of a page: all its blocks marked `ts`, in order, on the lines that they have on the page. */
function programOf(markdown: string): string {
  let inCode = false;
  const lines = markdown.split("\n").map((line) => {
    if (!inCode && line === "```ts") inCode = true;
    else if (inCode && line === "```") inCode = false;
    else if (inCode) return line;
    return "";
  });
  return lines.join("\n");
}

/** package.json for a package whose exports are the sources that dist/ is built from. */
function manifest(): string {
  const { name, type, exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const source = (target: string | { default: string }): string =>
    typeof target === "string"
      ? target
      : target.default.replace(/^\.\/dist\/(.+)\.js$/, "./src/$1.ts");
  const sources = Object.entries<string | { default: string }>(exports).map(
    ([subpath, target]) => [subpath, source(target)] as const,
  );
  return JSON.stringify({ name, type, exports: Object.fromEntries(sources) });
}

describe("the code of the documentation", () => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "tokenry-docs-"));
    for (const path of ["src", "node_modules"]) symlinkSync(resolve(path), join(project, path));
    writeFileSync(join(project, "package.json"), manifest());
    for (const page of pages)
      writeFileSync(programPath(page), programOf(readFileSync(page, "utf8")));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  const programPath = (page: string): string => join(project, `${basename(page)}.ts`);
  const execute = (path: string) => run(process.execPath, [path], { cwd: project });

  test.each(pages)(
    "%s runs, and what it asserts is so",
    async (page) => {
      await execute(programPath(page));
    },
    60_000,
  );

  test.each(pages.filter((page) => page !== "README.md"))(
    "%s is a whole program that asserts its claims",
    (page) => {
      const program = readFileSync(programPath(page), "utf8");
      expect(program).toContain("createTokenry(");
      expect(program.match(/^\s*(await )?assert\b/gm)?.length).toBeGreaterThan(10);
    },
  );

  test("has the right types", async () => {
    const { compilerOptions } = JSON.parse(
      readFileSync("tsconfig.json", "utf8").replace(/^\s*\/\/.*$/gm, ""),
    );
    const { paths: _, ...options } = compilerOptions;
    const types = { ...options, isolatedDeclarations: false, declaration: false };
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: types, files: pages.map(programPath) }),
    );
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const checked = run(process.execPath, [tsc, "-p", project]).catch(({ stdout }) => ({ stdout }));
    expect((await checked).stdout).toBe("");
  }, 120_000);

  test("is found out when it is wrong, on the line of its page", async () => {
    const page = `# Page\n\n\`\`\`ts\nimport { singleFixed } from "tokenry";\n\`\`\`\n\nText.\n
\`\`\`ts\nif (singleFixed({ prefix: "ab" }).slots !== "many") throw new Error("no");\n\`\`\`\n`;
    writeFileSync(programPath("wrong.md"), programOf(page));
    await expect(execute(programPath("wrong.md"))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("wrong.md.ts:10"),
    });
  }, 60_000);
});
