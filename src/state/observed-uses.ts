import type { Awaitable } from "../ports/awaitable.ts";
import type { FlushObservation } from "../ports/observer.ts";
import type { Repository, Use } from "../ports/repository.ts";
import { isThenable } from "./thenable.ts";
import { createUses, type Uses } from "./uses.ts";

/** The log of uses, which tells how long what it writes has waited. */
export function createObservedUses(
  repository: Pick<Repository, "touch">,
  report: (cause: unknown) => void,
  flushed: (observation: FlushObservation) => void,
): Uses {
  // One time is enough: a batch is all that waits, and what is noted while it is on its way goes with the next.
  let oldestAt: number | undefined;
  const touch = (batch: readonly Use[]): Awaitable<void> => {
    const waitingSince = oldestAt ?? performance.now();
    oldestAt = undefined;
    const written = (): void => {
      flushed({ uses: batch.length, lagMs: performance.now() - waitingSince, ok: true });
    };
    const failed = (cause: unknown): never => {
      oldestAt = waitingSince;
      flushed({ uses: batch.length, lagMs: performance.now() - waitingSince, ok: false });
      throw cause;
    };
    const touched = orElse(() => repository.touch(batch), failed);
    return isThenable(touched) ? touched.then(written, failed) : written();
  };
  const uses = createUses({ touch }, report);
  return {
    ...uses,
    note(token, usedAt, expiresAt) {
      oldestAt ??= performance.now();
      uses.note(token, usedAt, expiresAt);
    },
  };
}

function orElse<Value>(call: () => Value, failed: (cause: unknown) => never): Value {
  try {
    return call();
  } catch (cause) {
    return failed(cause);
  }
}
