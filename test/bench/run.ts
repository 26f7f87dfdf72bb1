// `npm run bench` prints every table, `npm run bench -- verify network` those. Each figure stands beside the floor's, measured in turn with
// it: ratios hold from machine to machine, nanoseconds do not. Nothing here passes or fails: it is read.
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { formatHead, formatRow, formatTarget } from "./format.ts";
import { build, installPeers } from "./prepare.ts";
import type { Case, Row } from "./subject.ts";
import { SUBJECTS } from "./subjects/index.ts";

/** A million tokens take more than the engine's default. */
const FLAGS = ["--expose-gc", "--max-old-space-size=8192"];

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

/** Prints the table of a subject; returns what became of its promises. */
async function runSubject(name: string, hasPeers: boolean): Promise<string[]> {
  const { subject } = (await SUBJECTS[name]?.()) ?? unknownSubject(name);
  print(formatHead(subject));
  const outcomes: string[] = [];
  for (const each of subject.cases) {
    if (each.isPeer && !hasPeers) continue;
    const row = await measure(name, each);
    print(formatRow(each.name, row, subject.unit));
    if (each.target !== undefined) outcomes.push(formatTarget(each.target, row));
  }
  return outcomes;
}

/** Measures one case in a process of its own. */
async function measure(subject: string, { name, flags = [] }: Case): Promise<Row> {
  const child = fork(new URL("case.ts", import.meta.url), [subject, name], {
    execArgv: [...FLAGS, ...flags],
  });
  const rows: Row[] = [];
  // case.ts sends nothing else.
  child.on("message", (row) => rows.push(row as Row));
  await once(child, "exit");
  const [row] = rows;
  if (row === undefined) throw new Error(`the case "${name}" of ${subject} has failed`);
  return row;
}

function unknownSubject(name: string): never {
  throw new Error(`there is no subject ${name}; there are ${Object.keys(SUBJECTS).join(", ")}`);
}

const started = performance.now();
const names = process.argv.slice(2);
build();
const hasPeers = installPeers();
const [processor] = cpus();
print(
  `Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`,
);
print(`${cpus().length} × ${processor?.model}, load ${loadavg()[0]?.toFixed(1)}`);
if (!hasPeers) print("without peers: they are not installed, and the registry is out of reach");

const outcomes: string[] = [];
for (const name of names.length > 0 ? names : Object.keys(SUBJECTS))
  outcomes.push(...(await runSubject(name, hasPeers)));

if (outcomes.length > 0) print(`\ntargets, by the median\n${outcomes.join("\n")}`);
print(
  `\n${Math.round((performance.now() - started) / 1000)} seconds, load ${loadavg()[0]?.toFixed(1)}`,
);
