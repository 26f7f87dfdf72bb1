import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { developedAgainst, installPacked, type PackedProject } from "./packed.ts";

describe("the packed package", () => {
  let project: PackedProject;
  beforeAll(() => {
    project = installPacked(developedAgainst("kysely"));
  });
  afterAll(() => rmSync(project.folder, { recursive: true }));

  test("holds what was built and the notices, and nothing else", () => {
    const expected = /^(dist\/.+\.(js|d\.ts)|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
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
    const imports = project.specifiers.map(
      (specifier, index) =>
        `import * as subpath${index} from "${specifier}";\nvoid subpath${index};\n`,
    );
    writeFileSync(join(project.folder, "consumer.ts"), imports.join(""));
    const compilerOptions = {
      ...resolution,
      target: "ES2023",
      lib: ["ES2023", "WebWorker"],
      types: [],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
    };
    const tsconfig = join(project.folder, "tsconfig.json");
    writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const tsc = resolve("node_modules/typescript/bin/tsc");
    expect(() =>
      execFileSync(process.execPath, [tsc, "-p", tsconfig], { encoding: "utf8" }),
    ).not.toThrow();
  });
});
