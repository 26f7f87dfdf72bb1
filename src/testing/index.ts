export { budgetConformance } from "./budget-conformance.ts";
export { busConformance } from "./bus-conformance.ts";
export type { CaseContext, Cases, ConformanceOptions, SharedSubject } from "./cases.ts";
export { repositoryConformance } from "./repository-conformance.ts";
export type { Runner, Skips, Subject } from "./runner.ts";
