import type { Spread } from "./spread.ts";

/** A table of the benchmark: figures of one unit, each beside the floor's. */
export interface Subject {
  readonly title: string;
  /** What figures are: nanoseconds of CPU time, or bytes. */
  readonly unit: "ns" | "bytes";
  /** What a figure is of: a call, a token, a process. */
  readonly per: string;
  /** The least that anything does that has this task. */
  readonly floor: string;
  readonly cases: readonly Case[];
}

/** A row of a table, measured in a process of its own, so that no other case has shaped its heap or its compiled code. */
export interface Case {
  readonly name: string;
  /** Measures somebody else's package. */
  readonly isPeer?: boolean;
  /** Flags for the engine, besides those that all have. */
  readonly flags?: readonly string[];
  readonly measure: () => Promise<Row>;
  /** What the project has promised of it. */
  readonly target?: Target;
}

/** Figures in the unit of their subject. */
export interface Row {
  readonly figure: Spread;
  /** The floor's, from the same process. */
  readonly floor: Spread;
  /** Figure over floor, round by round: what disturbs the machine disturbs both. */
  readonly ratio: Spread;
  /** By the clock on the wall, where the figure is CPU time. */
  readonly wall?: Spread;
}

/** A promise about a row. */
export interface Target {
  readonly claim: string;
  readonly figure: (row: Row) => string;
  readonly isMet: (row: Row) => boolean;
}

/** A promise to stay within so many times the floor, by the median of the rounds. */
export function atMostTimesFloor(most: number, claim: string): Target {
  return {
    claim,
    figure: ({ ratio }) => `${ratio.median.toFixed(2)} ×`,
    isMet: ({ ratio }) => ratio.median <= most,
  };
}
