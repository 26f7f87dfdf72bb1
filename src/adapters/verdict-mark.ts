/** Where an adapter keeps the verdict on a request that it let through. */
export interface VerdictMark<Verdict> {
  put(request: object, verdict: Verdict): void;
  /** `undefined` for a request that nobody with this mark has let through. */
  of(request: object): Verdict | undefined;
}

/**
 * Makes a mark: the verdict is `request.token`, a name that others use too, and stands besides where nothing else writes. A WeakMap of requests
 * would do, and costs more than the rest of an adapter.
 */
export function createVerdictMark<Verdict>(): VerdictMark<Verdict> {
  const place: unique symbol = Symbol("tokenry verdict");
  type Marked = { token?: Verdict; [place]?: Verdict };
  return {
    put(request: Marked, verdict) {
      request.token = verdict;
      request[place] = verdict;
    },
    of: (request: Marked) => request[place],
  };
}
