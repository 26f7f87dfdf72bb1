export { type BudgetConformanceOptions, budgetConformance } from "./budget-conformance.ts";
export { busConformance } from "./bus-conformance.ts";
export type { ConformanceOptions, SharedSubject } from "./cases.ts";
export type {
  HttpAccessTokenRequest,
  HttpAccessTokens,
  HttpAnswer,
  HttpConformanceApp,
  HttpConformanceOptions,
  HttpConformanceTokenry,
  HttpProfile,
  HttpRun,
  HttpRunAnswer,
  HttpServed,
  HttpSettings,
  HttpTokenry,
} from "./http/app.ts";
export { type HttpRunner, httpConformance } from "./http-conformance.ts";
export { idempotencyStoreConformance } from "./idempotency-store-conformance.ts";
export { keyStoreConformance } from "./key-store-conformance.ts";
export {
  type ReplayStoreConformanceOptions,
  replayStoreConformance,
} from "./replay-store-conformance.ts";
export { repositoryConformance } from "./repository-conformance.ts";
export type { Runner, Skips, Subject } from "./runner.ts";
