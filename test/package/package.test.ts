import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { developedAgainst, installPacked, optionalPeers, type PackedProject } from "./packed.ts";

/** What frameworks need to load, and their types, which some keep in a package of their own. */
const BESIDE_PEERS = ["reflect-metadata", "rxjs", "@types/express", "@types/koa", "@types/node"];
/** Subpaths whose declarations name a framework's types or Node's; the others are checked whole, where neither is. */
const FOR_FRAMEWORKS = /\/(express|fastify|hono|koa|nest|node)$/;
/** Subpaths whose declarations name the browser's types. */
const FOR_BROWSERS = /\/elements$/;

describe("the packed package", () => {
  let project: PackedProject;
  beforeAll(() => {
    const peers = [...optionalPeers(), ...BESIDE_PEERS].map(developedAgainst);
    project = installPacked(...peers);
  });
  afterAll(() => rmSync(project.folder, { recursive: true }));

  test("holds what was built, the documents and the notices, and nothing else", () => {
    const expected =
      /^(dist\/.+\.(js|d\.ts)|docs\/.+\.md|package\.json|(README|CHANGELOG|SECURITY)\.md|LICENSE)$/;
    expect(project.files.filter((file) => !expected.test(file))).toEqual([]);
    expect(project.files).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", "LICENSE"]));
  });

  test("can be imported by every subpath", () => {
    for (const specifier of project.specifiers) {
      const script = `console.log(Object.keys(await import("${specifier}")).length)`;
      const names = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        cwd: project.folder,
        encoding: "utf8",
      });
      expect(Number(names), specifier).toBeGreaterThan(0);
    }
  });

  test.each([
    { module: "NodeNext", moduleResolution: "NodeNext" },
    { module: "ESNext", moduleResolution: "Bundler" },
  ])("has declarations that check by themselves under $moduleResolution", (resolution) => {
    const specifiers = project.specifiers.filter(
      (name) => !FOR_FRAMEWORKS.test(name) && !FOR_BROWSERS.test(name),
    );
    const options = { lib: ["ES2023", "WebWorker"], types: [], skipLibCheck: false };
    expect(check(project, specifiers, { ...resolution, ...options })).toBe("");
  });

  test("has declarations for browsers that check beside theirs", () => {
    const specifiers = project.specifiers.filter((name) => FOR_BROWSERS.test(name));
    expect(specifiers).toHaveLength(1);
    const options = { lib: ["ES2023", "DOM", "DOM.Iterable"], types: [], skipLibCheck: true };
    const resolution = { module: "ESNext", moduleResolution: "Bundler" };
    expect(check(project, specifiers, { ...resolution, ...options })).toBe("");
  });

  test("has the screens in one file, which asks for no other", () => {
    const file = join(project.folder, "node_modules/tokenry/dist/elements/standalone.js");
    const text = readFileSync(file, "utf8");
    expect(text).toContain("tokenry-owner-tokens");
    expect(text).not.toMatch(/(^|[;}])import\b/);
    const script = 'console.log(import.meta.resolve("tokenry/elements.js"))';
    const found = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect(found.trim()).toBe(pathToFileURL(realpathSync(file)).href);
  });

  test("has a command line that runs", () => {
    const tokenry = join(project.folder, "node_modules/.bin/tokenry");
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [tokenry, ...args], { cwd: project.folder, encoding: "utf8" });
    expect(run("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(run("--help").stdout).toContain("doctor");
    const without = run("list", "ada");
    expect(without.status).toBe(1);
    expect(without.stderr).toContain("tokenry.config.ts");
  });

  test("has declarations for frameworks that check beside theirs", () => {
    const specifiers = project.specifiers.filter((name) => FOR_FRAMEWORKS.test(name));
    expect(specifiers).toHaveLength(6);
    // The declarations of frameworks do not all check by themselves: those are not ours to mend.
    const options = { lib: ["ES2023"], types: ["node"], skipLibCheck: true };
    const resolution = { module: "NodeNext", moduleResolution: "NodeNext" };
    expect(check(project, specifiers, { ...resolution, ...options })).toBe("");
  });
});

/** Has the compiler read a program that imports these, and uses what it imports. Gives what it says against it. */
function check({ folder }: PackedProject, specifiers: readonly string[], options: object): string {
  const imports = specifiers.map(
    (specifier, index) =>
      `import * as subpath${index} from "${specifier}";\nvoid subpath${index};\n`,
  );
  writeFileSync(join(folder, "consumer.ts"), imports.join(""));
  const compilerOptions = { ...options, target: "ES2023", strict: true, noEmit: true };
  const tsconfig = join(folder, "tsconfig.json");
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  const tsc = resolve("node_modules/typescript/bin/tsc");
  return spawnSync(process.execPath, [tsc, "-p", tsconfig], { encoding: "utf8" }).stdout;
}
