import { SUBJECTS } from "./subjects/index.ts";

/** Measures one case in a process of its own: `run.ts` starts this file with the name of a subject and of one of its cases. */
const [subjectName = "", caseName] = process.argv.slice(2);
const loaded = await SUBJECTS[subjectName]?.();
const found = loaded?.subject.cases.find(({ name }) => name === caseName);
if (found === undefined) throw new Error(`there is no case ${caseName} of ${subjectName}`);
const report = await found.report();
if (process.send) process.send(report);
else process.stdout.write(`${[report.line, ...report.outcomes].join("\n")}\n`);
process.disconnect?.();
