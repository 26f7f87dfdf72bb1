import { type TokenryError, unavailable } from "../errors.ts";
import { warnOfOutages } from "../outages.ts";
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
  onError: (error: TokenryError) => void = warnOfOutages(),
  observer: Observer = {},
): Reports {
  const report = reporter(onError);
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

/** A host whose own error handler throws, at once or later, is not told twice. */
function reporter(onError: (error: TokenryError) => void): Report {
  const tell = async (cause: unknown): Promise<void> => onError(unavailable(cause));
  return (cause) => {
    tell(cause).catch(() => {});
  };
}
