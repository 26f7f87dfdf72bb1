// `npm run bench` prints every table, `npm run bench -- verify network` those. Each figure stands beside the floor's, measured in turn with
// it: ratios hold from machine to machine, nanoseconds do not. Nothing here passes or fails: it is read.
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { build, installPeers } from "./prepare.ts";
import { SCALE } from "./scale.ts";
import { missingServers, type Servers, startServers } from "./servers.ts";
import type { Case, Report, Subject } from "./subject.ts";
import { SUBJECTS } from "./subjects/index.ts";

/** A million tokens take more than the engine's default. */
const FLAGS = ["--expose-gc", "--max-old-space-size=8192"];

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

/** Prints the table of a subject; returns what became of its promises. */
async function runSubject(name: string, subject: Subject, hasPeers: boolean): Promise<string[]> {
  print(`\n${subject.title}`);
  const missing = missingServers(subject.servers);
  if (missing.length > 0) {
    print(`  skipped: no ${missing.join(" and no ")} found`);
    return [];
  }
  await using servers = await startServers(subject.servers);
  for (const note of [...subject.notes, ...servers.settings]) print(`  ${note}`);
  print(subject.head);
  const outcomes: string[] = [];
  for (const each of subject.cases) {
    if (each.isPeer && !hasPeers) continue;
    const report = await measure(name, each, servers);
    print(report.line);
    outcomes.push(...report.outcomes);
  }
  return outcomes;
}

/** Measures one case in a process of its own. */
async function measure(subject: string, { name, flags }: Case, { env }: Servers): Promise<Report> {
  const child = fork(new URL("case.ts", import.meta.url), [subject, name], {
    execArgv: [...FLAGS, ...flags],
    env: { ...process.env, ...env },
  });
  const reports: Report[] = [];
  // case.ts sends nothing else.
  child.on("message", (report) => reports.push(report as Report));
  await once(child, "exit");
  const [report] = reports;
  if (report === undefined) throw new Error(`the case "${name}" of ${subject} has failed`);
  return report;
}

async function load(name: string): Promise<Subject> {
  const loaded = await SUBJECTS[name]?.();
  if (loaded !== undefined) return loaded.subject;
  throw new Error(`there is no subject ${name}; there are ${Object.keys(SUBJECTS).join(", ")}`);
}

const started = performance.now();
const given = process.argv.slice(2);
const names = given.length > 0 ? given : Object.keys(SUBJECTS);
const subjects = await Promise.all(names.map(load));
build();
const hasPeers = installPeers();
const [processor] = cpus();
print(
  `Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`,
);
print(`${cpus().length} × ${processor?.model}, load ${loadavg()[0]?.toFixed(1)}`);
if (SCALE !== 1) print(`scaled by ${SCALE}: a quick look, not the figures that were promised`);
if (!hasPeers) print("without peers: they are not installed, and the registry is out of reach");
const inNeed = names.filter((_, index) => subjects[index]?.servers.length);
if (inNeed.length > 0) print(`over servers, private ones or your own: ${inNeed.join(", ")}`);

const outcomes: string[] = [];
for (const [index, subject] of subjects.entries())
  outcomes.push(...(await runSubject(names[index] ?? "", subject, hasPeers)));

if (outcomes.length > 0) print(`\ntargets, by the median\n${outcomes.join("\n")}`);
print(
  `\n${Math.round((performance.now() - started) / 1000)} seconds, load ${loadavg()[0]?.toFixed(1)}`,
);
