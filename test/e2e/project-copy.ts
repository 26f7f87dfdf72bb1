import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A copy of the project in which examples build and run, with a folder of its own for what they leave behind. */
export interface ProjectCopy {
  readonly folder: string;
  readonly temporary: string;
  readonly remove: () => void;
}

/** The examples build dist/, which others of this repository's tests and commands may be using: they get their own. */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-demo-test-"));
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  for (const path of ["src", "scripts", "node_modules", "tsup.config.ts", "tsconfig.json"])
    symlinkSync(resolve(path), join(folder, path));
  for (const path of ["package.json", "examples"])
    cpSync(path, join(folder, path), { recursive: true });
  return { folder, temporary, remove: () => rmSync(folder, { recursive: true }) };
}

/** Builds what the examples import. */
export async function buildIn({ folder }: ProjectCopy): Promise<void> {
  await run("npx", ["tsup", "--no-dts", "--silent"], { cwd: folder });
}
