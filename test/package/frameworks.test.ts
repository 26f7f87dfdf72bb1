import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lowestPeer } from "./packed.ts";

/** What an adapter works with besides its peer, at the same version. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  "@nestjs/common": ["@nestjs/core", "@nestjs/platform-express", "@nestjs/platform-fastify"],
};

const FRAMEWORKS = ["@nestjs/common", "express", "fastify", "hono", "koa"];

/** Each framework at the lowest version that package.json admits; everything else as it is developed against. */
function lowestVersions(): Record<string, string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const lowest = FRAMEWORKS.flatMap((name) => {
    const version = lowestPeer(name).slice(name.length + 1);
    return [name, ...(COMPANIONS[name] ?? [])].map((package_) => [package_, version]);
  });
  return { ...dependencies, ...devDependencies, ...Object.fromEntries(lowest) };
}

describe("the adapters beside the lowest version of each framework", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tokenry-lowest-"));
    const needed = ["vitest", "quick-lru", "structured-headers", "@noble/hashes", "rxjs"];
    const alsoNeeded = ["reflect-metadata", "@hono/node-server", "ipaddr.js", "fast-check"];
    const versions = lowestVersions();
    const isNeeded = ([name]: [string, string]): boolean =>
      [...needed, ...alsoNeeded, ...FRAMEWORKS, ...Object.values(COMPANIONS).flat()].includes(name);
    const dependencies = Object.fromEntries(Object.entries(versions).filter(isNeeded));
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies }),
    );
    for (const path of ["src", "test"]) cpSync(path, join(folder, path), { recursive: true });
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--force"];
    execFileSync("npm", ["install", ...flags], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("pass the contract of HTTP, every case", () => {
    const vitest = join(folder, "node_modules/vitest/vitest.mjs");
    const files = ["express", "fastify", "hono", "koa", "nest-express"].map(
      (name) => `test/conformance/${name}-http.test.ts`,
    );
    const { stderr } = spawnSync(
      process.execPath,
      [vitest, "run", "--reporter=json", "--outputFile=report.json", ...files],
      { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    );
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    const failed = report.testResults.flatMap((file: { assertionResults: Result[] }) =>
      file.assertionResults
        .filter(({ status }) => status === "failed")
        .map(({ fullName }) => fullName),
    );
    expect(failed, stderr).toEqual([]);
    expect(report.numPassedTests).toBeGreaterThan(files.length * 120);
    expect(report.success).toBe(true);
  }, 300_000);
});

/** Of vitest's report in JSON: what is read of a test's result. */
interface Result {
  readonly status: string;
  readonly fullName: string;
}
