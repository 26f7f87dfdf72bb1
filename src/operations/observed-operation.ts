import { TokenryError } from "../errors.ts";
import type { Observer, OperationName, OperationObservation } from "../ports/observer.ts";

type Counts = Readonly<Record<string, number>>;

/** Puts around an operation what tells how it ended. `countsOf`: absent where the answer is no counts, and may be a secret. */
export type Watch = <Request extends readonly unknown[], Result>(
  name: OperationName,
  run: (...request: Request) => Promise<Result>,
  countsOf?: (result: Result) => Counts,
) => (...request: Request) => Promise<Result>;

/** Makes what watches operations; where nobody wants to know, an operation stays what it is. */
export function operationWatch(performed: Observer["performed"]): Watch {
  if (performed === undefined) return (_name, run) => run;
  return (name, run, countsOf) =>
    async (...request) => {
      const startedAt = performance.now();
      const tell = (ended: Pick<OperationObservation, "code" | "counts">): void =>
        performed({ operation: name, durationMs: performance.now() - startedAt, ...ended });
      try {
        const result = await run(...request);
        tell({ code: "done", ...(countsOf && { counts: countsOf(result) }) });
        return result;
      } catch (error) {
        tell({ code: error instanceof TokenryError ? error.code : "misuse" });
        throw error;
      }
    };
}
