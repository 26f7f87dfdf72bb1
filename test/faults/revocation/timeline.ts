/** What something was from a change on. Times are milliseconds of the stopwatch. */
export interface Step<State> {
  readonly state: State;
  /** When the change was begun: at the earliest it took effect then. */
  readonly begun: number;
  /** When it was acknowledged: at the latest it took effect then. Infinite: nobody was told. */
  readonly acknowledged: number;
  /** The process that made it. */
  readonly process: number;
}

/** One thing's changes, in the order in which they were made. */
export type Timeline<State> = readonly Step<State>[];

/** When a process looked, from when it may have begun to when it had an answer. */
export interface Look {
  readonly process: number;
  readonly begun: number;
  readonly ended: number;
}

/** A state that a look may have found. */
export interface Possible<State> {
  readonly state: State;
  /** How long before the look the change that ended this state had been acknowledged; 0 where it had not been. */
  readonly staleMs: number;
}

/**
 * The states that a look may find: none that was begun after it ended, none that was over, by an acknowledged change, more than
 * `boundMs` before it began. A process always sees what it has changed itself.
 *
 * @example
 * possibleStates([{ state: "open", begun: 0, acknowledged: 1, process: 0 }], { process: 1, begun: 2, ended: 3 }, 0);
 */
export function possibleStates<State>(
  timeline: Timeline<State>,
  look: Look,
  boundMs: number,
): readonly Possible<State>[] {
  const possible: Possible<State>[] = [];
  let over = Number.POSITIVE_INFINITY;
  for (let index = timeline.length - 1; index >= 0; index -= 1) {
    const { state, begun, acknowledged, process } = timeline[index] as Step<State>;
    if (begun <= look.ended) possible.push({ state, staleMs: Math.max(0, look.begun - over) });
    const bound = process === look.process ? 0 : boundMs;
    if (acknowledged + bound < look.begun) break;
    over = Math.min(over, acknowledged);
  }
  return possible;
}
