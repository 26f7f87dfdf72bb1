#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { loadConfig } from "./load-config.ts";
import { nodeTerminal } from "./node-terminal.ts";
import { run } from "./run.ts";

const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
// A cast, as the file is ours.
const { version } = JSON.parse(manifest) as { readonly version: string };
// Where what the host's parts wait for keeps no process alive, Node would end here, in the middle and without a word.
setInterval(() => {}, 60_000);
const exitCode = await run(process.argv.slice(2), nodeTerminal(), { version, load: loadConfig });
// All was written. A connection of the host's that is still open keeps nobody waiting.
process.exit(exitCode);
