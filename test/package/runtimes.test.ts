import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { developedAgainst, installPacked, lowestPeer, type PackedProject } from "./packed.ts";

/** A Node of this major version: the running one, or one that npm fetches once. */
function nodeOf(major: number): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const cache = resolve(`node_modules/.cache/tokenry-runtimes/${major}`);
  const executable = join(
    cache,
    "node_modules",
    name,
    "bin",
    platform === "win" ? "node.exe" : "node",
  );
  if (!existsSync(executable)) {
    const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync("npm", ["install", "--prefix", cache, ...flags, `${name}@${major}`]);
  }
  return executable;
}

describe.each([
  { kysely: developedAgainst("kysely"), majors: [22, 24, 26] },
  { kysely: lowestPeer("kysely"), majors: [24] },
])("beside $kysely the packed package issues, verifies and revokes", ({ kysely, majors }) => {
  let project: PackedProject;
  beforeAll(() => {
    project = installPacked(kysely);
    for (const file of ["smoke.mjs", "platforms/programs/exchange.ts"])
      cpSync(`test/package/${file}`, join(project.folder, file));
  });
  afterAll(() => rmSync(project.folder, { recursive: true }));

  test.each(majors)("on Node %i", (major) => {
    // Node 22 warns that its SQLite is experimental; the runner's log need not.
    const printed = execFileSync(nodeOf(major), ["--no-warnings", "smoke.mjs"], {
      cwd: project.folder,
      encoding: "utf8",
    });
    // Kysely 0.28.0 prints a deprecation of its own before.
    expect(printed.trimEnd().split("\n").at(-1)).toMatch(
      new RegExp(`^v${major}\\.\\S+: memory, SQLite, HTTP, OAuth, management, notices$`),
    );
  });
});
