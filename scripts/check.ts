// Every gate that a change has to pass, in one command, so that CI and a developer run the same ones. A gate that fails does
// not hide the next, and the last line counts them. `--readme` also runs the commands that README.md gives its reader.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter } from "node:path";

interface Stage {
  name: string;
  command: string;
  env?: NodeJS.ProcessEnv;
}

const gates = [
  "lint",
  "typecheck",
  "layers",
  "unused",
  "build",
  "publishable",
  "size",
  "test:coverage",
  "test:package",
  "test:runtimes",
];

/** The lines of README.md's code blocks that install and then run something, as a reader types them. */
function readmeCommands(): string[] {
  const blocks = readFileSync("README.md", "utf8").matchAll(/^```\w*\n(?<code>[\s\S]*?)^```/gm);
  const lines = [...blocks].flatMap((block) => block.groups?.code?.split("\n") ?? []);
  const commands = [...new Set(lines.filter((line) => /^npm install && npm \S/.test(line)))];
  if (commands.length === 0) throw new Error("README.md has no `npm install && npm …` command");
  return commands;
}

/** A reader's shell does not have node_modules/.bin in its PATH, so neither do the README's commands. */
function readerEnv(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? "").split(delimiter);
  return {
    ...process.env,
    PATH: path.filter((folder) => !folder.includes("node_modules")).join(delimiter),
  };
}

function passes({ name, command, env }: Stage): boolean {
  process.stdout.write(`\n=== ${name}\n`);
  const started = performance.now();
  const { status } = spawnSync(command, { shell: true, stdio: "inherit", env: env ?? process.env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  results.push(`${status === 0 ? "passed" : "FAILED"}  ${name} (${seconds} s)`);
  return status === 0;
}

const asReader = process.argv.includes("--readme");
// A reader's `npm test` is then the run that counts lines: to run every test twice would prove no more.
const own = asReader ? gates.filter((gate) => gate !== "test:coverage") : gates;
const stages: Stage[] = own.map((gate) => ({ name: gate, command: `npm run --silent ${gate}` }));
if (asReader) {
  const env = { ...readerEnv(), TOKENRY_COVERAGE: "1" };
  stages.push(...readmeCommands().map((command) => ({ name: `README: ${command}`, command, env })));
}

const results: string[] = [];
const passed = stages.filter(passes).length;
const failed = stages.length - passed;
process.stdout.write(`\n${results.join("\n")}\n\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
