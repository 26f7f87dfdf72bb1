import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { sqliteFile } from "../fixtures/sqlite-file.ts";
import type { ManyTokens, ManyTokensFigures } from "./notices/many-tokens.ts";
import { say } from "./outage/figures.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("../fixtures/passing-process.ts", import.meta.url));

const TOKENS = 20_000;
const OWNERS = 200;
/** All tokens at once would take some 28. */
const MOST_HELD_MB = 6;

/** Passes in a process that has so many megabytes for what lives long: with more held than a batch it would soon end. */
async function passIn(megabytes: number, task: ManyTokens): Promise<ManyTokensFigures> {
  const options = ["--no-warnings", "--expose-gc", `--max-old-space-size=${megabytes}`];
  const { stdout } = await run(process.execPath, [...options, script, JSON.stringify(task)]);
  // A cast: it prints nothing else.
  return JSON.parse(stdout) as ManyTokensFigures;
}

test(`one pass over ${TOKENS} tokens holds no more than some batches of them`, async () => {
  using file = sqliteFile();
  const figures = await passIn(40, { path: file.path, tokens: TOKENS, owners: OWNERS });
  say("SQLite", `${TOKENS} tokens, remind`, figures.remind);
  say("SQLite", `${TOKENS} tokens, sweep`, figures.sweep);
  for (const pass of [figures.remind, figures.sweep]) {
    expect(pass.changed).toBe(TOKENS);
    expect(pass.heldMb).toBeLessThan(MOST_HELD_MB);
  }
}, 180_000);
