import type { TokenryError } from "../errors.ts";
import { tellOutage } from "../outages.ts";
import type { FailureObservation, Observer } from "../ports/observer.ts";
import { type GuardedObserver, guardedObserver } from "./guarded-observer.ts";

/** Tells the host what went wrong. Never throws. */
export type Report = (cause: unknown) => void;

/** Who is told of what goes wrong, and of the rest. */
export interface Reports {
  readonly told: GuardedObserver;
  readonly reportFrom: (where: FailureObservation["where"]) => Report;
}

/** `onError` is told what went wrong, the observer where. What the observer itself throws is told to `onError` alone. */
export function createReports(
  onError: ((error: TokenryError) => void) | undefined,
  observer: Observer = {},
): Reports {
  const report: Report = tellOutage(onError);
  const told = guardedObserver(observer, report);
  const { failed } = told;
  if (failed === undefined) return { told, reportFrom: () => report };
  return {
    told,
    reportFrom: (where) => (cause) => {
      report(cause);
      failed({ where });
    },
  };
}
