import type { Counter, Histogram, Meter } from "@opentelemetry/api";

/** What is counted and measured. */
export interface Instruments {
  readonly verdicts: Counter;
  readonly verifyDuration: Histogram;
  readonly budgetUtilization: Histogram;
  readonly cacheLookUps: Counter;
  readonly operationDuration: Histogram;
  readonly operationItems: Counter;
  readonly flushLag: Histogram;
  readonly flushSize: Histogram;
  readonly failures: Counter;
  readonly httpRefusals: Counter;
}

/** Seconds: from a cached answer in memory to a store that hangs. */
const VERIFY_S = [
  1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
  0.2, 0.5, 1, 2, 5,
];

/** Seconds: a commit takes milliseconds, a pass of a job perhaps a minute. */
const OPERATION_S = [
  5e-4, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** Seconds: uses wait one for company, and as long as an outage lasts. */
const LAG_S = [0.1, 0.25, 0.5, 1, 1.25, 1.5, 2, 3, 5, 10, 30, 60, 300, 900, 3600];

const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000];

/** The last bucket but the overflow is the budget that is spent. */
const RATIOS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

/** Makes the instruments. */
export function createInstruments(meter: Meter): Instruments {
  const counter = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(name, { unit, description });
  const histogram = (name: string, unit: string, buckets: number[], description: string) =>
    meter.createHistogram(name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: buckets },
    });
  return {
    verdicts: counter("tokenry.verify.verdicts", "{verdict}", "Calls checked, by outcome."),
    verifyDuration: histogram(
      "tokenry.verify.duration",
      "s",
      VERIFY_S,
      "How long the check of a call took.",
    ),
    budgetUtilization: histogram(
      "tokenry.budget.utilization",
      "1",
      RATIOS,
      "How much of the tighter budget was spent after a call.",
    ),
    cacheLookUps: counter("tokenry.cache.lookups", "{lookup}", "Look-ups in the cache of tokens."),
    operationDuration: histogram(
      "tokenry.operation.duration",
      "s",
      OPERATION_S,
      "How long a management operation or a pass of a job took.",
    ),
    operationItems: counter(
      "tokenry.operation.items",
      "{item}",
      "Tokens and notices that jobs and mass operations dealt with.",
    ),
    flushLag: histogram(
      "tokenry.uses.flush.lag",
      "s",
      LAG_S,
      "How long the oldest noted use of a batch had waited to be written.",
    ),
    flushSize: histogram("tokenry.uses.flush.size", "{use}", SIZES, "Noted uses in a batch."),
    failures: counter("tokenry.failures", "{failure}", "Failures that onError was told of."),
    httpRefusals: counter(
      "tokenry.http.refusals",
      "{refusal}",
      "Requests that the HTTP layer refused before any check of a token.",
    ),
  };
}
