import { SUBJECTS } from "./subjects/index.ts";

/** Measures one case in a process of its own: `run.ts` starts this file with the name of a subject and of one of its cases. */
const [subjectName = "", caseName] = process.argv.slice(2);
const loaded = await SUBJECTS[subjectName]?.();
const found = loaded?.subject.cases.find(({ name }) => name === caseName);
if (found === undefined) throw new Error(`there is no case ${caseName} of ${subjectName}`);
process.send?.(await found.measure());
process.disconnect?.();
