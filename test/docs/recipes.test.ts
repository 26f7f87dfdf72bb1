import { execFile, spawnSync } from "node:child_process";
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

/** A program of a page, on the lines that its code has there. */
interface Program {
  readonly name: string;
  readonly text: string;
}

/** What begins a program: an import from tokenry, but for one that goes on with the `tokens` of the program before. */
const PROGRAM = /^import .* from "tokenry(\/\w+)?";$(?![\s\S]*createProtect\(tokens)/m;
/** On the page of a framework each import of what protects is a beginning. */
const GUIDE = /^import .*\b(createProtect|TokenryModule)\b.* from "tokenry\/\w+";$/m;
/** On the line of the page's title, which is no code. */
const TOKENS = `declare const tokens: import("tokenry").Tokenry<"personal", "orders" | "invoices", { department: string }>;`;

/**
 * The programs of a page: its blocks marked `ts`, in order. A block that imports from "tokenry" or a subpath of it begins a program, and the
 * blocks after it go on with it; so does one that protects with the `tokens` of those before.
 */
function programsOf(page: string, markdown: string, begins = PROGRAM): Program[] {
  const lines = markdown.split("\n");
  const programs: string[][] = [];
  for (const { 0: block, index } of markdown.matchAll(/^```ts\n[\s\S]*?^```$/gm)) {
    const code = block.split("\n").slice(1, -1);
    if (programs.length === 0 || begins.test(block)) programs.push(lines.map(() => ""));
    const firstLine = markdown.slice(0, index).split("\n").length;
    programs.at(-1)?.splice(firstLine, code.length, ...code);
  }
  return programs.map((program, index) => ({
    name: `${basename(page)}.${index + 1}.ts`,
    text: program.join("\n"),
  }));
}

function programsIn(page: string, begins?: RegExp): Program[] {
  return programsOf(page, readFileSync(page, "utf8"), begins);
}

/** A program over a tokenry that is there already, unless it makes its own. */
function overTokens({ name, text }: Program): Program {
  return { name, text: /^const tokens = /m.test(text) ? text : `${TOKENS}${text}` };
}

/** The programs of a framework's page, each over a tokenry that is there already. */
function guidesIn(page: string): Program[] {
  return programsIn(page, GUIDE).map(overTokens);
}

/** package.json for a package whose exports are the sources that dist/ is built from. */
function manifest(): string {
  const { name, type, exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const sources = Object.entries<string | { default: string }>(exports).map(([subpath, target]) =>
    typeof target === "string"
      ? [subpath, target]
      : [subpath, target.default.replace(/^\.\/dist\/(.+)\.js$/, "./src/$1.ts")],
  );
  return JSON.stringify({ name, type, exports: Object.fromEntries(sources) });
}

const recipes = readdirSync("docs/recipes").flatMap((name) =>
  programsIn(join("docs/recipes", name)),
);
const readme = existsSync("README.md") ? programsIn("README.md") : [];
/** What they connect to is not here: the compiler reads them, and nobody runs them. */
const pages = ["storage.md", "scaling.md", "http.md", "notices.md", "cli.md"].flatMap((name) =>
  programsIn(join("docs", name)),
);
const overFaces = ["oauth.md", "management-api.md", "screens.md"].flatMap((name) =>
  programsIn(join("docs", name)).map(overTokens),
);
const [reporting, ...receiving] = programsIn("docs/leaks.md").map(overTokens);
const guides = readdirSync("docs/http").flatMap((name) => guidesIn(join("docs/http", name)));
const runnable = [
  ...["telemetry.md", "rotation.md"].flatMap((name) => programsIn(join("docs", name))),
  ...(reporting === undefined ? [] : [reporting]),
];
const programs = [
  ...recipes,
  ...readme,
  ...pages,
  ...overFaces,
  ...guides,
  ...receiving,
  ...runnable,
];

describe("the code of the documentation", () => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "tokenry-docs-"));
    for (const path of ["src", "node_modules"]) symlinkSync(resolve(path), join(project, path));
    writeFileSync(join(project, "package.json"), manifest());
    for (const { name, text } of programs) writeFileSync(join(project, name), text);
  });
  afterAll(() => rmSync(project, { recursive: true }));

  const execute = (name: string) =>
    run(process.execPath, [join(project, name)], { cwd: project, timeout: 60_000 });

  test.each(recipes)(
    "$name runs, and what it asserts is so",
    async ({ name, text }) => {
      expect(text.match(/^\s*(await )?assert\b/gm)?.length).toBeGreaterThan(10);
      await execute(name);
    },
    60_000,
  );

  test.each(readme)(
    "$name runs, and prints what its comments say",
    async ({ name, text }) => {
      const comments = [...text.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(
        ([, said = ""]) => said,
      );
      const { stdout } = await execute(name);
      for (const line of stdout.trimEnd().split("\n")) {
        // "acme_pat_… shown once" is a line that begins with "acme_pat_".
        const isSaid = (said: string): boolean =>
          said.includes("…") ? line.startsWith(said.split("…", 1)[0] ?? "") : line === said;
        expect(comments.some(isSaid), `${line} is in ${comments}`).toBe(true);
      }
    },
    60_000,
  );

  test.each(runnable)(
    "$name runs",
    async ({ name }) => {
      await execute(name);
    },
    60_000,
  );

  test("has the right types", () => {
    const tsconfig = readFileSync("tsconfig.json", "utf8").replace(/^\s*\/\/.*$/gm, "");
    const { paths: _, ...options } = JSON.parse(tsconfig).compilerOptions;
    const compilerOptions = { ...options, declaration: false, isolatedDeclarations: false };
    const files = programs.map(({ name }) => name);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
    // What is wrong in src/ is for `npm run typecheck` to say.
    const mistakes = stdout.split("\n").filter((line) => line !== "" && !line.includes("/src/"));
    expect(mistakes).toEqual([]);
  }, 120_000);

  test("is found out when it is wrong, on the line of its page", async () => {
    const page = `# A page

\`\`\`ts
import { singleFixed } from "tokenry";
\`\`\`

Text.

\`\`\`ts
if (singleFixed({ prefix: "ab" }).slots !== "many") throw new Error("not many");
\`\`\`
`;
    const [{ name, text } = { name: "", text: "" }] = programsOf("wrong.md", page);
    writeFileSync(join(project, name), text);
    const stderr = expect.stringMatching(/wrong\.md\.1\.ts:10\b[\s\S]*not many/);
    await expect(execute(name)).rejects.toMatchObject({ code: 1, stderr });
  }, 60_000);
});
